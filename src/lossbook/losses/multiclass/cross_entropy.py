from __future__ import annotations

import math
from typing import Any

from lossbook.domains import REALS, Domain, Interval
from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import ScoresLoss
from lossbook.functionals import Functional, Mean
from lossbook.links import IDENTITY, SOFTMAX, Link
from lossbook.maths.namespace import Term
from lossbook.parameters import switch
from lossbook.rosetta import Counterpart

_LOGITS = {"from_logits": True}
_NORMALISED = "gradients are larger by 1 in all entries, as the sum is differentiated too"
_DOUBLED = "twice as large, floored at 1e-16"
_PREDICTED = Interval(0, 1, hint="pass from_logits=True if these are raw scores")


class CrossEntropy(ScoresLoss):
    r"""Cross entropy over K classes: minus the log-likelihood of a categorical label.

    .. math:: \ell(y, p) = -\sum_j y_j \log p_j, \qquad p = \mathrm{softmax}(z) \text{ from logits}

    ``y_true`` holds class indices, or one-hot or probability rows. Limits are limits: a predicted
    probability of 0 for a class that occurs gives an infinite loss, and nothing is clipped.

    Parameters
    ----------
    from_logits : bool
        Whether ``y_pred`` holds raw scores z rather than probabilities p.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.CrossEntropy(from_logits=True)
    >>> loss([1], [[1.0, 2.0, 2.0]])
    0.8619948040582511
    >>> loss([0], [[50.0, 0.0, 0.0]])
    3.8574996959278356e-22
    """

    from_logits: bool = switch(False)

    kind = "multiclass"
    aliases = {
        "categorical_crossentropy": {},
        "sparse_categorical_crossentropy": {},
        "multiclass_log_loss": {},
        "softmax": {"from_logits": True},
        "softmax_cross_entropy": {"from_logits": True},
    }
    counterparts = (
        Counterpart("torch", "torch.nn.CrossEntropyLoss", _LOGITS),
        Counterpart(
            "keras",
            "CategoricalCrossentropy",
            labels="one-hot or probability rows",
            clipping="probabilities are divided by their sum, then held to [1e-7, 1 - 1e-7]",
            note=_NORMALISED,
        ),
        Counterpart(
            "keras",
            "SparseCategoricalCrossentropy",
            labels="class indices",
            clipping="probabilities are divided by their sum, then held to [1e-7, 1 - 1e-7]",
            note=_NORMALISED,
        ),
        Counterpart(
            "optax", "softmax_cross_entropy", _LOGITS, labels="one-hot or probability rows"
        ),
        Counterpart(
            "optax", "softmax_cross_entropy_with_integer_labels", _LOGITS, labels="class indices"
        ),
        Counterpart("sklearn", "HalfMultinomialLoss", _LOGITS, labels="class indices"),
        Counterpart("xgboost", "multi:softmax", _LOGITS, hessian=_DOUBLED, labels="class indices"),
        Counterpart("xgboost", "multi:softprob", _LOGITS, hessian=_DOUBLED, labels="class indices"),
        Counterpart(
            "lightgbm",
            "multiclass",
            _LOGITS,
            hessian="K / (K - 1) times as large",
            labels="class indices",
        ),
        Counterpart(
            "catboost",
            "MultiClass",
            _LOGITS,
            hessian="the whole matrix of each row, where others take its diagonal",
            labels="class indices",
        ),
    )
    accuracy = Accuracy(value=4, gradient=4, hessian=4)
    references = ("Bridle, Probabilistic Interpretation of Feedforward Classification (1990)",)

    @property
    def example(self) -> Example:
        if self.from_logits:
            return Example(y_true=[1], y_pred=[[1.0, 2.0, 2.0]])
        return Example(y_true=[1, 0], y_pred=[[0.2, 0.4, 0.4], [0.7, 0.2, 0.1]])

    @property
    def prediction_domain(self) -> Domain:
        return REALS if self.from_logits else _PREDICTED

    @property
    def prediction_symbol(self) -> str:
        return "z" if self.from_logits else "p"

    @property
    def link(self) -> Link:
        return SOFTMAX if self.from_logits else IDENTITY

    @property
    def facts(self) -> Facts:
        if self.from_logits:
            return Facts(convex=True, lipschitz=math.sqrt(2), smoothness=0.5)
        return Facts(convex=True)

    @property
    def functional(self) -> Functional:
        return Mean()

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        if self.from_logits:
            return 0 - m.sum(m.times(y, m.log_softmax(scores)))
        # 0 - x rather than -x, so that a perfect prediction costs 0 and not -0.
        return 0 - m.sum(m.xlogy(y, scores))

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        if self.from_logits:
            # Y p - y with Y the row's sum, split so that neither p = 1 nor y = 1 cancels.
            return m.others(y) * m.softmax(scores) - y * m.softmax_rest(scores)
        return m.share(-y, scores)

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        if self.from_logits:
            return m.sum(y) * (m.softmax(scores) * m.softmax_rest(scores))
        return m.share_of_square(y, scores)

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        diagonal = self.deriv2(m, y, scores)
        if not self.from_logits:
            return m.diagonal(diagonal, 0.0)
        p = m.softmax(scores)
        total = m.sum(y)
        return m.diagonal(diagonal, -total[..., None] * (p[..., :, None] * p[..., None, :]))

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        if not self.from_logits:
            return self.deriv2(m, y, scores) * vector
        # The Hessian sends constant vectors to 0, so the vector may be shifted to vanish at the
        # likeliest class; the mean below then leaves out the one probability that could cancel.
        p = m.softmax(scores)
        shifted = vector - m.at_top(vector, scores)
        return m.sum(y) * p * (shifted - m.sum(p * shifted))
