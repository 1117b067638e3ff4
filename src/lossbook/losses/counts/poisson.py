from __future__ import annotations

import math
from typing import Any

from lossbook.domains import Domain, Interval
from lossbook.facts import Example, Facts
from lossbook.families import DevianceLoss
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart

_COUNTS = Interval(0)

_MEAN = {"from_log": False}


class Poisson(DevianceLoss):
    r"""Poisson loss: minus the log-likelihood of a count, whose variance is its mean.

    .. math:: \ell(y, \mu) = \mu - y \log \mu, \qquad \mu = e^z \text{ from logarithms}

    Labels are 0 or more and need not be whole. A mean of 0 is right for a label of 0 alone, and for
    all others the value is infinite there. Kept and dropped constants:
    :class:`~lossbook.DevianceLoss`.

    Parameters
    ----------
    from_log : bool
        Whether ``y_pred`` holds logarithms z of the mean rather than the mean itself.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Poisson()
    >>> loss([0, 2, 1], [-1.0, 1.0, 0.0])
    0.6953870898768292
    >>> loss.gradient([0, 2, 1], [-1.0, 1.0, 0.0], reduction="none")
    array([0.36787944, 0.71828183, 0.        ])
    >>> loss.deviance([0, 2, 1], [-1.0, 1.0, 0.0])
    0.31497042050025215
    """

    kind = "counts"
    aliases = {"poisson_loss": {}}
    counterparts = (
        Counterpart("torch", "torch.nn.PoissonNLLLoss"),
        Counterpart("keras", "Poisson", _MEAN, clipping="1e-7 is added inside the logarithm"),
        Counterpart("sklearn", "HalfPoissonLoss"),
        Counterpart("sklearn", "mean_poisson_deviance", _MEAN, factor=2),
        Counterpart("statsmodels", "Poisson", _MEAN),
        Counterpart("xgboost", "count:poisson", hessian="e^0.7 times as large"),
        Counterpart("lightgbm", "poisson", hessian="e^0.7 times as large"),
        Counterpart("catboost", "Poisson"),
        Counterpart("lossfunctions", "PoissonLoss"),
    )
    dropped = "log y!"
    references = ("McCullagh and Nelder, Generalized Linear Models (1989), chapter 6",)

    @property
    def example(self) -> Example:
        return Example(y_true=[0, 2, 1], y_pred=[-1.0, 1.0, 0.0] if self.from_log else [0.5, 4, 1])

    @property
    def label_domain(self) -> Domain:
        return _COUNTS

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, strictly_convex=self.from_log, minimum=-math.inf)

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        return self.mean(m, prediction) - m.times(y, self.log_mean(m, prediction))

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_log:
            # Beyond the bound exp alone counts, whatever the label.
            return m.exp_minus(prediction, y, m.minimum(prediction, 1024))
        return prediction - m.xlogy(y, prediction) + 0  # never -0

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_log:
            return m.exp_minus(prediction, y)
        return m.where(y == 0, 1, m.share(prediction - y, prediction))

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        return m.exp(prediction) if self.from_log else m.share_of_square(y, prediction)

    def half_deviance(self, m: Any, y: Term, mean: Term, log_ratio: Term) -> Term:
        near = y * m.exp_above_tangent(log_ratio)
        far = (mean - y) - y * log_ratio
        return m.where(y == 0, mean, m.where(abs(log_ratio) < 1, near, far))

    @property
    def has_prox(self) -> bool:
        return not self.from_log

    def proximal(self, m: Any, y: Term, point: Term, step: Term) -> Term:
        # Of mu^2 + b mu = step y, the root that is not negative, from terms that do not cancel.
        b = step - point
        root = m.sqrt(b * b + 4 * step * y)
        return m.where(b > 0, m.share(2 * step * y, abs(b) + root), (root + abs(b)) / 2)

    def conjugated(self, m: Any, y: Term, u: Term) -> Term:
        if self.from_log:
            mean = m.maximum(y + u, 0)
            return m.where(y + u >= 0, m.xlogy(mean, mean) - mean, math.inf)
        rest = m.maximum(1 - u, 0)
        at_best = m.xlogy(y, m.share(y, rest)) - y
        return m.where((u < 1) | ((u == 1) & (y == 0)), at_best, math.inf)
