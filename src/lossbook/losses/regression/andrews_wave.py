from __future__ import annotations

from typing import Any

from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import positive
from lossbook.rosetta import Counterpart


class AndrewsWave(ResidualLoss):
    r"""Andrews' wave: half a wave of the cosine; misses beyond it cost the same, and pull no more.

    .. math:: \ell(y, \hat y) = c^2 (1 - \cos u), \qquad u = \min(|\hat y - y| / c,\, \pi)

    Half the square near 0. Value and gradient are continuous at :math:`|u| = \pi`; the Hessian is
    :math:`\cos u` before and 0 from there on.

    Parameters
    ----------
    c : float
        The scale; the cut-off is :math:`\pi c`.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.AndrewsWave(c=2)
    >>> loss([0, 1], [20, 1], reduction="sum")
    8.0
    >>> loss.gradient([0, 0], [20, 2], reduction="sum").round(9)  # 2 sin(1)
    array([0.        , 1.68294197])
    """

    c: float = positive(1.339)

    kind = "regression"
    compensated = True
    # At the float nearest to the cut-off, the sine is what pi has beyond 32 digits.
    accuracy = Accuracy(gradient=16)
    counterparts = (Counterpart("statsmodels", "AndrewWave", note="c is its a"),)
    example = Example(y_true=[0, 0], y_pred=[20, 2])
    references = (
        "Andrews, A Robust Method for Multiple Linear Regression, Technometrics 16 (1974)",
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=False,
            lipschitz=self.c,
            smoothness=1,
            supremum=2 * self.c**2,
            symmetric=True,
            redescending=True,
        )

    def value(self, m: Any, r: Term) -> Term:
        u = self._held(m, r)
        half = self.c * m.sin(u / 2)
        return m.near_zero(u, r * (r / 2), 2 * (half * half))

    def deriv(self, m: Any, r: Term) -> Term:
        u = self._held(m, r)
        return m.where(self._is_inside(m, r), m.near_zero(u, r, self.c * m.sin(u)), 0)

    def deriv2(self, m: Any, r: Term) -> Term:
        return m.where(self._is_inside(m, r), m.cos(self._held(m, r)), 0)

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        u = m.minimum(abs(y_pred - y_true) / self.c, m.pi)
        return self.c**2 * (1 - m.cos(u))

    def _is_inside(self, m: Any, r: Term) -> Any:
        return abs(r) < m.pi * self.c

    def _held(self, m: Any, r: Term) -> Term:
        return m.clip(r / self.c, -m.pi, m.pi)
