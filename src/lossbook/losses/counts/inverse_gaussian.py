from __future__ import annotations

import math
import sys
from typing import Any

from lossbook.domains import Domain, Interval
from lossbook.facts import Example, Facts
from lossbook.families import DevianceLoss
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart

_POSITIVE = Interval(0, without_low=True)

_MEAN = {"from_log": False}


class InverseGaussian(DevianceLoss):
    r"""Inverse Gaussian loss: minus the log-likelihood of a positive label whose variance grows as
    the cube of its mean.

    .. math:: \ell(y, \mu) = \frac{y}{2 \mu^2} - \frac{1}{\mu},
              \qquad \mu = e^z \text{ from logarithms}

    Means above the label cost little: the value approaches 0 as :math:`\mu` grows. Not convex,
    neither in z nor in :math:`\mu`. Kept and dropped constants:
    :class:`~lossbook.DevianceLoss`.

    Parameters
    ----------
    from_log : bool
        Whether ``y_pred`` holds logarithms z of the mean rather than the mean itself.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.InverseGaussian(from_log=False)
    >>> loss([1.0, 2.0], [1.0, 4.0])
    -0.34375
    >>> loss.gradient([1.0, 2.0], [1.0, 4.0], reduction="none")
    array([0.     , 0.03125])
    >>> loss.deviance([1.0, 2.0], [1.0, 4.0])
    0.0625
    """

    kind = "counts"
    compensated = True
    counterparts = (Counterpart("statsmodels", "InverseGaussian", _MEAN),)
    dropped = "1 / (2 y) + log(2 pi y^3) / 2"
    references = ("Tweedie, Statistical Properties of Inverse Gaussian Distributions I (1957)",)

    @property
    def example(self) -> Example:
        return Example(y_true=[1.0, 2.0], y_pred=[0.0, 1.0] if self.from_log else [1.0, 4.0])

    @property
    def label_domain(self) -> Domain:
        return _POSITIVE

    @property
    def facts(self) -> Facts:
        return Facts(convex=False, minimum=-math.inf)

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_log:
            return m.times_exp(y / 2, -2 * prediction) - m.exp(-prediction)
        return m.share(y / 2 - prediction, prediction**2)

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_log:
            return self._square(m, y, prediction) / 2 - self._inverse(m, prediction)
        return m.share(m.share(y, prediction) / 2 - 1, prediction)

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_log:
            return self._inverse(m, prediction) - self._square(m, y, prediction)
        return m.share_of_cube(prediction - y, prediction)

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_log:
            return 2 * self._square(m, y, prediction) - self._inverse(m, prediction)
        ratio = m.share(y, prediction)
        return 2 * m.share_of_cube(ratio + ratio / 2 - 1, prediction)

    def _square(self, m: Any, y: Term, z: Term) -> Term:
        """y / mean^2."""
        return m.times_exp(y, -2 * z)

    def _inverse(self, m: Any, z: Term) -> Term:
        """1 / mean, held below infinity, which would meet another one."""
        return m.minimum(m.exp(-z), sys.float_info.max)

    def half_deviance(self, m: Any, y: Term, mean: Term, log_ratio: Term) -> Term:
        miss = m.expm1(-log_ratio)
        return miss * (miss / y) / 2
