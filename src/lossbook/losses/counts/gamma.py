from __future__ import annotations

import math
from typing import Any

from lossbook.domains import Domain, Interval
from lossbook.facts import Example, Facts
from lossbook.families import DevianceLoss
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart

_POSITIVE = Interval(0, without_low=True)

_MEAN = {"from_log": False}


class Gamma(DevianceLoss):
    r"""Gamma loss: minus the log-likelihood of a positive label with standard deviation in
    proportion to its mean.

    .. math:: \ell(y, \mu) = \frac{y}{\mu} + \log \mu, \qquad \mu = e^z \text{ from logarithms}

    Misses count by their ratio: twice too high costs the same for small and for large labels. Not
    convex in the mean itself. Kept and dropped constants: :class:`~lossbook.DevianceLoss`.

    Parameters
    ----------
    from_log : bool
        Whether ``y_pred`` holds logarithms z of the mean rather than the mean itself.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Gamma()
    >>> loss([1.0, 2.0], [0.0, 1.0])
    1.3678794411714423
    >>> loss.gradient([1.0, 2.0], [0.0, 1.0], reduction="none")
    array([0.        , 0.26424112])
    >>> loss.deviance([1.0, 2.0], [0.0, 1.0])
    0.04261170178293934
    """

    kind = "counts"
    compensated = True
    aliases = {"gamma_deviance": {}}
    counterparts = (
        Counterpart("sklearn", "HalfGammaLoss"),
        Counterpart("sklearn", "mean_gamma_deviance", _MEAN, factor=2),
        Counterpart("statsmodels", "Gamma", _MEAN),
        Counterpart("xgboost", "reg:gamma"),
        Counterpart("lightgbm", "gamma"),
    )
    dropped = "nothing (an exponential label; a dispersion of its own adds terms of the label)"
    references = ("McCullagh and Nelder, Generalized Linear Models (1989), chapter 8",)

    @property
    def example(self) -> Example:
        return Example(y_true=[1.0, 2.0], y_pred=[0.0, 1.0] if self.from_log else [2.0, 1.0])

    @property
    def label_domain(self) -> Domain:
        return _POSITIVE

    @property
    def facts(self) -> Facts:
        return Facts(convex=self.from_log, strictly_convex=self.from_log, minimum=-math.inf)

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_log:
            return m.times_exp(y, -prediction) + prediction
        # At 0 the quotient alone counts.
        return m.share(y, prediction) + m.log(m.where(prediction == 0, 1, prediction))

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_log:
            return 1 - m.times_exp(y, -prediction)
        return m.share(m.share(prediction - y, prediction), prediction)

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_log:
            return m.times_exp(y, -prediction)
        return 2 * m.share_of_cube(y - prediction / 2, prediction)

    def half_deviance(self, m: Any, y: Term, mean: Term, log_ratio: Term) -> Term:
        return m.exp_above_tangent(-log_ratio)

    @property
    def has_conjugate(self) -> bool:
        return self.from_log

    def conjugated(self, m: Any, y: Term, u: Term) -> Term:
        part = m.maximum(1 - u, 0)
        return m.where(u <= 1, m.xlogy(part, part / y) - part, math.inf)
