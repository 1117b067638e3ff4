from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Accuracy, Example, Facts, highest
from lossbook.families import SharesLoss
from lossbook.maths.namespace import Term


class JensenShannon(SharesLoss):
    r"""Jensen-Shannon divergence of label and prediction: how far both are from their average.

    .. math:: \ell(y, p) = \tfrac12 \sum_j \left( y_j \log\frac{2 y_j}{y_j + p_j}
              + p_j \log\frac{2 p_j}{y_j + p_j} \right),
              \qquad p = \mathrm{softmax}(z) \text{ from logits}

    Symmetric in the two, and never more than log 2, however wrong the prediction is. From logits
    it is not convex.

    Parameters
    ----------
    from_logits : bool
        Whether ``y_pred`` holds raw scores z rather than probabilities p.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.JensenShannon()
    >>> loss([[1.0, 0.0]], [[0.5, 0.5]])
    0.21576155433883568
    """

    kind = "multiclass"
    aliases = {"jsd": {}, "jensen_shannon_divergence": {}}
    compensated = True
    accuracy = Accuracy(value=4, gradient=4, hessian=4)
    references = ("Lin, Divergence Measures Based on the Shannon Entropy, IEEE IT 37 (1991)",)

    @property
    def example(self) -> Example:
        labels = [[1.0, 0.0, 0.0], [0.25, 0.25, 0.5]]
        if self.from_logits:
            return Example(y_true=labels, y_pred=[[1.0, 0.0, -1.0], [0.5, 2.0, 0.0]])
        return Example(y_true=labels, y_pred=[[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]])

    @property
    def facts(self) -> Facts:
        if not self.from_logits:
            return Facts(convex=True, supremum=math.log(2))
        # Of two classes: with a certain label, and where label and prediction are both even.
        slope = highest(lambda p: p * (1 - p) * math.log1p(1 / p) / 2)
        return Facts(
            convex=False,
            unimodal=False,
            lipschitz=math.sqrt(2) * slope,
            smoothness=0.125,
            supremum=math.log(2),
        )

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        p = m.softmax(y_pred) if self.from_logits else y_pred
        middle = (y_true + p) / 2
        apart = m.xlogy(y_true, m.share(y_true, middle)) + m.xlogy(p, m.share(p, middle))
        return m.sum(apart) / 2

    def cost(self, m: Any, y: Term, p: Term, distance: Term) -> Term:
        # With the shares of y and p in y + p as (1 - t) / 2 and (1 + t) / 2. Where one of them is
        # small, it is not 1 - t to the last digits.
        t = m.clip(m.share(distance, p + y), -1, 1)
        near = (p + y) / 2 * m.entropy_gap(t)
        of_label, of_prediction = (m.xlogy(x, m.share(2 * x, p + y)) for x in (y, p))
        return m.where(abs(t) < 1 / 2, near, (of_label + of_prediction) / 2)

    def slope(self, m: Any, y: Term, p: Term, distance: Term) -> Term:
        part = m.where(y == 0, 1, distance / m.where(y == 0, 1, p + y))
        # log(2 p / (p + y)), which is log(1 + part) where the two are close.
        far = m.log(m.share(2 * p, p + y))
        return m.where(part < -1 / 2, far, m.log1p(m.maximum(part, -1 / 2))) / 2

    def drift(self, m: Any, y: Term, p: Term, distance: Term, log_p: Term) -> Term:
        # log(p / (p + y)): it is 0 for every class that cannot occur.
        near = m.log1p(m.share(y, p))
        far = m.log(p + y) - log_p
        return m.where(y == 0, 0, -m.where(p < y, far, near)) / 2

    def bend(self, m: Any, y: Term, p: Term) -> Term:
        return m.share(m.share(y, p + y), p) / 2

    def weighed_bend(self, m: Any, y: Term, p: Term) -> Term:
        return m.share(y, p + y) / 2
