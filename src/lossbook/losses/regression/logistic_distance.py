from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class LogisticDistance(ResidualLoss):
    r"""Logistic distance: what a residual costs whose errors are logistic.

    .. math:: \ell(y, \hat y) = -\log\frac{4 e^r}{(1 + e^r)^2}, \qquad r = \hat y - y

    This is the negative logarithm of the logistic density over its peak, and twice the log-cosh of
    :math:`r / 2`.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.LogisticDistance()
    >>> round(loss([0, 3], [2, 3], reduction="sum"), 9)  # 2 log((e + 1 / e) / 2)
    0.867561661
    >>> loss.gradient([0, 3], [2, 3], reduction="sum").round(9)  # tanh(1)
    array([0.76159416, 0.        ])
    """

    kind = "regression"
    compensated = True
    aliases = {"logit_distance": {}}
    counterparts = (Counterpart("lossfunctions", "LogitDistLoss"),)
    example = Example(y_true=[0, 3], y_pred=[2, 3])
    references = ("Steinwart and Christmann, Support Vector Machines (2008), example 2.40",)

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, strictly_convex=True, lipschitz=1, smoothness=0.5, symmetric=True)

    def value(self, m: Any, r: Term) -> Term:
        return 2 * m.log_cosh(r / 2)

    def deriv(self, m: Any, r: Term) -> Term:
        return m.tanh(r / 2)

    def deriv2(self, m: Any, r: Term) -> Term:
        return 2 * (m.sigmoid(r) * m.sigmoid(-r))

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        r = y_pred - y_true
        return 2 * m.log(1 + m.exp(r)) - r - m.log(4)

    def conjugated(self, m: Any, u: Term) -> Term:
        up, down = m.clip(1 + u, 0, 2), m.clip(1 - u, 0, 2)
        return m.where(abs(u) <= 1, m.xlogy(up, up) + m.xlogy(down, down), math.inf)
