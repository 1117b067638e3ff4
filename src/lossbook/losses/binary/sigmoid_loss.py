from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import MarginLoss
from lossbook.functionals import Functional, Quantile
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class SigmoidLoss(MarginLoss):
    r"""Sigmoid loss: a smooth version of counting mistakes (twice), from 0 to 2.

    .. math:: \ell(y, \hat y) = 1 - \tanh(y \hat y) = 2 \sigma(-2 y \hat y), \qquad y \in \{-1, 1\}

    It is not convex: the Hessian is negative on the wrong side. The best constant is infinite, on
    the side of the heavier class.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.SigmoidLoss()
    >>> loss([1, 1, -1], [0.0, -400.0, -400.0], reduction="none")
    array([1., 2., 0.])
    >>> loss.optimal_constant([1, 1, -1])
    inf
    """

    kind = "binary"
    compensated = True
    counterparts = (Counterpart("lossfunctions", "SigmoidLoss"),)
    example = Example(y_true=[1, 1, -1, -1], y_pred=[2, -0.5, 0.5, -2])
    references = (
        "Mason et al., Boosting Algorithms as Gradient Descent, NIPS 12 (1999), section 3",
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=False,
            lipschitz=1,
            smoothness=4 / (3 * math.sqrt(3)),  # where tanh = 1 / sqrt(3)
            supremum=2,
            symmetric=True,
            redescending=True,
            calibrated=True,
        )

    @property
    def functional(self) -> Functional:
        return Quantile(0.5)

    def constant_from(self, value: Any) -> Any:
        return math.copysign(math.inf, value)

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        return 2 / (1 + m.exp(2 * y * prediction))

    def value(self, m: Any, a: Term) -> Term:
        return 2 * m.sigmoid(-2 * a)

    def deriv(self, m: Any, a: Term) -> Term:
        return -4 * self._bell(m, a)

    def deriv2(self, m: Any, a: Term) -> Term:
        fall = m.expm1(-2 * abs(a))
        tanh = m.where(a >= 0, -1, 1) * (fall / (2 + fall))
        return 8 * tanh * self._bell(m, a)

    def _bell(self, m: Any, a: Term) -> Term:
        """The product of both probabilities."""
        return m.sigmoid(2 * a) * m.sigmoid(-2 * a)
