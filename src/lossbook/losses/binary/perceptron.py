from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import MarginLoss
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class Perceptron(MarginLoss):
    r"""Perceptron loss: a constant push on every sample on the wrong side, none on the right one.

    .. math:: \ell(y, \hat y) = \max(0, -y \hat y), \qquad y \in \{-1, 1\}

    It is the hinge without a margin. At 0 the gradient given is 0, which is a subgradient. The
    best constant is 0 as soon as there are labels of both classes, so it tells nothing about them.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Perceptron()
    >>> loss([1, 1, -1, -1], [2, -0.5, 0.5, -2])
    0.25
    >>> loss.gradient([1, 1, -1, -1], [2, -0.5, 0.5, -2], reduction="sum")
    array([ 0., -1.,  1.,  0.])
    """

    kind = "binary"
    counterparts = (
        Counterpart("sklearn", "perceptron", ties="the full push at 0"),
        Counterpart("optax", "perceptron_loss", ties="half the push at 0"),
        Counterpart("lossfunctions", "PerceptronLoss"),
    )
    example = Example(y_true=[1, 1, -1, -1], y_pred=[2, -0.5, 0.5, -2])
    references = ("Rosenblatt, The Perceptron, Psychological Review 65 (1958)",)

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, lipschitz=1, kinks=(0.0,), symmetric=True, calibrated=False)

    def value(self, m: Any, a: Term) -> Term:
        return m.maximum(0, -a) + 0

    def deriv(self, m: Any, a: Term) -> Term:
        return m.where(a < 0, -1, 0)

    def deriv2(self, m: Any, a: Term) -> Term:
        return 0

    def proximal(self, m: Any, a: Term, step: Term) -> Term:
        return a + m.clip(-a, 0, step)

    def conjugated(self, m: Any, u: Term) -> Term:
        return m.where((u >= -1) & (u <= 0), 0, math.inf)
