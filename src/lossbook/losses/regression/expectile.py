from __future__ import annotations

from typing import Any

from lossbook import functionals
from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.functionals import Functional
from lossbook.maths.namespace import Term
from lossbook.parameters import fraction
from lossbook.rosetta import Counterpart


class Expectile(ResidualLoss):
    r"""Expectile loss: squared error that costs differently above and below the label.

    .. math:: \ell(y, \hat y) = |\tau - 1_{\hat y > y}|\, (\hat y - y)^2

    The best constant is the expectile: what the quantile is to the median, it is to the mean. Full
    squares: at :math:`\tau = 1/2` it is half the squared error. The Hessian is
    :math:`2 (1 - \tau)` above the label and :math:`2 \tau` below; at the label itself it is given
    as the latter.

    Parameters
    ----------
    tau : float
        The expectile to predict, strictly between 0 and 1; 0.5 is the mean.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Expectile(tau=0.25)
    >>> loss([0, 0, 1], [2, -2, 1], reduction="none")
    array([3., 1., 0.])
    >>> loss.gradient([0, 0, 1], [2, -2, 1], reduction="sum")
    array([ 3., -1.,  0.])
    """

    tau: float = fraction(0.5)

    kind = "regression"
    compensated = True
    aliases = {"asymmetric_squares": {}}
    counterparts = (
        Counterpart(
            "xgboost",
            "reg:expectileerror",
            note="several expectiles at once do not cross there: the first and steps up from it",
        ),
        Counterpart("catboost", "Expectile", note="tau is its alpha"),
    )
    example = Example(y_true=[0, 0, 1], y_pred=[2, -2, 1])
    references = (
        (
            "Newey and Powell, Asymmetric Least Squares Estimation and Testing, Econometrica 55 "
            "(1987), section 2"
        ),
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=True,
            strictly_convex=True,
            strong_convexity=2 * min(self.tau, 1 - self.tau),
            smoothness=2 * max(self.tau, 1 - self.tau),
            symmetric=self.tau == 0.5,
        )

    @property
    def functional(self) -> Functional:
        return functionals.Expectile(self.tau)

    def value(self, m: Any, r: Term) -> Term:
        return (self._share(m, r) * abs(r)) * abs(r)

    def deriv(self, m: Any, r: Term) -> Term:
        return 2 * (self._share(m, r) * r)

    def deriv2(self, m: Any, r: Term) -> Term:
        return 2 * self._share(m, r)

    def _share(self, m: Any, r: Term) -> Term:
        return m.where(r > 0, 1 - self.tau, self.tau)

    def proximal(self, m: Any, r: Term, step: Term) -> Term:
        return r / (1 + 2 * step * self._share(m, r))

    def conjugated(self, m: Any, u: Term) -> Term:
        return u * u / (4 * self._share(m, u))
