from __future__ import annotations

from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import MarginLoss
from lossbook.functionals import Functional, Quantile
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class ZeroOne(MarginLoss):
    r"""Zero-one loss: 1 for a mistake, 0 for a hit; its mean is the error rate.

    .. math:: \ell(y, \hat y) = \begin{cases} 0 & y \hat y > 0 \\ 1 & y \hat y \le 0 \end{cases},
        \qquad y \in \{-1, 1\}

    A prediction of 0 chooses no class and counts as a mistake. The value jumps there; gradient and
    Hessian are 0 everywhere else, and are given as 0 there too: nothing can be learned from them.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.ZeroOne()
    >>> loss([1, 1, -1, -1], [2, -0.5, 0.5, 0.0])
    0.75
    >>> loss.gradient([1, 1, -1, -1], [2, -0.5, 0.5, 0.0])
    array([0., 0., 0., 0.])
    """

    kind = "binary"
    aliases = {"misclassification": {}, "error_rate": {}}
    counterparts = (Counterpart("lossfunctions", "ZeroOneLoss", ties="0 at a prediction of 0"),)
    example = Example(y_true=[1, 1, -1, -1], y_pred=[2, -0.5, 0.5, -2])
    references = ("Bartlett, Jordan and McAuliffe, JASA 101 (2006), section 1",)

    @property
    def facts(self) -> Facts:
        return Facts(convex=False, jumps=(0.0,), supremum=1, symmetric=True, calibrated=True)

    @property
    def functional(self) -> Functional:
        return Quantile(0.5)

    def value(self, m: Any, a: Term) -> Term:
        return m.where(a > 0, 0, 1)

    def deriv(self, m: Any, a: Term) -> Term:
        return 0

    def deriv2(self, m: Any, a: Term) -> Term:
        return 0
