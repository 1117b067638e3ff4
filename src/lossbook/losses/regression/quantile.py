from __future__ import annotations

import math
from typing import Any

from lossbook import functionals
from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.functionals import Functional
from lossbook.maths.namespace import Term
from lossbook.parameters import fraction
from lossbook.rosetta import Counterpart


class Quantile(ResidualLoss):
    r"""Quantile (pinball) loss: misses above and below cost differently; the best constant is the
    quantile.

    .. math:: \ell(y, \hat y) = \max\bigl((1 - \tau)(\hat y - y),\; \tau (y - \hat y)\bigr)

    At :math:`\hat y = y` the subdifferential is :math:`[-\tau, 1 - \tau]`; the gradient given there
    is 0. The Hessian is 0 on both sides of the kink.

    Parameters
    ----------
    tau : float
        The quantile to predict, strictly between 0 and 1; 0.5 is the median.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Quantile(tau=0.5)
    >>> loss([5, 0, 3], [4, 1, 2.5])
    0.4166666666666667
    >>> loss.gradient([5, 0, 3], [4, 1, 2.5], reduction="sum")
    array([-0.5,  0.5, -0.5])
    """

    tau: float = fraction(0.5)

    kind = "regression"
    aliases = {"pinball": {}, "pinball_loss": {}}
    counterparts = (
        Counterpart(
            "sklearn",
            "PinballLoss",
            hessian="1",
            ties="-tau at the label",
            note="sklearn._loss; tau is its quantile",
        ),
        Counterpart("sklearn", "mean_pinball_loss", note="tau is its alpha"),
        Counterpart(
            "xgboost",
            "reg:quantileerror",
            hessian="1; leaves are set to quantiles",
            note="tau is its quantile_alpha",
        ),
        Counterpart(
            "lightgbm",
            "quantile",
            {"tau": 0.9},
            hessian="1; leaves are set to quantiles",
            ties="1 - tau at the label",
            note="tau is its alpha",
        ),
        Counterpart(
            "catboost",
            "Quantile",
            hessian="none; leaves are set to quantiles",
            ties="0 wherever the residual is below 1e-6",
            note="tau is its alpha",
        ),
        Counterpart("lossfunctions", "QuantileLoss", ties="-tau at the label"),
    )
    example = Example(y_true=[5, 0, 3], y_pred=[4, 1, 2.5])
    references = (
        "Koenker and Bassett, Regression Quantiles, Econometrica 46 (1978), equation 1.1",
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=True,
            lipschitz=max(self.tau, 1 - self.tau),
            kinks=(0.0,),
            symmetric=self.tau == 0.5,
        )

    @property
    def functional(self) -> Functional:
        return functionals.Quantile(self.tau)

    def value(self, m: Any, r: Term) -> Term:
        return m.where(r >= 0, 1 - self.tau, self.tau) * abs(r)

    def deriv(self, m: Any, r: Term) -> Term:
        return m.where(r > 0, 1 - self.tau, m.where(r < 0, -self.tau, 0))

    def deriv2(self, m: Any, r: Term) -> Term:
        return 0

    def proximal(self, m: Any, r: Term, step: Term) -> Term:
        return r - m.clip(r, -self.tau * step, (1 - self.tau) * step)

    def conjugated(self, m: Any, u: Term) -> Term:
        return m.where((u >= -self.tau) & (u <= 1 - self.tau), 0, math.inf)

    def derived(self, page: Any) -> None:
        r, tau = page.residual, self.over(page.m).tau
        page.define(r, page.prediction - page.label)
        value = page.part("Value: each side has a price of its own", page.loss, 0)
        value.line(
            page.m.maximum((1 - tau) * r, -tau * r), "1 - τ for each unit above the label, τ below"
        )
        sides = ((r < 0, -tau * r, -tau), (r > 0, (1 - tau) * r, 1 - tau))
        for where, cost, _ in sides:
            page.part(value.heading, page.loss, 0, where).line(cost)
        for where, cost, slope in sides:
            gradient = page.gradient(where=where).line(page.slope(cost, r))
            gradient.line(slope, "a straight line has one slope")
        gradient.after = "At r = 0 every slope from -τ to 1 - τ is a subgradient, and 0 is given."
        page.hessian().line(0, "the gradient is constant on both sides of the kink")
        share = page.number("F")
        best = page.part("Why the best constant is the quantile", page.letter("E"))
        best.line(
            (1 - tau) * share - tau * (1 - share),
            "the mean slope, if a share F of the labels lies below ŷ",
        )
        best.line(share - tau, "multiplied out: 0 where F = τ, and rising with ŷ")
