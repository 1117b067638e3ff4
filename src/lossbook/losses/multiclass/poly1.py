from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import LikelihoodLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import between
from lossbook.rosetta import Counterpart


class Poly1(LikelihoodLoss):
    r"""Poly-1 loss: cross entropy whose leading polynomial coefficient is another one.

    .. math:: \ell(y, z) = \sum_t y_t \left(-\log p_t + \epsilon (1 - p_t)\right),
              \qquad p = \mathrm{softmax}(z)

    The cross entropy is the sum of :math:`(1 - p_t)^j / j`; here the coefficient of j = 1 is
    :math:`1 + \epsilon`. It is convex up to :math:`\epsilon = 1`.

    Parameters
    ----------
    epsilon : float
        What is added to the first coefficient, -1 or more.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Poly1(epsilon=2)
    >>> loss([0], [[1.0, 0.0, -1.0]])
    1.0771240528947366
    """

    epsilon: float = between(-1, math.inf, 1.0)

    kind = "multiclass"
    aliases = {"poly_loss": {}}
    counterparts = (Counterpart("optax", "poly_loss_cross_entropy", parameters={"epsilon": 2.0}),)
    accuracy = Accuracy(value=4, gradient=4, hessian=4)
    references = ("Leng et al., PolyLoss, ICLR (2022), equation 5",)

    @property
    def example(self) -> Example:
        return Example(y_true=[0, 2], y_pred=[[1.0, 0.0, -1.0], [0.5, 2.0, 0.0]])

    @property
    def facts(self) -> Facts:
        epsilon = self.epsilon
        slope = (1 + epsilon) ** 2 / (4 * epsilon) if epsilon > 1 else 1.0
        # Where p (1 - p) (1 + epsilon (2 p - 1)), the curvature for two classes, is largest.
        p = 1 / 2 + epsilon / (2 * (1 + math.sqrt(1 + 3 * epsilon**2)))
        return Facts(
            convex=epsilon <= 1,
            # Beyond it is for certain labels, and not worked out between them.
            unimodal=True if epsilon <= 1 else None,
            lipschitz=math.sqrt(2) * slope,
            smoothness=2 * p * (1 - p) * (1 + epsilon * (2 * p - 1)),
        )

    def cost(self, m: Any, scores: Term) -> Term:
        return self.epsilon * m.softmax_rest(scores) - m.log_softmax(scores)

    def slope(self, m: Any, scores: Term) -> Term:
        return -(1 + self.epsilon * m.softmax(scores))

    def bend(self, m: Any, scores: Term) -> Term:
        return -self.epsilon * m.softmax(scores) * m.softmax_rest(scores)
