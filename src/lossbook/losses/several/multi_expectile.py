from __future__ import annotations

from typing import Any

from lossbook import functionals
from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import LevelsLoss
from lossbook.functionals import Functional
from lossbook.maths.namespace import Term


class MultiExpectile(LevelsLoss):
    r"""Expectile loss of several levels: one label, and a prediction for each of its expectiles.

    .. math:: \ell(y, q) = \sum_k |\tau_k - 1_{q_k > y}| \, (q_k - y)^2

    The sum over levels, so that each column has the gradient of `Expectile`. A row of ``y_pred``
    holds the expectiles q, which may cross; with ``non_crossing`` it holds raw scores c, of which
    ``inverse_link`` makes expectiles that rise:

    .. math:: q_0 = c_0, \qquad q_k = q_{k-1} + \log(1 + e^{c_k})

    Where an expectile hits the label, its curvature is given as that below the label. The Hessian
    of ``non_crossing`` may be negative; ``gauss_newton_hessian`` gives one that is not.

    Parameters
    ----------
    taus : tuple of float
        The levels, rising, each strictly between 0 and 1; 0.5 is the mean.
    non_crossing : bool
        Whether ``y_pred`` holds a base and raw steps rather than the expectiles.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.MultiExpectile(taus=(0.25, 0.75))
    >>> loss([2.0, 0.0], [[1.0, 4.0], [-2.0, 2.0]], reduction="none")
    array([1.25, 2.  ])
    >>> loss.gradient([2.0], [[1.0, 4.0]])
    array([[-0.5,  1. ]])
    """

    kind = "several"
    aliases = {"multi_asymmetric_squares": {}}
    accuracy = Accuracy(value=4, gradient=4, hessian=4)
    references = ("Newey and Powell, Asymmetric Least Squares Estimation, Econometrica 55 (1987)",)

    @property
    def example(self) -> Example:
        rows = [[float(k - 1) for k in range(len(self.taus))], [0.5] * len(self.taus)]
        return Example(y_true=[2.0, 0.0], y_pred=rows)

    @property
    def facts(self) -> Facts:
        if self.non_crossing:
            return Facts(convex=False, unimodal=False)
        sizes = [2 * share for tau in self.taus for share in (tau, 1 - tau)]
        return Facts(
            convex=True,
            strictly_convex=True,
            strong_convexity=min(sizes),
            smoothness=max(sizes),
        )

    @property
    def functional(self) -> Functional:
        return functionals.PerColumn(tuple(map(functionals.Expectile, self.taus)))

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        tau, r = self._residuals(m, y, prediction)
        return m.sum(tau * m.maximum(-r, 0) ** 2 + (1 - tau) * m.maximum(r, 0) ** 2)

    def cost(self, m: Any, tau: Term, r: Term) -> Term:
        return (_share(m, tau, r) * abs(r)) * abs(r)

    def slope(self, m: Any, tau: Term, r: Term) -> Term:
        return 2 * (_share(m, tau, r) * r)

    def curvature(self, m: Any, tau: Term, r: Term) -> Term:
        return 2 * _share(m, tau, r)


def _share(m: Any, tau: Term, r: Term) -> Term:
    return m.where(r > 0, 1 - tau, tau)
