from __future__ import annotations

import math
from typing import Any

import numpy as np

from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import ScoresLoss
from lossbook.functionals import Functional, Mean
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class MulticlassHinge(ScoresLoss):
    r"""Multiclass hinge of Crammer and Singer: the target must lead the best of the others by 1.

    .. math:: \ell(y, z) = \sum_t y_t \max\left(0, 1 + \max_{j \ne t} z_j - z_t\right)

    Where the margin is exactly 1 the gradient given is 0; where several others are the best, it
    pushes the first of them: both are subgradients. The Hessian is 0, also at these ties. The best
    constant score is 1 for a class with more than half of the labels and 0 for all others.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.MulticlassHinge()
    >>> loss([0, 1], [[1.0, 0.5, -1.0], [0.0, 2.0, 0.0]])
    0.25
    """

    kind = "multiclass"
    aliases = {"crammer_singer": {}}
    counterparts = (
        Counterpart(
            "keras",
            "CategoricalHinge",
            labels="one-hot rows",
            note="rivals below 0 count as 0",
        ),
        Counterpart("optax", "multiclass_hinge_loss"),
    )
    accuracy = Accuracy(value=4, gradient=4, hessian=4)
    references = ("Crammer and Singer, Multiclass Kernel-based Vector Machines, JMLR 2 (2001)",)

    @property
    def example(self) -> Example:
        return Example(y_true=[0, 1], y_pred=[[1.0, 0.5, -1.0], [0.0, 2.0, 0.0]])

    @property
    def prediction_symbol(self) -> str:
        return "z"

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, lipschitz=math.sqrt(2))

    @property
    def functional(self) -> Functional:
        return Mean()

    def constant_from(self, value: Any) -> Any:
        return np.where(np.asarray(value) > 0.5, 1.0, 0.0)

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        return m.sum(m.times(y, m.maximum(0, self._slack(m, scores))))

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        # Every target inside the margin pulls itself up and pushes its rival down.
        active = m.where(self._slack(m, scores) > 0, y, 0)
        top, runner_up = m.top(scores), m.runner_up(scores)
        return top * m.others(active) + runner_up * m.sum(top * active) - active

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        return 0 * y

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        return m.diagonal(0 * y, 0.0)

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        return 0 * vector

    def _slack(self, m: Any, scores: Term) -> Term:
        """What each class, as the target, lacks to the margin."""
        return m.total(1, m.rival(scores), -scores)
