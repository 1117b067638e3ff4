from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class LogCosh(ResidualLoss):
    r"""Log-cosh loss: about half the square near 0, about the absolute error far away.

    .. math:: \ell(y, \hat y) = \log\cosh(\hat y - y)

    Far away it is :math:`|r| - \log 2`; the gradient is :math:`\tanh r`.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.LogCosh()
    >>> round(loss([0, 3], [1, 3], reduction="sum"), 9)  # log((e + 1 / e) / 2)
    0.43378083
    >>> loss.gradient([0, 3], [1, 3], reduction="sum").round(9)  # tanh(1)
    array([0.76159416, 0.        ])
    """

    kind = "regression"
    compensated = True
    counterparts = (
        Counterpart("keras", "LogCosh"),
        Counterpart("optax", "log_cosh"),
        Counterpart("catboost", "LogCosh"),
    )
    example = Example(y_true=[0, 3], y_pred=[1, 3])
    references = (
        (
            "Green, Bayesian Reconstructions From Emission Tomography Data Using a Modified EM "
            "Algorithm, IEEE Trans. Med. Imaging 9 (1990)"
        ),
    )

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, strictly_convex=True, lipschitz=1, smoothness=1, symmetric=True)

    def value(self, m: Any, r: Term) -> Term:
        return m.log_cosh(r)

    def deriv(self, m: Any, r: Term) -> Term:
        return m.tanh(r)

    def deriv2(self, m: Any, r: Term) -> Term:
        return 4 * (m.sigmoid(2 * r) * m.sigmoid(-2 * r))

    def conjugated(self, m: Any, u: Term) -> Term:
        up, down = m.clip(1 + u, 0, 2), m.clip(1 - u, 0, 2)
        return m.where(abs(u) <= 1, (m.xlogy(up, up) + m.xlogy(down, down)) / 2, math.inf)
