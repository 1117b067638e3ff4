"""Losses of a positive mean: minus the log-likelihood of labels that have one, and its deviance."""

from __future__ import annotations

from typing import Any, ClassVar

from lossbook.domains import REALS, Domain, Interval
from lossbook.engine import VALUE, evaluate
from lossbook.families.pointwise import PointwiseLoss
from lossbook.functionals import Functional, Mean
from lossbook.links import IDENTITY, LOG, Link
from lossbook.maths.namespace import Term
from lossbook.parameters import switch

_MEANS = Interval(0, hint="pass from_log=True if these are logarithms of means")


class DevianceLoss(PointwiseLoss, family=True):
    r"""Minus the log-likelihood of a label with a positive mean :math:`\mu`, as far as it depends
    on :math:`\mu`.

    ``y_pred`` holds :math:`z = \log \mu`, or :math:`\mu` itself with ``from_log=False``.

    **Constants.** The value keeps every term in which the prediction occurs, with its factor, and
    drops every term of the label alone (``dropped`` says which), as gradients and comparisons of
    models do not see them. The dispersion counts as 1: another one divides the value. So the value
    is affine in the label, :math:`A(\mu) + y B(\mu)`, and need not be 0 at its best, which is where
    :math:`\mu = y`. What lies above that best, twice, is the ``deviance``.
    """

    from_log: bool = switch(True)

    dropped: ClassVar[str] = ""
    """The terms of minus the log-likelihood that the value leaves out."""

    def half_deviance(self, m: Any, y: Term, mean: Term, log_ratio: Term) -> Term:
        """The value above its smallest for this label; ``log_ratio`` is log(mean / y)."""
        raise NotImplementedError

    def deviance(
        self, y_true: Any, y_pred: Any, *, sample_weight: Any = None, reduction: str = "mean"
    ) -> Any:
        """Twice the value above that of a perfect prediction; arguments as in the other calls.

        Digits are not lost where prediction and label are close. (From logarithms, the last bit of
        ``y_pred`` itself decides how close they are.)

        Examples
        --------
        >>> import lossbook
        >>> loss = lossbook.Poisson(from_log=False)
        >>> f"{loss.deviance([3.0, 1.0], [3.0, 1.0 + 2**-30]):.12g}"
        '4.33680868725e-19'
        """
        return evaluate(_Deviance(self), VALUE, y_true, y_pred, sample_weight, reduction, None)

    @property
    def prediction_domain(self) -> Domain:
        return REALS if self.from_log else _MEANS

    @property
    def prediction_symbol(self) -> str:
        return "z" if self.from_log else r"\mu"

    @property
    def link(self) -> Link:
        return LOG if self.from_log else IDENTITY

    @property
    def functional(self) -> Functional:
        return Mean()

    def mean(self, m: Any, prediction: Term) -> Term:
        """The mean that a prediction stands for."""
        return m.exp(prediction) if self.from_log else prediction

    def log_mean(self, m: Any, prediction: Term) -> Term:
        """Its logarithm."""
        return prediction if self.from_log else m.log(prediction)

    def log_ratio(self, m: Any, y: Term, prediction: Term) -> Term:
        """log(mean / y), to the last digits where the two are close."""
        if self.from_log:
            return prediction - m.log(y)
        above = m.log1p((prediction - y) / y)
        below = m.log1p((y - prediction) / prediction)
        # A quotient of numbers far apart overflows, their logarithms are far apart then.
        apart = m.log(prediction) - m.log(y)
        return m.where(abs(apart) > 600, apart, m.where(prediction > y, above, -below))


class _Deviance(PointwiseLoss, family=True):
    """The unit deviance as a value, so that it takes the way of all values."""

    compensated = True
    _of: ClassVar[DevianceLoss]  # no field: deviances are made for one call

    def __init__(self, of: DevianceLoss) -> None:
        object.__setattr__(self, "_of", of)

    def over(self, m: Any) -> _Deviance:
        return _Deviance(self._of.over(m))

    @property
    def label_domain(self) -> Domain:
        return self._of.label_domain

    @property
    def prediction_domain(self) -> Domain:
        return self._of.prediction_domain

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        of = self._of
        ratio = of.log_ratio(m, y, prediction)
        return 2 * of.half_deviance(m, y, of.mean(m, prediction), ratio)
