from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Accuracy, Example, Facts, highest
from lossbook.families import LikelihoodLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import nonnegative
from lossbook.rosetta import Counterpart


class Focal(LikelihoodLoss):
    r"""Focal loss over K classes: cross entropy that hardly counts what is predicted well.

    .. math:: \ell(y, z) = -\sum_t y_t (1 - p_t)^\gamma \log p_t, \qquad p = \mathrm{softmax}(z)

    With :math:`\gamma = 0` it is the cross entropy. It is not convex for any other gamma: where a
    class is predicted confidently, right or wrong, the curvature along its score is negative.
    The version for one score and two classes is ``BinaryFocal``.

    Parameters
    ----------
    gamma : float
        How strongly confident predictions of the right class are discounted.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Focal(gamma=2)
    >>> loss([0], [[1.0, 0.0, -1.0]])
    0.04567779896788489
    >>> loss([0], [[50.0, 0.0, 0.0]])
    5.740076778531529e-65
    """

    gamma: float = nonnegative(2.0)

    kind = "multiclass"
    aliases = {"multiclass_focal": {}}
    counterparts = (
        Counterpart(
            "keras",
            "CategoricalFocalCrossentropy",
            factor=0.25,
            clipping="probabilities to [1e-7, 1 - 1e-7], also where it is given scores",
            note="the factor is its alpha, one number for all classes; its default is this one",
        ),
    )
    compensated = True
    thorough = True
    accuracy = Accuracy(value=4, gradient=4, hessian=4)
    references = ("Lin et al., Focal Loss for Dense Object Detection, ICCV (2017), equation 4",)

    @property
    def example(self) -> Example:
        return Example(y_true=[0, 2], y_pred=[[1.0, 0.0, -1.0], [0.5, 2.0, 0.0]])

    @property
    def facts(self) -> Facts:
        # Of two classes, where a row's derivatives are largest: all that p lacks is in one other.
        slope = highest(lambda p: (1 - p) * self._push(p))
        curvature = highest(lambda p: (1 - p) * (p * self._push(p) + self._bend(p)))
        return Facts(
            convex=self.gamma == 0,
            # For certain labels, as p only rises and falls; between them it is not worked out.
            unimodal=True if self.gamma == 0 else None,
            lipschitz=math.sqrt(2) * slope,
            smoothness=2 * curvature,
        )

    def _push(self, p: float) -> float:
        discount = math.pow(1 - p, self.gamma)
        return discount * (1 - self.gamma * p * math.log(p) / (1 - p))

    def _bend(self, p: float) -> float:
        rest, log_p = 1 - p, math.log(p)
        sum_ = 2 + log_p - (self.gamma - 1) * p * log_p / rest
        return self.gamma * p * math.pow(rest, self.gamma) * sum_

    def cost(self, m: Any, scores: Term) -> Term:
        return self._discount(m, scores) * (0 - m.log_softmax(scores))

    def slope(self, m: Any, scores: Term) -> Term:
        grown = 1 + self.gamma * m.softmax(scores) * _log_over_rest(m, scores)
        return 0 - self._discount(m, scores) * grown

    def bend(self, m: Any, scores: Term) -> Term:
        more = (self.gamma - 1) * m.softmax(scores) * _log_over_rest(m, scores)
        factor = self._discount(m, scores) * (2 + m.log_softmax(scores) + more)
        return self.gamma * m.softmax_times(scores, factor)

    def bend_terms(self, m: Any, scores: Term) -> Term:
        p = m.softmax(scores)
        more = abs(self.gamma - 1) * p * _log_over_rest(m, scores)
        return self.gamma * p * self._discount(m, scores) * (2 - m.log_softmax(scores) + more)

    def _discount(self, m: Any, scores: Term) -> Term:
        return m.softmax_rest_power(scores, self.gamma)


def _log_over_rest(m: Any, scores: Term) -> Term:
    """``-log p / (1 - p)``, which is 1 where p is."""
    rest = m.softmax_rest(scores)
    return m.where(rest == 0, 1, -m.log_softmax(scores) / m.where(rest == 0, 1, rest))
