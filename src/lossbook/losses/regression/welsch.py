from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import positive


class Welsch(ResidualLoss):
    r"""Welsch (Leclerc, correntropy) loss: one minus a Gaussian; far misses cost the same.

    .. math:: \ell(y, \hat y) = \frac{c^2}{2} \left(1 - e^{-u^2}\right), \qquad u = (\hat y - y) / c

    Half the square near 0. The gradient is largest at :math:`|u| = 1 / \sqrt{2}`; from there on the
    Hessian is negative.

    Parameters
    ----------
    c : float
        From where on a miss counts as far.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Welsch(c=2)
    >>> round(loss([0, 1], [2, 1], reduction="sum"), 9)  # 2 (1 - 1 / e)
    1.264241118
    >>> loss.gradient([0, 1], [2, 1], reduction="sum").round(9)  # 2 / e
    array([0.73575888, 0.        ])
    """

    c: float = positive(1.0)

    kind = "regression"
    compensated = True
    aliases = {"leclerc": {}, "correntropy": {}}
    example = Example(y_true=[0, 1], y_pred=[2, 1])
    references = (
        (
            "Holland and Welsch, Robust Regression Using Iteratively Reweighted Least-Squares, "
            "Commun. Stat. A 6 (1977), table 1"
        ),
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=False,
            lipschitz=self.c / math.sqrt(2 * math.e),
            smoothness=1,
            supremum=self.c**2 / 2,
            symmetric=True,
            redescending=True,
        )

    def value(self, m: Any, r: Term) -> Term:
        u = r / self.c
        return m.near_zero(u, r * (r / 2), (self.c**2 / 2) * -m.expm1(-(u * u)))

    def deriv(self, m: Any, r: Term) -> Term:
        return m.exp_times(-self._square(m, r), r)

    def deriv2(self, m: Any, r: Term) -> Term:
        square = self._square(m, r)
        return m.exp_times(-square, 1 - 2 * square)

    def _square(self, m: Any, r: Term) -> Term:
        u = r / self.c
        return m.saturated(u * u, 1e4)
