from __future__ import annotations

import math
from typing import Any

from lossbook import functionals
from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.functionals import Functional
from lossbook.maths.namespace import Term
from lossbook.parameters import positive
from lossbook.rosetta import Counterpart


class Periodic(ResidualLoss):
    r"""Periodic loss: for angles, times of day and other labels that come round again.

    .. math:: \ell(y, \hat y) = 1 - \cos\frac{2 \pi (\hat y - y)}{c}

    A miss by a whole period costs nothing, one by half a period costs 2, the most; the gradient
    there is 0 too.

    Parameters
    ----------
    c : float
        The period.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Periodic(c=24)
    >>> loss([23, 0], [1, 12], reduction="none").round(9)  # 1 - cos(30 degrees), and 2
    array([0.1339746, 2.       ])
    >>> loss.gradient([23, 0], [23, 12], reduction="sum")
    array([0., 0.])
    """

    c: float = positive(1.0)

    kind = "regression"
    compensated = True
    counterparts = (Counterpart("lossfunctions", "PeriodicLoss"),)
    example = Example(y_true=[23, 0], y_pred=[1, 12])
    references = (
        "Mardia and Jupp, Directional Statistics (2000), section 2.3.1: the distance 1 - cos",
    )

    @property
    def facts(self) -> Facts:
        turn = 2 * math.pi / self.c
        return Facts(
            convex=False,
            unimodal=False,
            lipschitz=turn,
            smoothness=turn**2,
            supremum=2,
            symmetric=True,
        )

    @property
    def functional(self) -> Functional:
        return functionals.CircularMean(self.c)

    def derivative(self, m: Any, order: int, y_true: Term, y_pred: Term) -> Term:
        r = m.phase(y_pred, y_true, self.c)
        return (self.value, self.deriv, self.deriv2)[order](m, r)

    def value(self, m: Any, r: Term) -> Term:
        half = m.sin(m.pi * (r / self.c))
        return 2 * half * half

    def deriv(self, m: Any, r: Term) -> Term:
        # The sine is 0 at half a period too: by the way to there, which is exact.
        size, turn = abs(r), 2 * m.pi / self.c
        way = m.where(size > self.c / 4, self.c / 2 - size, size)
        slope = m.near_zero(way / self.c, turn * turn * way, turn * m.sin(turn * way))
        return m.where(r < 0, -slope, slope)

    def deriv2(self, m: Any, r: Term) -> Term:
        turn = 2 * m.pi / self.c
        # The cosine, as the sine of the way to a quarter of a period.
        return turn * turn * m.sin(turn * (self.c / 4 - abs(r)))
