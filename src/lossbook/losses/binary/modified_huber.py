from __future__ import annotations

from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import MarginLoss
from lossbook.functionals import Functional, Mean
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class ModifiedHuber(MarginLoss):
    r"""Modified Huber loss: the squared hinge near the margin, a straight line for gross misses.

    .. math::
        \ell(y, \hat y) = \begin{cases}
            \max(0, 1 - a)^2 & a \ge -1 \\
            -4 a & a < -1
        \end{cases}
        \qquad a = y \hat y, \quad y \in \{-1, 1\}

    The best prediction is the mean label, so (1 + y_pred) / 2, held in [0, 1], estimates the
    probability of class 1. The Hessian is 2 for margins strictly between -1 and 1, 0 elsewhere.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.ModifiedHuber()
    >>> loss([1, 1, -1, -1], [2, 0.5, 0.5, 3], reduction="none")
    array([ 0.  ,  0.25,  2.25, 12.  ])
    >>> loss.gradient([1, 1, -1, -1], [2, 0.5, 0.5, 3], reduction="sum")
    array([ 0., -1.,  3.,  4.])
    """

    kind = "binary"
    counterparts = (
        Counterpart("sklearn", "modified_huber"),
        Counterpart("lossfunctions", "ModifiedHuberLoss"),
    )
    example = Example(y_true=[1, 1, -1, -1], y_pred=[2, 0.5, 0.5, 3])
    references = (
        "Zhang, Statistical Behavior and Consistency of Classification, Ann. Statist. 32 (2004)",
    )

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, lipschitz=4, smoothness=2, symmetric=True, calibrated=True)

    @property
    def functional(self) -> Functional:
        return Mean()

    def value(self, m: Any, a: Term) -> Term:
        return m.where(a >= -1, m.maximum(0, 1 - a) ** 2, -4 * a)

    def deriv(self, m: Any, a: Term) -> Term:
        return -2 * m.clip(1 - a, 0, 2)

    def deriv2(self, m: Any, a: Term) -> Term:
        return m.where((a > -1) & (a < 1), 2, 0)
