from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import SharesLoss
from lossbook.functionals import Functional, Mean
from lossbook.maths.namespace import Term


class MulticlassBrier(SharesLoss):
    r"""Brier score over K classes: the squared distance of predicted probabilities and label.

    .. math:: \ell(y, p) = \sum_j (p_j - y_j)^2, \qquad p = \mathrm{softmax}(z) \text{ from logits}

    Bounded by 2, and a proper score: the class frequencies are the best constant prediction. From
    logits it is not convex. The version for one probability and two classes is ``Brier``, which is
    half of this one.

    Parameters
    ----------
    from_logits : bool
        Whether ``y_pred`` holds raw scores z rather than probabilities p.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.MulticlassBrier()
    >>> loss([0], [[0.5, 0.25, 0.25]])
    0.375
    """

    kind = "multiclass"
    aliases = {"multiclass_brier_score": {}}
    compensated = True
    accuracy = Accuracy(value=4, gradient=4, hessian=4)
    references = ("Brier, Verification of Forecasts, Monthly Weather Review 78 (1950)",)

    @property
    def example(self) -> Example:
        if self.from_logits:
            return Example(y_true=[0, 2], y_pred=[[1.0, 0.0, -1.0], [0.5, 2.0, 0.0]])
        return Example(y_true=[0, 2], y_pred=[[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]])

    @property
    def facts(self) -> Facts:
        if not self.from_logits:
            return Facts(
                convex=True,
                strictly_convex=True,
                strong_convexity=2,
                lipschitz=2,
                smoothness=2,
                supremum=2,
            )
        # Of two classes, where 4 p (1 - p)^2 and its derivative by the score are largest.
        p = (9 + math.sqrt(33)) / 24
        return Facts(
            convex=False,
            unimodal=False,
            lipschitz=math.sqrt(2) * 16 / 27,
            smoothness=8 * p * (1 - p) ** 2 * (3 * p - 1),
            supremum=2,
        )

    @property
    def functional(self) -> Functional:
        return Mean()

    def cost(self, m: Any, y: Term, p: Term, distance: Term) -> Term:
        return distance * distance

    def slope(self, m: Any, y: Term, p: Term, distance: Term) -> Term:
        return 2 * distance

    def bend(self, m: Any, y: Term, p: Term) -> Term:
        return 2 + 0 * p
