from __future__ import annotations

import math
from typing import Any

from lossbook import functionals
from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.functionals import Functional
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class AbsoluteError(ResidualLoss):
    r"""Absolute error: every miss costs what it is long; the best constant is the median.

    .. math:: \ell(y, \hat y) = |\hat y - y|

    At :math:`\hat y = y` the subdifferential is :math:`[-1, 1]`; the gradient given there is 0. The
    Hessian is 0 on both sides of the kink. Half of it is the quantile loss of the median.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.AbsoluteError()
    >>> loss([3, -1, 2, 7], [2.5, -2, 2, 8])
    0.625
    >>> loss.gradient([3, -1, 2, 7], [2.5, -2, 2, 8], reduction="sum")
    array([-1., -1.,  0.,  1.])
    """

    kind = "regression"
    aliases = {"mae": {}, "mean_absolute_error": {}, "l1": {}, "l1_loss": {}}
    counterparts = (
        Counterpart("torch", "torch.nn.L1Loss"),
        Counterpart("keras", "MeanAbsoluteError"),
        Counterpart(
            "sklearn", "AbsoluteError", hessian="1", ties="-1 at the label", note="sklearn._loss"
        ),
        Counterpart("xgboost", "reg:absoluteerror", hessian="1; leaves are set to medians"),
        Counterpart("lightgbm", "regression_l1", hessian="1; leaves are set to medians"),
        Counterpart("lightgbm", "l1", hessian="1; leaves are set to medians"),
        Counterpart("catboost", "MAE", hessian="none; leaves are set to medians"),
        Counterpart("lossfunctions", "L1DistLoss"),
    )
    example = Example(y_true=[3, -1, 2, 7], y_pred=[2.5, -2, 2, 8])
    references = (
        "Laplace, Mémoire sur la probabilité des causes par les évènements (1774), section V",
    )

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, lipschitz=1, kinks=(0.0,), symmetric=True)

    @property
    def functional(self) -> Functional:
        return functionals.Quantile(0.5)

    def value(self, m: Any, r: Term) -> Term:
        return abs(r)

    def deriv(self, m: Any, r: Term) -> Term:
        return m.where(r > 0, 1, m.where(r < 0, -1, 0))

    def deriv2(self, m: Any, r: Term) -> Term:
        return 0

    def proximal(self, m: Any, r: Term, step: Term) -> Term:
        return r - m.clip(r, -step, step)

    def conjugated(self, m: Any, u: Term) -> Term:
        return m.where(abs(u) <= 1, 0, math.inf)
