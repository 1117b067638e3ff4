from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import positive
from lossbook.rosetta import Counterpart


class Huber(ResidualLoss):
    r"""Huber loss: squared for small misses, absolute for large ones.

    .. math:: \ell(y, \hat y) = q (|r| - q / 2), \qquad r = \hat y - y, \quad q = \min(|r|, \delta)

    That is half the square up to :math:`\delta`, and a straight line of slope :math:`\delta`
    beyond. The Hessian is 1 up to :math:`|r| = \delta`, there included, and 0 beyond.

    Parameters
    ----------
    delta : float
        Where the square becomes a straight line.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Huber(delta=2)
    >>> loss([0, 0, 0], [0.5, -1, 3])
    1.5416666666666667
    >>> loss.gradient([0, 0, 0], [0.5, -1, 3], reduction="sum")
    array([ 0.5, -1. ,  2. ])
    """

    delta: float = positive(1.0)

    kind = "regression"
    compensated = True
    aliases = {"huber_loss": {}}
    counterparts = (
        Counterpart("torch", "torch.nn.HuberLoss"),
        Counterpart(
            "torch",
            "torch.nn.SmoothL1Loss",
            note="divided by its beta, which is delta here; at its default of 1, the same",
        ),
        Counterpart("keras", "Huber"),
        Counterpart("optax", "huber_loss"),
        Counterpart("scipy", "huber", note="delta is least_squares' f_scale; its cost is this sum"),
        Counterpart(
            "sklearn",
            "HuberLoss",
            {"delta": 0.5},
            hessian="1 up to delta, 0 beyond",
            note="delta is set anew to a quantile of the residuals, the 0.9 one by default",
        ),
        Counterpart("sklearn", "huber", {"delta": 0.1}, note="delta is SGDRegressor's epsilon"),
        Counterpart("lightgbm", "huber", {"delta": 0.9}, hessian="1", note="delta is its alpha"),
        Counterpart("catboost", "Huber"),
        Counterpart("statsmodels", "HuberT", {"delta": 1.345}, note="delta is its t"),
    )
    example = Example(y_true=[0, 0, 0], y_pred=[0.5, -1, 3])
    references = (
        "Huber, Robust Estimation of a Location Parameter, Ann. Math. Stat. 35 (1964), section 4",
    )

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, lipschitz=self.delta, smoothness=1, symmetric=True)

    def value(self, m: Any, r: Term) -> Term:
        q = m.minimum(abs(r), self.delta)
        return q * (abs(r) - q / 2)

    def deriv(self, m: Any, r: Term) -> Term:
        return m.clip(r, -self.delta, self.delta)

    def deriv2(self, m: Any, r: Term) -> Term:
        return m.where(abs(r) <= self.delta, 1, 0)

    def proximal(self, m: Any, r: Term, step: Term) -> Term:
        return r - step * m.clip(r / (1 + step), -self.delta, self.delta)

    def conjugated(self, m: Any, u: Term) -> Term:
        return m.where(abs(u) <= self.delta, u * u / 2, math.inf)
