from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import positive
from lossbook.rosetta import Counterpart


class Arctan(ResidualLoss):
    r"""Arctangent loss: the arctangent of the square; far misses cost the same.

    .. math:: \ell(y, \hat y) = \frac{c^2}{2} \arctan u^2, \qquad u = (\hat y - y) / c

    Half the square near 0. The gradient is largest at :math:`|u| = 3^{-1/4}`; from there on the
    Hessian is negative.

    Parameters
    ----------
    c : float
        From where on a miss counts as far.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Arctan(c=2)
    >>> round(loss([0, 1], [2, 1], reduction="sum"), 9)  # pi / 2
    1.570796327
    >>> loss.gradient([0, 1], [2, 1], reduction="sum")
    array([1., 0.])
    """

    c: float = positive(1.0)

    kind = "regression"
    compensated = True
    counterparts = (
        Counterpart("scipy", "arctan", note="c is least_squares' f_scale; its cost is this sum"),
    )
    example = Example(y_true=[0, 1], y_pred=[2, 1])
    references = (
        (
            "Branch, Coleman and Li, A Subspace, Interior, and Conjugate Gradient Method, SIAM J. "
            "Sci. Comput. 21 (1999), the method of SciPy's least_squares, which offers this loss"
        ),
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=False,
            lipschitz=self.c * 0.75 / 3**0.25,
            smoothness=1,
            supremum=self.c**2 * math.pi / 4,
            symmetric=True,
            redescending=True,
        )

    def value(self, m: Any, r: Term) -> Term:
        u = r / self.c
        square = m.saturated(u * u, 1e30)
        return m.near_zero(u, r * (r / 2), (self.c**2 / 2) * m.atan(square))

    def deriv(self, m: Any, r: Term) -> Term:
        near, far, held = m.relative(r, self.c)
        n, f = near**2, far**2
        return held * (near * (n / (n**2 + f**2)))

    def deriv2(self, m: Any, r: Term) -> Term:
        near, far, _ = m.relative(r, self.c)
        n, f = near**2, far**2
        share = n / (n**2 + f**2)
        return (n**2 - 3 * f**2) * share * share

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        u = (y_pred - y_true) / self.c
        return self.c**2 / 2 * m.atan(u**2)
