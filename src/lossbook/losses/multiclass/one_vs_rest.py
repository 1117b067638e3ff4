from __future__ import annotations

from typing import Any

from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import ScoresLoss
from lossbook.functionals import Functional, Mean
from lossbook.links import LOGIT, Link
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class OneVsRest(ScoresLoss):
    r"""One versus rest: each class has a logistic loss of its own, and they are added.

    .. math:: \ell(y, z) = \sum_j \left( \log(1 + e^{z_j}) - y_j z_j \right)

    The inverse link gives a probability per class; these need not sum to 1.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.OneVsRest()
    >>> loss([0], [[1.0, 0.0, -1.0]])
    1.319670555596391
    """

    kind = "multiclass"
    aliases = {"one_vs_all": {}}
    counterparts = (
        Counterpart(
            "lightgbm",
            "multiclassova",
            note="its sigmoid stretches scores by a factor, which is 1 by default",
        ),
        Counterpart("catboost", "MultiClassOneVsAll", note="divided by the number of classes"),
        Counterpart(
            "torch",
            "torch.nn.MultiLabelSoftMarginLoss",
            labels="a row of zeros and ones, any number of them",
            note="divided by the number of classes",
        ),
    )
    accuracy = Accuracy(value=4, gradient=4, hessian=4)
    references = ("Rifkin and Klautau, In Defense of One-Vs-All, JMLR 5 (2004)",)

    @property
    def example(self) -> Example:
        return Example(y_true=[0, 2], y_pred=[[1.0, 0.0, -1.0], [0.5, 2.0, 0.0]])

    @property
    def prediction_symbol(self) -> str:
        return "z"

    @property
    def link(self) -> Link:
        return LOGIT

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, strictly_convex=True, lipschitz=1, smoothness=0.25)

    @property
    def is_separable(self) -> bool:
        return True

    @property
    def functional(self) -> Functional:
        return Mean()

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        return m.sum(m.softplus_minus(scores, y))

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        return m.sum(m.softplus(y_pred) - y_true * y_pred)

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        return m.sigmoid_minus(scores, y)

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        return m.sigmoid(scores) * m.sigmoid(-scores)
