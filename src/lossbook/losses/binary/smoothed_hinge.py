from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import MarginLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import positive
from lossbook.rosetta import Counterpart


class SmoothedHinge(MarginLoss):
    r"""Smoothed hinge loss: the hinge, with a parabola of width gamma in place of its corner.

    .. math::
        \ell(y, \hat y) = \begin{cases}
            0 & a \ge 1 \\
            (1 - a)^2 / (2 \gamma) & 1 - \gamma < a < 1 \\
            1 - a - \gamma / 2 & a \le 1 - \gamma
        \end{cases}
        \qquad a = y \hat y, \quad y \in \{-1, 1\}

    As gamma goes to 0 it becomes the hinge. The Hessian is 1 / gamma on the parabola and 0 outside;
    where the two meet it is given as 0.

    Parameters
    ----------
    gamma : float
        The width of the parabola, greater than 0.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.SmoothedHinge(gamma=1.0)
    >>> loss([1, 1, -1, -1], [2, 0.5, 0.5, -2], reduction="none")
    array([0.   , 0.125, 1.   , 0.   ])
    >>> loss.gradient([1, 1, -1, -1], [2, 0.5, 0.5, -2], reduction="sum")
    array([ 0. , -0.5,  1. ,  0. ])
    """

    gamma: float = positive(1.0)

    kind = "binary"
    compensated = True
    aliases = {"smooth_hinge": {}, "huberized_hinge": {"gamma": 2.0}}
    counterparts = (Counterpart("lossfunctions", "SmoothedL1HingeLoss"),)
    example = Example(y_true=[1, 1, -1, -1], y_pred=[2, 0.5, 0.5, -2])
    references = (
        "Shalev-Shwartz and Zhang, Stochastic Dual Coordinate Ascent, JMLR 14 (2013), section 1",
        "Rennie, Smooth Hinge Classification (2005)",
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=True, lipschitz=1, smoothness=1 / self.gamma, symmetric=True, calibrated=True
        )

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        a = y * prediction
        parabola = m.maximum(0, 1 - a) ** 2 / (2 * self.gamma)
        return m.where(a > 1 - self.gamma, parabola, 1 - a - self.gamma / 2)

    def value(self, m: Any, a: Term) -> Term:
        slack = m.maximum(0, 1 - a)
        bent = m.minimum(slack, self.gamma)
        return bent / self.gamma * (slack - bent / 2)

    def deriv(self, m: Any, a: Term) -> Term:
        return -m.minimum(m.maximum(0, 1 - a), self.gamma) / self.gamma

    def deriv2(self, m: Any, a: Term) -> Term:
        return m.where((a < 1) & (a > 1 - self.gamma), 1 / self.gamma, 0)

    def proximal(self, m: Any, a: Term, step: Term) -> Term:
        return a + step * m.clip((1 - a) / (self.gamma + step), 0, 1)

    def conjugated(self, m: Any, u: Term) -> Term:
        return m.where((u >= -1) & (u <= 0), u + self.gamma * (u * u / 2), math.inf)
