from __future__ import annotations

from typing import Any

from lossbook.domains import Domain, Interval
from lossbook.facts import Example, Facts
from lossbook.families import DevianceLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import strictly_between
from lossbook.rosetta import Counterpart

_AMOUNTS = Interval(0)

_MEAN = {"from_log": False}


class Tweedie(DevianceLoss):
    r"""Tweedie loss: minus the log-likelihood of an amount that is often 0 and otherwise positive.

    .. math:: \ell(y, \mu) = \frac{\mu^{2 - p}}{2 - p} + \frac{y \mu^{1 - p}}{p - 1},
              \qquad \mu = e^z \text{ from logarithms}

    The variance grows as :math:`\mu^p`; a sum of a Poisson number of gamma amounts, such as the
    claims of a year, has powers strictly between 1 and 2. At the ends of that range stand
    :class:`Poisson` (p = 1) and :class:`Gamma` (p = 2), which have logarithms in place of these
    fractions; p = 3 is :class:`InverseGaussian` and p = 0 the squared error. Between 0 and 1 there
    is no such distribution. Not convex in the mean itself. Kept and dropped constants:
    :class:`~lossbook.DevianceLoss`.

    Parameters
    ----------
    power : float
        The power p of the variance, strictly between 1 and 2.
    from_log : bool
        Whether ``y_pred`` holds logarithms z of the mean rather than the mean itself.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Tweedie(power=1.5)
    >>> loss([0, 4], [0.0, 0.0])
    6.0
    >>> loss.gradient([0, 4], [0.0, 0.0], reduction="none")
    array([ 1., -3.])
    >>> loss.deviance([0, 4], [0.0, 0.0])
    4.0
    """

    power: float = strictly_between(1, 2, 1.5)

    kind = "counts"
    compensated = True
    counterparts = (
        Counterpart("sklearn", "HalfTweedieLoss"),
        Counterpart("sklearn", "HalfTweedieLossIdentity", _MEAN),
        Counterpart(
            "sklearn",
            "mean_tweedie_deviance",
            _MEAN,
            factor=2,
            note="its power is 0 by default, the squared error",
        ),
        Counterpart("xgboost", "reg:tweedie"),
        Counterpart("lightgbm", "tweedie"),
        Counterpart("catboost", "Tweedie", note="its variance_power has no default"),
        Counterpart(
            "statsmodels",
            "Tweedie",
            _MEAN,
            factor=2,
            note="its deviance; var_power is 1 by default",
        ),
    )
    dropped = "the logarithm of a series in y"
    references = ("Jorgensen, Exponential Dispersion Models, J. R. Statist. Soc. B 49 (1987)",)

    @property
    def example(self) -> Example:
        return Example(y_true=[0, 4], y_pred=[0.0, 0.0] if self.from_log else [1.0, 1.0])

    @property
    def label_domain(self) -> Domain:
        return _AMOUNTS

    @property
    def facts(self) -> Facts:
        return Facts(convex=self.from_log, strictly_convex=self.from_log)

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        rising, falling = 2 - self.power, self.power - 1
        if self.from_log:
            rise = m.exp(rising * prediction)
            fall = m.times_exp(y, -falling * prediction)
        else:
            rise = m.power(prediction, rising)
            fall = m.times(y, m.power(prediction, -falling))
        return rise / rising + fall / falling

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        rising, falling = 2 - self.power, self.power - 1
        if self.from_log:
            return m.exp(rising * prediction) - m.times_exp(y, -falling * prediction)
        miss = m.where(y == 0, 1, m.share(prediction - y, prediction))
        return miss * m.power(prediction, -falling)

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        rising, falling = 2 - self.power, self.power - 1
        if self.from_log:
            rise = m.exp(rising * prediction)
            return rising * rise + falling * m.times_exp(y, -falling * prediction)
        inside = m.share(self.power * m.share(y, prediction) - falling, prediction)
        return inside * m.power(prediction, -falling)

    def half_deviance(self, m: Any, y: Term, mean: Term, log_ratio: Term) -> Term:
        rising, falling = 2 - self.power, self.power - 1
        up = m.exp_above_tangent(rising * log_ratio) / rising
        down = m.exp_above_tangent(-falling * log_ratio) / falling
        several = m.power(y, rising) * (up + down)
        return m.where(y == 0, m.power(mean, rising) / rising, several)
