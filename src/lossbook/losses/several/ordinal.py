from __future__ import annotations

from typing import Any

from lossbook import functionals
from lossbook.domains import Columns, Domain, OrderedClasses
from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import RowLoss
from lossbook.functionals import Functional
from lossbook.links import LOGIT, Link
from lossbook.maths.namespace import Term

_LABELS = OrderedClasses()
_COLUMNS = Columns("scores, one fewer than classes", fewest=1)


class Ordinal(RowLoss):
    r"""All-threshold logistic loss: classes in an order, told apart by the thresholds in between.

    .. math:: \ell(y, f) = \sum_{k=0}^{K-2} \log\left(1 + e^{-t_k f_k}\right), \qquad
              t_k = \begin{cases} 1 & y > k \\ -1 & y \le k \end{cases}

    ``y_true`` holds classes 0 .. K-1, a row of ``y_pred`` the K - 1 scores f: that the class lies
    beyond threshold k has the log-odds f_k, and ``inverse_link`` gives these probabilities. Of a
    model with one score s and thresholds θ, pass s - θ; its gradient by s is the sum of the row, by
    θ minus that of the column. A class that is far off is on the wrong side of many thresholds.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Ordinal()
    >>> loss([0, 2], [[0.0, 0.0], [0.0, 0.0]], reduction="none")
    array([1.38629436, 1.38629436])
    >>> loss.gradient([0, 1], [[0.0, 0.0], [0.0, 0.0]], reduction="sum")
    array([[ 0.5,  0.5],
           [-0.5,  0.5]])
    """

    kind = "several"
    aliases = {"all_threshold": {}, "ordinal_logistic": {}}
    accuracy = Accuracy(value=3, gradient=2, hessian=2)
    example = Example(y_true=[0, 2], y_pred=[[0.5, -1.0], [2.0, 0.0]])
    references = ("Rennie and Srebro, Loss Functions for Preference Levels, IJCAI Workshop (2005)",)

    @property
    def is_separable(self) -> bool:
        return True

    @property
    def label_domain(self) -> Domain:
        return _LABELS

    @property
    def columns(self) -> Columns:
        return _COLUMNS

    @property
    def prediction_symbol(self) -> str:
        return "f"

    @property
    def link(self) -> Link:
        return LOGIT

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, strictly_convex=True, lipschitz=1, smoothness=0.25)

    @property
    def functional(self) -> Functional:
        return functionals.Exceedances()

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        return m.sum(m.softplus_minus(prediction, _beyond(m, y, prediction)))

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        return m.sigmoid_minus(prediction, _beyond(m, y, prediction))

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        return m.sigmoid(prediction) * m.sigmoid(-prediction)


def _beyond(m: Any, y: Term, prediction: Term) -> Term:
    return m.where(y > m.places(prediction), 1, 0)
