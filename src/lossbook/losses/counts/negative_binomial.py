from __future__ import annotations

from typing import Any

from lossbook.domains import Domain, Interval
from lossbook.facts import Example, Facts
from lossbook.families import DevianceLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import positive
from lossbook.rosetta import Counterpart

_COUNTS = Interval(0)

_MEAN = {"from_log": False}


class NegativeBinomial(DevianceLoss):
    r"""Negative binomial loss: minus the log-likelihood of a count that spreads more than Poisson's
    does.

    .. math:: \ell(y, \mu) = \frac{1}{\alpha} \log(1 + \alpha \mu)
              + y \log\Bigl(1 + \frac{1}{\alpha \mu}\Bigr), \qquad \mu = e^z \text{ from logarithms}

    The variance is :math:`\mu + \alpha \mu^2`; as :math:`\alpha \to 0` gradient and Hessian become
    Poisson's, and so does the value but for :math:`y \log \alpha`. Not convex in the mean itself.
    Kept and dropped constants: :class:`~lossbook.DevianceLoss`.

    Parameters
    ----------
    alpha : float
        How much the variance exceeds the mean, greater than 0.
    from_log : bool
        Whether ``y_pred`` holds logarithms z of the mean rather than the mean itself.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.NegativeBinomial(alpha=0.5)
    >>> loss([0, 2], [0.0, 1.0])
    1.8152073554123214
    >>> loss.gradient([0, 2], [0.0, 1.0], reduction="none")
    array([0.66666667, 0.30446754])
    >>> loss.deviance([0, 2], [0.0, 1.0])
    0.8578259885848613
    """

    alpha: float = positive(1.0)

    kind = "counts"
    compensated = True
    aliases = {"negbin": {}}
    counterparts = (Counterpart("statsmodels", "NegativeBinomial", _MEAN),)
    dropped = "log Gamma(y + 1) + log Gamma(1 / alpha) - log Gamma(y + 1 / alpha)"
    references = ("Hilbe, Negative Binomial Regression (2011), chapter 8",)

    @property
    def example(self) -> Example:
        return Example(y_true=[0, 2], y_pred=[0.0, 1.0] if self.from_log else [1.0, 4.0])

    @property
    def label_domain(self) -> Domain:
        return _COUNTS

    @property
    def facts(self) -> Facts:
        return Facts(convex=self.from_log, strictly_convex=self.from_log)

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        scaled = self.alpha * self.mean(m, prediction)
        return m.log1p(scaled) / self.alpha + m.times(y, m.log1p(m.share(1, scaled)))

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        mean = self.mean(m, prediction)
        log_scaled = self.log_mean(m, prediction) + m.log(self.alpha)
        is_large = log_scaled > 0
        # Of alpha mean and its reciprocal, the smaller one cannot overflow.
        if self.from_log:
            factor = m.where(is_large, 1 / self.alpha, self.alpha)
            small = m.times_exp(factor, m.where(is_large, -prediction, prediction))
        else:
            small = m.where(is_large, m.share(1 / self.alpha, mean), self.alpha * mean)
        large = m.share(1, small)
        of_small = m.log1p(small)
        of_large = m.where(large > 2.0**20, abs(log_scaled) + of_small, m.log1p(large))
        # Of the smallest means, alpha times them has lost digits.
        growth = m.where(is_large, of_large, of_small) / self.alpha
        growth = m.where(is_large | (small > 1e-20), growth, mean)
        return growth + m.times(y, m.where(is_large, of_small, of_large))

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_log:
            small = m.exp(-abs(prediction))
            is_large = prediction >= 0
            top = m.where(is_large, 1 - m.times(y, small), small - y)
            return top / m.where(is_large, small + self.alpha, 1 + self.alpha * small)
        miss = m.where(y == 0, 1, m.share(prediction - y, prediction))
        inverse = 1 / m.maximum(prediction, 1)
        return m.where(
            prediction > 1,
            m.share(miss / (inverse + self.alpha), prediction),
            miss / (1 + self.alpha * prediction),
        )

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_log:
            size = -abs(prediction)
            small = m.exp(size)
            whole = m.where(prediction >= 0, small + self.alpha, 1 + self.alpha * small)
            label = y + 1 / self.alpha
            share = self.alpha / whole / whole
            # Small labels first times the share, whose product with a tiny exp would lose digits;
            # large ones last, as theirs might overflow.
            is_small = label < 1e250
            first, last = m.where(is_small, label * share, label), m.where(is_small, 1, share)
            return m.times_exp(first, size) * last
        whole = 1 + self.alpha * prediction
        ratio = m.share(y, prediction) / whole
        slope = (m.share(1, prediction) + 2 * self.alpha) / whole
        return m.times(ratio, slope) - self.alpha / whole / whole

    def half_deviance(self, m: Any, y: Term, mean: Term, log_ratio: Term) -> Term:
        # Of two sums that give it, the one that cancels less; far off, the plain one.
        k = self.alpha * y
        up = m.log1p(k * (m.expm1(log_ratio) / (1 + k)))
        down = m.log1p(m.expm1(-log_ratio) / (1 + k))
        like_poisson = m.where(
            abs(log_ratio) < 1,
            k * m.exp_above_tangent(log_ratio) - (1 + k) * m.exp_above_tangent(up),
            (1 + k) * up - k * log_ratio,
        )
        like_gamma = m.where(
            log_ratio > -1,
            m.exp_above_tangent(-log_ratio) - (1 + k) * m.exp_above_tangent(down),
            (1 + k) * down + log_ratio,
        )
        several = m.where(k < 1, like_poisson, like_gamma) / self.alpha
        return m.where(y == 0, m.log1p(self.alpha * mean) / self.alpha, several)
