from __future__ import annotations

from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.functionals import Functional, Mean
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class SquaredError(ResidualLoss):
    r"""Squared error: large misses are punished most; the best constant is the mean.

    .. math:: \ell(y, \hat y) = (\hat y - y)^2

    Full square, not half of it: the gradient is :math:`2 (\hat y - y)`. XGBoost, LightGBM and
    scikit-learn's ``HalfSquaredError`` use the half.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.SquaredError()
    >>> loss([3, -1, 2, 7], [2.5, -2, 2, 8])
    0.5625
    >>> loss.gradient([3, -1, 2, 7], [2.5, -2, 2, 8])
    array([-0.25, -0.5 ,  0.  ,  0.5 ])
    """

    kind = "regression"
    aliases = {"mse": {}, "mean_squared_error": {}, "l2": {}}
    counterparts = (
        Counterpart("torch", "torch.nn.MSELoss"),
        Counterpart("keras", "MeanSquaredError"),
        Counterpart("optax", "squared_error"),
        Counterpart("optax", "l2_loss", factor=0.5),
        Counterpart("sklearn", "HalfSquaredError", factor=0.5, note="sklearn._loss"),
        Counterpart("sklearn", "squared_error", factor=0.5, note="SGDRegressor's"),
        Counterpart("scipy", "linear", factor=0.5, note="least_squares' cost"),
        Counterpart("xgboost", "reg:squarederror", factor=0.5),
        Counterpart("lightgbm", "regression", factor=0.5),
        Counterpart("lightgbm", "l2", factor=0.5),
        Counterpart("catboost", "RMSE", factor=0.5, note="the metric is the root of the mean"),
        Counterpart("statsmodels", "LeastSquares", factor=0.5),
        Counterpart("lossfunctions", "L2DistLoss"),
    )
    example = Example(y_true=[3, -1, 2, 7], y_pred=[2.5, -2, 2, 8])
    references = (
        "Legendre, Nouvelles méthodes pour la détermination des orbites (1805), appendix",
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=True, strictly_convex=True, strong_convexity=2, smoothness=2, symmetric=True
        )

    @property
    def functional(self) -> Functional:
        return Mean()

    def value(self, m: Any, r: Term) -> Term:
        return r * r

    def deriv(self, m: Any, r: Term) -> Term:
        return 2 * r

    def deriv2(self, m: Any, r: Term) -> Term:
        return 2

    def proximal(self, m: Any, r: Term, step: Term) -> Term:
        return r / (1 + 2 * step)

    def conjugated(self, m: Any, u: Term) -> Term:
        return u * u / 4

    def derived(self, page: Any) -> None:
        r, y, prediction, m = page.residual, page.label, page.prediction, page.m
        page.define(r, prediction - y)
        density = page.letter("P")
        value = page.part("Value: minus the log-likelihood of a Gaussian label", density, 0)
        value.line(m.exp(-r * r) / m.sqrt(m.pi), "of mean ŷ and variance 1 / 2")
        minus_log, constant = -m.log(density), m.log(m.pi) / 2
        value.done(lambda e: -m.log(e), minus_log, r * r + constant, "as log e^u = u")
        value.done(
            lambda e: e - constant, page.loss, r * r, "what no prediction changes is left out"
        )
        page.gradient().line(page.slope(r * r, r)).line(2 * r, "power rule").line(
            2 * (prediction - y), "r written out"
        )
        page.hessian().line(page.slope(2 * r, r)).line(2, "a straight line has one slope")
