from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import LogitLoss
from lossbook.links import LOGIT
from lossbook.losses.binary.binary_focal import focal_curvature, focal_slope
from lossbook.maths.namespace import Term
from lossbook.parameters import fraction, nonnegative, zero_or_from
from lossbook.peaks import highest


class AsymmetricLoss(LogitLoss):
    r"""Asymmetric loss: a focal loss for each class, and easy negatives left out altogether.

    .. math::
        \ell(1, z) = -(1 - p)^{\gamma_+} \log p, \qquad
        \ell(0, z) = -s^{\gamma_-} \log(1 - s), \qquad
        s = \max(p - \text{margin}, 0)

    with :math:`p = \sigma(z)`. The derivatives are those of this very function, shift included; at
    p = margin they are given as 0. Labels are 0 or 1. It is not convex.

    Parameters
    ----------
    gamma_pos : float
        How strongly easy samples of class 1 are turned down, 0 or more.
    gamma_neg : float
        The same for class 0: 0, or 1 or more (in between, curvatures had no bound at the margin).
    margin : float, optional
        The probability up to which a sample of class 0 costs nothing, strictly between 0 and 1.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.AsymmetricLoss(gamma_pos=1, gamma_neg=4, margin=0.05)
    >>> loss([1, 0, 0], [0.0, 0.0, -3.0], reduction="none")
    array([0.34657359, 0.02451505, 0.        ])
    >>> loss.gradient([1, 0], [-800.0, 200.0], reduction="none")
    array([-1.00000000e+00,  3.67618119e-86])
    """

    gamma_pos: float = nonnegative(1.0)
    gamma_neg: float = zero_or_from(1, 4.0)
    margin: float | None = fraction(None)

    kind = "binary"
    compensated = True
    thorough = True
    aliases = {"asl": {"margin": 0.05}}
    example = Example(y_true=[1, 0, 1, 0], y_pred=[4.0, -0.5, -2.0, 40.0])
    references = (
        "Ridnik et al., Asymmetric Loss for Multi-Label Classification, ICCV (2021), equation 7",
    )

    @property
    def facts(self) -> Facts:
        gammas = self.gamma_pos, self.gamma_neg
        is_even = gammas[0] == gammas[1] and self.margin is None
        is_convex = is_even and self.gamma_pos == 0
        kinks: tuple[float, ...] = ()
        if self.margin is not None and self.gamma_neg == 0:
            kinks = (float(LOGIT(self.margin)),)
        sides = [(1.0, self.gradient([1], [-1e4]).item()), (0.0, self.gradient([0], [1e4]).item())]
        return Facts(
            convex=is_convex,
            strictly_convex=is_convex,
            lipschitz=max(
                max(highest(self.gradient, label, -60, 60), abs(far)) for label, far in sides
            ),
            smoothness=(
                max(highest(self.hessian, label, -60, 60) for label, _ in sides)
                if not kinks
                else math.inf
            ),
            kinks=kinks,
            symmetric=is_even,
            calibrated=is_even,
        )

    def textbook(self, m: Any, y: Term, z: Term) -> Term:
        p, q = m.sigmoid(z), m.sigmoid(-z)
        if self.margin is None:
            shifted, rest = p, q
        else:
            shifted, rest = self._shifted(m, z)
        one = -m.power(q, self.gamma_pos) * m.log(p)
        zero = -m.power(shifted, self.gamma_neg) * m.log(rest)
        return self.of_class(m, y, one, zero)

    def value(self, m: Any, y: Term, z: Term) -> Term:
        gamma, a = self._gamma(m, y), self.of_class(m, y, z, -z)
        focal = m.power(m.sigmoid(-a), gamma) * m.softplus(-a)
        if self.margin is None:
            return focal
        shifted, rest = self._shifted(m, z)
        return self.of_class(m, y, focal, 0 - m.power(shifted, gamma) * m.log(rest))

    def deriv(self, m: Any, y: Term, z: Term) -> Term:
        gamma, a = self._gamma(m, y), self.of_class(m, y, z, -z)
        slope = focal_slope(m, gamma, a)
        if self.margin is None:
            return self.of_class(m, y, slope, -slope)
        by_shifted, _ = self._by_shifted(m, z)
        p, root = m.sigmoid(z), m.exp(m.minimum(-z, 0) / 2)
        zero = by_shifted * p * m.sigmoid(abs(z)) * root * root
        return self.of_class(m, y, slope, self._beyond(m, z, zero))

    def deriv2(self, m: Any, y: Term, z: Term) -> Term:
        gamma, a = self._gamma(m, y), self.of_class(m, y, z, -z)
        curvature = focal_curvature(m, gamma, a)
        if self.margin is None:
            return curvature
        by_shifted, twice = self._by_shifted(m, z)
        p, q, root = m.sigmoid(z), m.sigmoid(-z), m.exp(m.minimum(-z, 0) / 2)
        inside = p * q * twice + (q - p) * by_shifted
        zero = inside * p * m.sigmoid(abs(z)) * root * root
        return self.of_class(m, y, curvature, self._beyond(m, z, zero))

    def _gamma(self, m: Any, y: Term) -> Term:
        return self.of_class(m, y, self.gamma_pos, self.gamma_neg)

    def _beyond(self, m: Any, z: Term, term: Term) -> Term:
        return m.where(m.sigmoid(z) > self.margin, term, 0)

    def _shifted(self, m: Any, z: Term) -> tuple[Term, Term]:
        """s and 1 - s where s > 0; two numbers that cost nothing where it is not."""
        p, q = m.sigmoid(z), m.sigmoid(-z)
        beyond = p > self.margin
        return m.where(beyond, p - self.margin, 1), m.where(beyond, q + self.margin, 1)

    def _by_shifted(self, m: Any, z: Term) -> tuple[Term, Term]:
        """First and second derivative of the cost of class 0 by s, where s > 0."""
        gamma = self.gamma_neg
        shifted, rest = self._shifted(m, z)
        power, cost = m.power(shifted, gamma), -m.log(rest)
        first = gamma * power / shifted * cost + power / rest
        second = gamma * (gamma - 1) * power / shifted / shifted * cost
        return first, second + 2 * gamma * power / shifted / rest + power / rest / rest
