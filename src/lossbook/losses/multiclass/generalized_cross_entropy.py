from __future__ import annotations

import math
from typing import Any

import numpy as np

from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import LikelihoodLoss
from lossbook.functionals import Functional, Mean
from lossbook.maths.namespace import Term
from lossbook.parameters import positive_up_to
from lossbook.rosetta import Counterpart


class GeneralizedCrossEntropy(LikelihoodLoss):
    r"""Generalized cross entropy: between cross entropy and absolute error, robust to wrong labels.

    .. math:: \ell(y, z) = \sum_t y_t \frac{1 - p_t^q}{q}, \qquad p = \mathrm{softmax}(z)

    As q goes to 0 it becomes the cross entropy; q = 1 gives the probability of all other classes,
    half the absolute error. It never exceeds 1 / q, and is not convex. The best constant prediction
    has probabilities in the ratio of the class frequencies to the power 1 / (1 - q); at q = 1 it is
    the most frequent class alone.

    Parameters
    ----------
    q : float
        In (0, 1]: how little the loss trusts a label that it finds improbable.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.GeneralizedCrossEntropy(q=0.5)
    >>> loss([0], [[1.0, 0.0, -1.0]])
    0.3687539048018268
    """

    q: float = positive_up_to(1.0, 0.7)

    kind = "multiclass"
    aliases = {"gce": {}}
    counterparts = (
        Counterpart(
            "keras",
            "CategoricalGeneralizedCrossEntropy",
            parameters={"q": 0.5},
            labels="class indices or one-hot rows; predictions are probabilities, not scores",
            clipping="probabilities to [1e-7, 1 - 1e-7]",
        ),
    )
    compensated = True
    accuracy = Accuracy(value=4, gradient=4, hessian=4)
    references = ("Zhang and Sabuncu, Generalized Cross Entropy Loss, NeurIPS (2018), equation 6",)

    @property
    def example(self) -> Example:
        return Example(y_true=[0, 2], y_pred=[[1.0, 0.0, -1.0], [0.5, 2.0, 0.0]])

    @property
    def facts(self) -> Facts:
        q = self.q
        # Where p^q (1 - p) and p^q (1 - p) ((1 + q) p - q) are largest: of two classes.
        steepest = q / (1 + q)
        root = math.sqrt((1 + 2 * q) ** 2 * (1 + q) ** 2 - 4 * q**2 * (1 + q) * (2 + q))
        p = ((1 + 2 * q) * (1 + q) + root) / (2 * (1 + q) * (2 + q))
        return Facts(
            convex=False,
            # For certain labels, as p only rises and falls; between them it is not worked out.
            unimodal=None,
            lipschitz=math.sqrt(2) * steepest**q * (1 - steepest),
            smoothness=2 * p**q * (1 - p) * ((1 + q) * p - q),
            supremum=1 / q,
        )

    @property
    def functional(self) -> Functional:
        return Mean()

    def constant_from(self, value: Any) -> Any:
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = super().constant_from(value) / (1 - self.q)
        # The largest is at 0; whatever is below it is out of reach of q = 1.
        return np.where(super().constant_from(value) == 0, 0.0, logs)

    def cost(self, m: Any, scores: Term) -> Term:
        return (0 - m.expm1(self.q * m.log_softmax(scores))) / self.q

    def slope(self, m: Any, scores: Term) -> Term:
        return -m.softmax_power(scores, self.q)

    def bend(self, m: Any, scores: Term) -> Term:
        return -self.q * m.softmax_power(scores, self.q) * m.softmax_rest(scores)
