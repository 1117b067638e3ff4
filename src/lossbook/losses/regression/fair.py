from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import positive
from lossbook.rosetta import Counterpart


class Fair(ResidualLoss):
    r"""Fair's loss: half the square near 0, absolute error less a logarithm far away.

    .. math:: \ell(y, \hat y) = c^2 \left(u - \log(1 + u)\right), \qquad u = |\hat y - y| / c

    Convex, with slopes below :math:`c`, which they approach only slowly.

    Parameters
    ----------
    c : float
        Where the square bends over; the slope far away.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Fair(c=2)
    >>> round(loss([0, 1], [2, 1], reduction="sum"), 9)  # 4 (1 - log(2))
    1.227411278
    >>> loss.gradient([0, 1], [2, 1], reduction="sum")
    array([1., 0.])
    """

    c: float = positive(1.0)

    kind = "regression"
    compensated = True
    counterparts = (
        Counterpart("lightgbm", "fair", note="c is its fair_c"),
        Counterpart("catboost", "FairLoss", note="a metric only; c is its smoothness"),
    )
    example = Example(y_true=[0, 1], y_pred=[2, 1])
    references = (
        "Fair, On the Robust Estimation of Econometric Models, Ann. Econ. Soc. Meas. 3 (1974)",
        (
            "Holland and Welsch, Robust Regression Using Iteratively Reweighted Least-Squares, "
            "Commun. Stat. A 6 (1977), table 1"
        ),
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=True, strictly_convex=True, lipschitz=self.c, smoothness=1, symmetric=True
        )

    def value(self, m: Any, r: Term) -> Term:
        size = abs(r)
        u = m.saturated(size / self.c, 1e20)  # from there on, the logarithm is nothing beside u
        straight = self.c * (size - self.c * m.log1p(u))
        return m.where(u < 1, size * (size * m.log1p_curve(m.minimum(u, 1))), straight)

    def deriv(self, m: Any, r: Term) -> Term:
        near, far, held = m.relative(r, self.c)
        return held / (near + far)

    def deriv2(self, m: Any, r: Term) -> Term:
        near, far, _ = m.relative(r, self.c)
        return (near / (near + far)) ** 2

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        u = abs(y_pred - y_true) / self.c
        return self.c**2 * (u - m.log1p(u))

    def proximal(self, m: Any, r: Term, step: Term) -> Term:
        # Of x^2 + b x = c |r|, the root that is not negative, from terms that do not cancel.
        b = self.c * (1 + step) - abs(r)
        root = m.sqrt(b * b + 4 * self.c * abs(r))
        x = m.where(b > 0, 2 * self.c * abs(r) / (abs(b) + root), (root + abs(b)) / 2)
        return m.where(r < 0, -x, x)

    def conjugated(self, m: Any, u: Term) -> Term:
        t = m.minimum(abs(u) / self.c, 1)
        # Its value at 1 is infinite by itself.
        return m.where(abs(u) <= self.c, -(self.c * self.c) * (t + m.log1p(-t)), math.inf)
