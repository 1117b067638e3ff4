from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import fraction, positive


class SmoothQuantile(ResidualLoss):
    r"""Smoothed quantile loss: the kink is rounded off over a bandwidth, so Newton steps work.

    .. math:: \ell(y, \hat y) = \int \rho_\tau(r - h v) K(v)\,dv,
        \qquad \rho_\tau(r) = \max\bigl((1 - \tau) r,\, -\tau r\bigr)

    with :math:`r = \hat y - y`, the bandwidth :math:`h` and the uniform kernel :math:`K` on
    :math:`[-1, 1]`. Of the usual kernels it has the plainest closed form: the quantile loss itself
    beyond :math:`h`, and within

    .. math:: \frac{(1 - \tau) (h + r)^2 + \tau (h - r)^2}{4 h},

    whose gradient keeps its digits where it changes sign, as it needs no exponential. That is at
    :math:`r = (2 \tau - 1) h`, where the loss has its smallest value, :math:`\tau (1 - \tau) h`.
    The Hessian is :math:`1 / (2 h)` up to :math:`|r| = h`, there included, and 0 beyond.

    Parameters
    ----------
    tau : float
        The quantile to predict, strictly between 0 and 1.
    bandwidth : float
        How far from 0 the loss is curved.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.SmoothQuantile(tau=0.25, bandwidth=2)
    >>> loss([0, 0, 0], [0, 4, -4], reduction="none")
    array([0.5, 3. , 1. ])
    >>> loss.gradient([0, 0, 0], [0, 4, -4], reduction="sum")
    array([ 0.25,  0.75, -0.25])
    """

    tau: float = fraction(0.5)
    bandwidth: float = positive(1.0)

    kind = "regression"
    compensated = True
    aliases = {"smoothed_pinball": {}, "conquer": {}}
    example = Example(y_true=[0, 0, 0], y_pred=[0, 4, -4])
    references = (
        (
            "Fernandes, Guerre and Horta, Smoothing Quantile Regressions, J. Bus. Econ. Stat. 39 "
            "(2021), equation 2"
        ),
        (
            "He, Pan, Tan and Zhou, Smoothed Quantile Regression with Large-Scale Inference, J. "
            "Econometrics 232 (2023), section 2"
        ),
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=True,
            lipschitz=max(self.tau, 1 - self.tau),
            smoothness=1 / (2 * self.bandwidth),
            minimum=self.tau * (1 - self.tau) * self.bandwidth,
            symmetric=self.tau == 0.5,
        )

    def value(self, m: Any, r: Term) -> Term:
        h = self.bandwidth
        above, below = (m.clip(x + h, 0, 2 * h) for x in (r, -r))
        curved = (1 - self.tau) * (above * (above / (4 * h))) + self.tau * (
            below * (below / (4 * h))
        )
        straight = m.where(r >= 0, 1 - self.tau, self.tau) * abs(r)
        return m.where(abs(r) <= h, curved, straight)

    def deriv(self, m: Any, r: Term) -> Term:
        h = self.bandwidth
        inside = (r + (1 - 2 * self.tau) * h) / (2 * h)
        outside = m.where(r >= 0, 1 - self.tau, -self.tau)
        return m.where(abs(r) <= h, inside, outside)

    def deriv2(self, m: Any, r: Term) -> Term:
        return m.where(abs(r) <= self.bandwidth, 1 / (2 * self.bandwidth), 0)

    def proximal(self, m: Any, r: Term, step: Term) -> Term:
        h = self.bandwidth
        slope = (r + (1 - 2 * self.tau) * h) / (2 * h + step)
        return r - step * m.clip(slope, -self.tau, 1 - self.tau)

    def conjugated(self, m: Any, u: Term) -> Term:
        below, above = self.tau + u, (1 - self.tau) - u
        return m.where((below >= 0) & (above >= 0), -self.bandwidth * below * above, math.inf)
