from __future__ import annotations

import math
from typing import Any

from lossbook.domains import REALS, Domain, Interval
from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import ScoresLoss
from lossbook.functionals import Functional, Mean
from lossbook.links import IDENTITY, SOFTMAX, Link
from lossbook.losses.multiclass.cross_entropy import CrossEntropy
from lossbook.maths.namespace import Term
from lossbook.parameters import switch
from lossbook.rosetta import Counterpart

_PREDICTED = Interval(0, 1, hint="pass from_logits=True if these are raw scores")


class KLDivergence(ScoresLoss):
    r"""Kullback-Leibler divergence of the prediction from a label that is a distribution itself.

    .. math:: \ell(y, p) = \sum_j y_j \log \frac{y_j}{p_j},
              \qquad p = \mathrm{softmax}(z) \text{ from logits}

    It is the cross entropy less the entropy of the label, so its derivatives are those of
    ``CrossEntropy``, and its value goes to 0 as the prediction comes close to the label. Close to
    there the accuracy of the value is relative to the cross entropy.

    Parameters
    ----------
    from_logits : bool
        Whether ``y_pred`` holds raw scores z rather than probabilities p.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.KLDivergence()
    >>> loss([[0.5, 0.5]], [[0.25, 0.75]])
    0.14384103622589045
    """

    from_logits: bool = switch(False)

    kind = "multiclass"
    aliases = {"kullback_leibler": {}, "kld": {}}
    counterparts = (
        Counterpart(
            "torch",
            "torch.nn.KLDivLoss",
            labels="the logarithms of the probabilities come first, the labels second",
            reduction="the mean over all entries; its batchmean is the mean over samples",
        ),
        Counterpart("keras", "KLDivergence", clipping="both to [1e-7, 1]"),
        Counterpart(
            "optax", "kl_divergence", labels="the logarithms of the probabilities come first"
        ),
    )
    accuracy = Accuracy(value=4, gradient=4, hessian=4)
    references = (
        "Kullback and Leibler, On Information and Sufficiency, Ann. Math. Stat. 22 (1951)",
    )

    @property
    def example(self) -> Example:
        labels = [[1.0, 0.0, 0.0], [0.25, 0.25, 0.5]]
        if self.from_logits:
            return Example(y_true=labels, y_pred=[[1.0, 0.0, -1.0], [0.5, 2.0, 0.0]])
        return Example(y_true=labels, y_pred=[[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]])

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

    @property
    def _cross_entropy(self) -> CrossEntropy:
        return CrossEntropy(from_logits=self.from_logits)

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        if self.from_logits:
            return m.sum(m.xlogy(y, y)) + self._cross_entropy.value(m, y, scores)
        near = m.xlog1py(y, m.share(y - scores, scores))
        far = m.xlogy(y, y) - m.xlogy(y, scores)
        return m.sum(m.where(abs(y - scores) < y / 2, near, far))

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        return m.sum(m.xlogy(y_true, y_true)) + self._cross_entropy.value(m, y_true, y_pred)

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        return self._cross_entropy.deriv(m, y, scores)

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        return self._cross_entropy.deriv2(m, y, scores)

    def sizes(self, m: Any, order: int, y: Term, scores: Term) -> Term | None:
        return self._cross_entropy.value(m, y, scores) if order == 0 else None

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        return self._cross_entropy.hessian_matrix(m, y, scores)

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        return self._cross_entropy.hessian_product(m, y, scores, vector)
