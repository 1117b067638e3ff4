from __future__ import annotations

from typing import Any

import numpy as np

from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import ScoresLoss
from lossbook.functionals import Functional, Mean
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class WestonWatkins(ScoresLoss):
    r"""Multiclass hinge of Weston and Watkins: the target must lead each of the others by 1.

    .. math:: \ell(y, z) = \sum_t y_t \sum_{j \ne t} \max(0, 1 + z_j - z_t)

    Where a margin is exactly 1 the gradient of its hinge is given as 0, which is a subgradient. The
    Hessian is 0, also there. Label rows cost time in proportion to the square of the number of
    classes; class indices do not.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.WestonWatkins()
    >>> loss([0, 1], [[1.0, 0.5, -1.0], [0.0, 2.0, 1.5]])
    0.5
    """

    kind = "multiclass"
    counterparts = (
        Counterpart("torch", "torch.nn.MultiMarginLoss", note="divided by the number of classes"),
    )
    accuracy = Accuracy(value=4, gradient=4, hessian=4)
    references = ("Weston and Watkins, Support Vector Machines for Multi-Class, ESANN (1999)",)

    @property
    def example(self) -> Example:
        return Example(y_true=[0, 1], y_pred=[[1.0, 0.5, -1.0], [0.0, 2.0, 1.5]])

    @property
    def prediction_symbol(self) -> str:
        return "z"

    @property
    def facts(self) -> Facts:
        # The slope grows with the number of classes.
        return Facts(convex=True)

    @property
    def functional(self) -> Functional:
        return Mean()

    def constant_from(self, value: Any) -> Any:
        return _best_levels(np.asarray(value, dtype=float))

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        total = 0
        for here, weight, score in m.each_class(y, scores):
            hinges = m.where(here, 0, m.maximum(0, m.total(1, scores, -score)))
            total = total + m.times(weight, m.sum(hinges))
        return total

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        total = 0 * scores
        for here, weight, score in m.each_class(y, scores):
            active = m.where(here, 0, m.where(m.total(1, scores, -score) > 0, 1, 0))
            total = total + weight * m.where(here, -m.sum(active), active)
        return total

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        return 0 * y

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        return m.diagonal(0 * y, 0.0)

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        return 0 * vector


def _best_levels(frequencies: Any) -> Any:
    """The best constant scores: whole numbers without gaps, higher for a more frequent class.

    The constraints of this linear program are differences of scores, so it has a solution in whole
    numbers. Of the classes by falling frequency, some neighbours are a level apart and the others
    share theirs. A step down after c classes costs each later one c; two that share a level cost
    what the first of them has.
    """
    order = np.argsort(-frequencies, kind="stable")
    falling = frequencies[order]
    later = np.append(np.cumsum(falling[::-1])[::-1], 0.0)
    least, last_step = [0.0], [0]
    for end in range(1, len(falling) + 1):
        costs = [
            least[start]
            + start * later[start]
            + float(falling[start:end] @ np.arange(end - start - 1, -1, -1))
            for start in range(end)
        ]
        last_step.append(int(np.argmin(costs)))
        least.append(min(costs))
    levels = np.zeros(len(falling))
    step = last_step[-1]
    while step > 0:
        levels[:step] += 1
        step = last_step[step]
    scores = np.empty(len(falling))
    scores[order] = levels
    return scores
