from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import positive
from lossbook.rosetta import Counterpart


class PseudoHuber(ResidualLoss):
    r"""Pseudo-Huber loss: like Huber's, but smooth to any order.

    .. math:: \ell(y, \hat y) = \delta^2 \left(\sqrt{1 + (r / \delta)^2} - 1\right),
        \qquad r = \hat y - y

    About half the square near 0, and about :math:`\delta |r| - \delta^2` far away.

    Parameters
    ----------
    delta : float
        Where the square bends over; the slope far away.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.PseudoHuber(delta=3)
    >>> loss([0, 1], [4, 1])  # 9 (5 / 3 - 1) = 6, and 0
    3.0
    >>> loss.gradient([0, 1], [4, 1], reduction="sum")
    array([2.4, 0. ])
    """

    delta: float = positive(1.0)

    kind = "regression"
    compensated = True
    aliases = {"charbonnier": {}, "soft_l1": {}}
    counterparts = (
        Counterpart(
            "xgboost",
            "reg:pseudohubererror",
            hessian="exact up to 3.4, then 1 / sqrt(1 + (r / delta)^2)",
            note="delta is its huber_slope",
        ),
        Counterpart(
            "scipy", "soft_l1", note="delta is least_squares' f_scale; its cost is this sum"
        ),
    )
    example = Example(y_true=[0, 1], y_pred=[4, 1])
    references = (
        (
            "Charbonnier et al., Deterministic Edge-Preserving Regularization in Computed Imaging, "
            "IEEE Trans. Image Process. 6 (1997)"
        ),
        "Hartley and Zisserman, Multiple View Geometry in Computer Vision (2004), appendix 6.8",
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=True, strictly_convex=True, lipschitz=self.delta, smoothness=1, symmetric=True
        )

    def value(self, m: Any, r: Term) -> Term:
        near, far, held = m.relative(r, self.delta)
        return abs(held) * (abs(r) / (m.sqrt(near**2 + far**2) + near))

    def deriv(self, m: Any, r: Term) -> Term:
        near, far, held = m.relative(r, self.delta)
        return held / m.sqrt(near**2 + far**2)

    def deriv2(self, m: Any, r: Term) -> Term:
        near, far, _ = m.relative(r, self.delta)
        cosine = near / m.sqrt(near**2 + far**2)
        return cosine * cosine * cosine

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        u = (y_pred - y_true) / self.delta
        return self.delta**2 * (m.sqrt(1 + u**2) - 1)

    def conjugated(self, m: Any, u: Term) -> Term:
        t = m.clip(u / self.delta, -1, 1)
        dome = u * u / (1 + m.sqrt((1 - t) * (1 + t)))
        return m.where(abs(u) <= self.delta, dome, math.inf)
