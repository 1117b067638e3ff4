from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import between
from lossbook.rosetta import Counterpart


class LpError(ResidualLoss):
    r"""Power of the absolute error: the absolute error at p = 1, the squared error at p = 2.

    .. math:: \ell(y, \hat y) = |\hat y - y|^p

    At :math:`\hat y = y` the gradient given is 0, which is a subgradient at p = 1. The Hessian
    there is infinite for :math:`1 < p < 2`.

    Parameters
    ----------
    p : float
        The power, 1 or more.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.LpError(p=1.5)
    >>> loss([0, 0], [4, -9], reduction="sum")
    35.0
    >>> loss.gradient([0, 0], [4, -9], reduction="sum")
    array([ 3. , -4.5])
    """

    p: float = between(1, math.inf, 1.5)

    kind = "regression"
    compensated = True
    aliases = {"lp": {}, "lq": {}}
    counterparts = (
        Counterpart(
            "catboost",
            "Lq",
            hessian="1 for q below 2, which has no Newton steps",
            note="p is its q, which has no default",
        ),
        Counterpart("lossfunctions", "LPDistLoss"),
    )
    example = Example(y_true=[0, 0], y_pred=[4, -9])
    references = ("Gonin and Money, Nonlinear Lp-Norm Estimation (1989), chapter 1",)

    @property
    def facts(self) -> Facts:
        straight, squared = self.p == 1, self.p == 2
        return Facts(
            convex=True,
            strictly_convex=not straight,
            strong_convexity=2 if squared else 0,
            lipschitz=1 if straight else math.inf,
            smoothness=2 if squared else math.inf,
            kinks=(0.0,) if straight else (),
            symmetric=True,
        )

    def value(self, m: Any, r: Term) -> Term:
        return m.power(abs(r), self.p)

    def deriv(self, m: Any, r: Term) -> Term:
        sign = m.where(r > 0, 1, m.where(r < 0, -1, 0))
        return sign * (self.p * m.power(abs(r), self.p - 1))

    def deriv2(self, m: Any, r: Term) -> Term:
        return m.times(self.p * (self.p - 1), m.power(abs(r), self.p - 2))
