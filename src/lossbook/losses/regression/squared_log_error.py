from __future__ import annotations

from typing import Any

from lossbook.domains import Domain, Interval
from lossbook.facts import Example, Facts
from lossbook.families import PointwiseLoss
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class SquaredLogError(PointwiseLoss):
    r"""Squared logarithmic error: squared error of logarithms, so that ratios count.

    .. math:: \ell(y, \hat y) = \left(\log(1 + \hat y) - \log(1 + y)\right)^2

    Infinite at :math:`\hat y = -1`. Too low costs more than too high by as much; beyond
    :math:`1 + \hat y = e (1 + y)` the Hessian is negative.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.SquaredLogError()
    >>> round(loss([0, 1], [1, 1], reduction="sum"), 9)  # log(2)^2
    0.480453014
    >>> loss.gradient([0, 1], [1, 1], reduction="sum").round(9)  # log(2)
    array([0.69314718, 0.        ])
    """

    kind = "regression"
    compensated = True
    aliases = {"msle": {}, "mean_squared_log_error": {}}
    counterparts = (
        Counterpart("keras", "MeanSquaredLogarithmicError", clipping="both from 1e-7 on"),
        Counterpart(
            "xgboost",
            "reg:squaredlogerror",
            factor=0.5,
            hessian="1e-6 at least",
            labels="above -1",
            clipping="predictions from -1 + 1e-6 on",
        ),
        Counterpart("catboost", "MSLE", note="a metric only"),
        Counterpart("sklearn", "mean_squared_log_error"),
    )
    example = Example(y_true=[0, 1], y_pred=[1, 1])
    references = (
        "Tofallis, A Better Measure of Relative Prediction Accuracy, J. Oper. Res. Soc. 66 (2015)",
    )

    @property
    def label_domain(self) -> Domain:
        return Interval(low=0)

    @property
    def prediction_domain(self) -> Domain:
        return Interval(low=-1)

    @property
    def facts(self) -> Facts:
        return Facts(convex=False)

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        miss = m.log_ratio(1 + prediction, 1 + y, prediction - y)
        return miss * miss

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        miss = m.log_ratio(1 + prediction, 1 + y, prediction - y)
        return m.share(2 * miss, 1 + prediction)

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        whole = 1 + prediction
        # 1 less the miss, with all its digits where it changes sign; quarters do not overflow.
        turn = m.e / 4 * (1 + y)
        rest = m.log_ratio(turn, whole / 4, turn - whole / 4)
        return m.share(m.share(2 * rest, whole), whole)

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        miss = m.log1p(y_pred) - m.log1p(y_true)
        return miss * miss
