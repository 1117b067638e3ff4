from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import LogitLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import between

# -log(1 - q) - q = q^2 (1/2 + q/3 + ...): below 2^-12 what is left out is below 2^-70 of it.
_SMALL = 2.0**-12
_BEYOND_LINEAR = tuple(Fraction(1, n) for n in range(2, 8))


class PolyBCE(LogitLoss):
    r"""Poly-1 binary cross entropy: its first term in powers of the miss weighed anew.

    .. math:: \ell(y, z) = -\log(1 - q) + \epsilon q

    where q is the probability given to the wrong class: :math:`\sigma(-z)` for label 1,
    :math:`\sigma(z)` for label 0. The cross entropy is :math:`q + q^2/2 + q^3/3 + \dots`, so that
    the first coefficient becomes 1 + epsilon. It is convex for epsilon from -1 to 1.

    Parameters
    ----------
    epsilon : float
        What is added to the first coefficient, -1 or more; 0 is the cross entropy.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.PolyBCE(epsilon=1)
    >>> loss([1, 0], [0.0, 0.0])
    1.1931471805599454
    >>> loss.gradient([1, 0], [40.0, -800.0], reduction="none")
    array([-8.49670851e-18,  0.00000000e+00])
    """

    epsilon: float = between(-1, math.inf, 1.0)

    kind = "binary"
    compensated = True
    thorough = True
    aliases = {"poly1_bce": {}, "poly_loss_bce": {}}
    example = Example(y_true=[1, 0, 1, 0], y_pred=[4.0, -0.5, -2.0, 40.0])
    references = ("Leng et al., PolyLoss, ICLR (2022), equation 6",)

    @property
    def facts(self) -> Facts:
        epsilon, is_convex = self.epsilon, self.epsilon <= 1
        # The slope q (1 + epsilon p) is largest at q = (1 + epsilon) / (2 epsilon), if that is
        # below 1; the curvature (1 - u^2) (1 + epsilon u) / 4 of u = p - q where its slope is 0.
        lipschitz = 1.0 if is_convex else (1 + epsilon) ** 2 / (4 * epsilon)
        u = epsilon / (1 + math.sqrt(1 + 3 * epsilon**2))
        return Facts(
            convex=is_convex,
            strictly_convex=is_convex,
            lipschitz=lipschitz,
            smoothness=(1 - u * u) * (1 + epsilon * u) / 4,
            symmetric=True,
            calibrated=True,
        )

    def textbook(self, m: Any, y: Term, z: Term) -> Term:
        a = self.of_class(m, y, z, -z)
        return m.softplus(-a) + self.epsilon * m.sigmoid(-a)

    def value(self, m: Any, y: Term, z: Term) -> Term:
        a = self.of_class(m, y, z, -z)
        q, root = m.sigmoid(-a), m.exp(m.minimum(-a, 0) / 2)
        first = 1 + self.epsilon
        # q = root^2 / (1 + e^-|a|); what is multiplied by it may be large where q is subnormal.
        small = (first + q * m.series(q, _BEYOND_LINEAR)) * m.sigmoid(abs(a)) * root * root
        beyond_linear = m.softplus(-a) - q
        return m.where(q < _SMALL, small, beyond_linear + first * q)

    def deriv(self, m: Any, y: Term, z: Term) -> Term:
        a = self.of_class(m, y, z, -z)
        p, q, root = m.sigmoid(a), m.sigmoid(-a), m.exp(m.minimum(-a, 0) / 2)
        slope = ((1 + self.epsilon) * p + q) * m.sigmoid(abs(a)) * root * root
        return self.of_class(m, y, -slope, slope)

    def deriv2(self, m: Any, y: Term, z: Term) -> Term:
        a = self.of_class(m, y, z, -z)
        p, q, root = m.sigmoid(a), m.sigmoid(-a), m.exp(-abs(a) / 2)
        weight = (1 + self.epsilon) * p + (1 - self.epsilon) * q
        return weight * m.sigmoid(abs(a)) ** 2 * root * root
