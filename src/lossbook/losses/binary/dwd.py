from __future__ import annotations

from typing import Any

from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import MarginLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import positive
from lossbook.rosetta import Counterpart


class DWD(MarginLoss):
    r"""Distance-weighted discrimination: like the hinge, with a tail that never reaches 0.

    .. math::
        \ell(y, \hat y) = \begin{cases}
            1 - a & a \le q / (q + 1) \\
            \dfrac{1}{q + 1} \left( \dfrac{q}{(q + 1) a} \right)^q & a > q / (q + 1)
        \end{cases}
        \qquad a = y \hat y, \quad y \in \{-1, 1\}

    As q goes to infinity it becomes the hinge. Where the two pieces meet, the slopes agree and the
    Hessian jumps; it is given as 0 there.

    Parameters
    ----------
    q : float
        How fast the tail falls, greater than 0.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.DWD(q=1)
    >>> loss([1, 1, -1, -1], [2, 0.5, 0.5, -1], reduction="none")
    array([0.125, 0.5  , 1.5  , 0.25 ])
    >>> loss.gradient([1, 1, -1, -1], [2, 0.5, 0.5, -1], reduction="none")
    array([-0.0625, -1.    ,  1.    ,  0.25  ])
    """

    q: float = positive(1.0)

    kind = "binary"
    accuracy = Accuracy(value=3)
    compensated = True
    aliases = {"distance_weighted_discrimination": {}}
    counterparts = (Counterpart("lossfunctions", "DWDMarginLoss"),)
    example = Example(y_true=[1, 1, -1, -1], y_pred=[2, 0.5, 0.5, -1])
    references = (
        "Marron, Todd and Ahn, Distance-Weighted Discrimination, JASA 102 (2007)",
        "Wang and Zou, Another Look at Distance-Weighted Discrimination, JRSS B 80 (2018), eq. 7",
    )

    @property
    def facts(self) -> Facts:
        smoothness = (self.q + 1) ** 2 / self.q
        return Facts(
            convex=True, lipschitz=1, smoothness=smoothness, symmetric=True, calibrated=True
        )

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        a, corner = y * prediction, self._corner
        tail = m.power(corner / m.maximum(a, corner), self.q) / (self.q + 1)
        return m.where(a > corner, tail, 1 - a)

    def value(self, m: Any, a: Term) -> Term:
        return m.where(a > self._corner, self._tail(m, a, self.q) / (self.q + 1), 1 - a)

    def deriv(self, m: Any, a: Term) -> Term:
        return -m.where(a > self._corner, self._tail(m, a, self.q + 1), 1)

    def deriv2(self, m: Any, a: Term) -> Term:
        curved = (self.q + 1) * self._tail(m, a, self.q + 1) / m.maximum(a, self._corner)
        return m.where(a > self._corner, curved, 0)

    @property
    def _corner(self) -> Term:
        return self.q / (self.q + 1)

    def _tail(self, m: Any, a: Term, exponent: Term) -> Term:
        """A power of corner / a: of each by itself, as the quotient may be subnormal."""
        corner = self._corner
        return m.power(corner, exponent) * m.power(m.maximum(a, corner), -exponent)
