from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import positive
from lossbook.rosetta import Counterpart


class TukeyBiweight(ResidualLoss):
    r"""Tukey's biweight (bisquare) loss: misses beyond a cut-off cost the same, and pull no more.

    .. math:: \ell(y, \hat y) = \frac{c^2}{6} \left(1 - (1 - u^2)^3\right),
        \qquad u = \min(|\hat y - y| / c,\, 1)

    Half the square near 0. Value, gradient and Hessian are continuous at the cut-off.

    Parameters
    ----------
    c : float
        The cut-off.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.TukeyBiweight(c=2)
    >>> loss([0, 0, 1], [1, -5, 1], reduction="none").round(9)  # 37 / 96, and 2 / 3
    array([0.38541667, 0.66666667, 0.        ])
    >>> loss.gradient([0, 0, 1], [1, -5, 1], reduction="sum")
    array([0.5625, 0.    , 0.    ])
    """

    c: float = positive(4.685)

    kind = "regression"
    compensated = True
    aliases = {"tukey": {}, "bisquare": {}}
    counterparts = (
        Counterpart(
            "statsmodels",
            "TukeyBiweight",
            note="its rho is 0 beyond the cut-off and negative below in older versions",
        ),
    )
    example = Example(y_true=[0, 0, 1], y_pred=[1, -5, 1])
    references = (
        "Beaton and Tukey, The Fitting of Power Series, Technometrics 16 (1974), section 5",
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=False,
            lipschitz=self.c * 16 / 25 / math.sqrt(5),
            smoothness=1,
            supremum=self.c**2 / 6,
            symmetric=True,
            redescending=True,
        )

    def value(self, m: Any, r: Term) -> Term:
        held = m.clip(r, -self.c, self.c)
        rest = self._rest(held)
        return held * (held / 6) * (1 + rest + rest * rest)

    def deriv(self, m: Any, r: Term) -> Term:
        held = m.clip(r, -self.c, self.c)
        rest = self._rest(held)
        return held * rest * rest

    def deriv2(self, m: Any, r: Term) -> Term:
        held = m.clip(r, -self.c, self.c)
        u = held / self.c
        return self._rest(held) * (1 - 5 * (u * u))

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        u = m.minimum(abs(y_pred - y_true) / self.c, 1)
        w = 1 - u**2
        return self.c**2 / 6 * (1 - w * w * w)

    def _rest(self, held: Term) -> Term:
        """``1 - u^2``, as a product in which nothing cancels."""
        return ((self.c - held) / self.c) * ((self.c + held) / self.c)
