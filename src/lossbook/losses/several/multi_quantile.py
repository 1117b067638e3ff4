from __future__ import annotations

import math
from typing import Any

from lossbook import functionals
from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import LevelsLoss
from lossbook.functionals import Functional
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class MultiQuantile(LevelsLoss):
    r"""Quantile loss of several levels: one label, and a prediction for each of its quantiles.

    .. math:: \ell(y, q) = \sum_k \max(\tau_k (y - q_k), (1 - \tau_k)(q_k - y))

    The sum over levels, so that each column has the gradient of `Quantile`. A row of ``y_pred``
    holds the quantiles q, which may cross; with ``non_crossing`` it holds raw scores c, of which
    ``inverse_link`` makes quantiles that rise:

    .. math:: q_0 = c_0, \qquad q_k = q_{k-1} + \log(1 + e^{c_k})

    Where a quantile hits the label, its slope is 0. The Hessian is that of the straight pieces: 0,
    but for the bend of the steps; ``gauss_newton_hessian`` gives one to fit with.

    Parameters
    ----------
    taus : tuple of float
        The levels, rising, each strictly between 0 and 1.
    non_crossing : bool
        Whether ``y_pred`` holds a base and raw steps rather than the quantiles.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.MultiQuantile(taus=(0.25, 0.5, 0.75))
    >>> loss([2.0, 0.0], [[1.0, 2.0, 4.0], [-2.0, -1.0, 1.0]])
    1.0
    >>> loss.gradient([2.0], [[1.0, 2.0, 4.0]])
    array([[-0.25,  0.  ,  0.25]])
    >>> rising = lossbook.MultiQuantile(taus=(0.25, 0.75), non_crossing=True)
    >>> rising.inverse_link([[1.0, 0.0], [1.0, -100.0]])
    array([[1.        , 1.69314718],
           [1.        , 1.        ]])
    """

    kind = "several"
    aliases = {"multi_pinball": {}}
    counterparts = (
        Counterpart("catboost", "MultiQuantile", note="its levels are alpha; quantiles may cross"),
    )
    accuracy = Accuracy(value=4, gradient=4, hessian=4)
    references = ("Koenker and Bassett, Regression Quantiles, Econometrica 46 (1978)",)

    @property
    def example(self) -> Example:
        rows = [[float(k - 1) for k in range(len(self.taus))], [0.5] * len(self.taus)]
        return Example(y_true=[2.0, 0.0], y_pred=rows)

    @property
    def facts(self) -> Facts:
        if not self.non_crossing:
            steepest = max(max(tau, 1 - tau) for tau in self.taus)
            return Facts(convex=True, lipschitz=steepest)
        return Facts(convex=False, unimodal=False, lipschitz=self._steepest())

    def _steepest(self) -> float:
        """Over all places of the label among the quantiles, with all steps at their fullest."""
        norms = []
        for below in range(len(self.taus) + 1):
            slopes = [(k >= below) - tau for k, tau in enumerate(self.taus)]
            norms.append(math.hypot(*(sum(slopes[k:]) for k in range(len(slopes)))))
        return max(norms)

    @property
    def functional(self) -> Functional:
        return functionals.PerColumn(tuple(map(functionals.Quantile, self.taus)))

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        tau, r = self._residuals(m, y, prediction)
        return m.sum(m.maximum(-tau * r, (1 - tau) * r))

    def cost(self, m: Any, tau: Term, r: Term) -> Term:
        return m.where(r >= 0, 1 - tau, tau) * abs(r)

    def slope(self, m: Any, tau: Term, r: Term) -> Term:
        return m.where(r > 0, 1 - tau, m.where(r < 0, -tau, 0))

    def curvature(self, m: Any, tau: Term, r: Term) -> Term:
        return m.where(r > 0, 0, 0)

    def model_curvature(self, m: Any, tau: Term, r: Term) -> Term:
        return m.where(r > 0, 1, 1)
