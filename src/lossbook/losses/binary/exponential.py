from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import MarginLoss
from lossbook.functionals import Functional, Mean
from lossbook.links import ATANH, Link
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class Exponential(MarginLoss):
    r"""Exponential loss: the loss of AdaBoost, which pushes hardest where it is most wrong.

    .. math:: \ell(y, \hat y) = e^{-y \hat y}, \qquad y \in \{-1, 1\}

    The best prediction is half the log-odds, so that
    :math:`\sigma(2 \hat y)` is the probability of class 1 and :math:`\tanh \hat y` the mean label.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Exponential()
    >>> loss([1, -1], [0.0, 1.0], reduction="none")
    array([1.        , 2.71828183])
    >>> round(loss.optimal_constant([1, 1, 1, -1]), 12)
    0.549306144334
    """

    kind = "binary"
    aliases = {"exponential_loss": {}, "adaboost": {}}
    counterparts = (
        Counterpart(
            "sklearn",
            "ExponentialLoss",
            labels="0 and 1, or shares between",
        ),
        Counterpart("lossfunctions", "ExpLoss"),
    )
    example = Example(y_true=[1, 1, -1, -1], y_pred=[2, -0.5, 0.5, -2])
    references = (
        "Friedman, Hastie and Tibshirani, Additive Logistic Regression, Ann. Statist. 28 (2000)",
    )

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, strictly_convex=True, symmetric=True, calibrated=True)

    @property
    def functional(self) -> Functional:
        return Mean()

    @property
    def link(self) -> Link:
        return ATANH

    def value(self, m: Any, a: Term) -> Term:
        return m.exp(-a)

    def deriv(self, m: Any, a: Term) -> Term:
        return -m.exp(-a)

    def deriv2(self, m: Any, a: Term) -> Term:
        return m.exp(-a)

    def conjugated(self, m: Any, u: Term) -> Term:
        return m.where(u <= 0, m.xlogy(-u, -u) + u, math.inf)
