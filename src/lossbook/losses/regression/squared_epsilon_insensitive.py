from __future__ import annotations

from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import nonnegative
from lossbook.rosetta import Counterpart


class SquaredEpsilonInsensitive(ResidualLoss):
    r"""Squared epsilon-insensitive loss: misses up to epsilon are free, the rest costs its square.

    .. math:: \ell(y, \hat y) = \max(0, |\hat y - y| - \varepsilon)^2

    Full square, not half of it. The Hessian is 2 beyond :math:`\varepsilon` and 0 up to there, at
    :math:`|r| = \varepsilon` too.

    Parameters
    ----------
    epsilon : float
        How long a miss may be at no cost, 0 or more; 0 gives the squared error.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.SquaredEpsilonInsensitive(epsilon=0.5)
    >>> loss([0, 0, 0], [2, -1, 0.25], reduction="none")
    array([2.25, 0.25, 0.  ])
    >>> loss.gradient([0, 0, 0], [2, -1, 0.25], reduction="sum")
    array([ 3., -1.,  0.])
    """

    epsilon: float = nonnegative(0.1)

    kind = "regression"
    compensated = True
    counterparts = (
        Counterpart(
            "sklearn", "squared_epsilon_insensitive", note="SGDRegressor's and LinearSVR's"
        ),
        Counterpart("lossfunctions", "L2EpsilonInsLoss"),
    )
    example = Example(y_true=[0, 0, 0], y_pred=[2, -1, 0.25])
    references = ("Vapnik, The Nature of Statistical Learning Theory (1995), section 6.1",)

    @property
    def facts(self) -> Facts:
        squared = self.epsilon == 0
        return Facts(
            convex=True,
            strictly_convex=squared,
            strong_convexity=2 if squared else 0,
            smoothness=2,
            symmetric=True,
        )

    def value(self, m: Any, r: Term) -> Term:
        beyond = m.maximum(abs(r) - self.epsilon, 0)
        return beyond * beyond

    def deriv(self, m: Any, r: Term) -> Term:
        return 2 * (r - m.clip(r, -self.epsilon, self.epsilon))

    def deriv2(self, m: Any, r: Term) -> Term:
        return m.where((abs(r) > self.epsilon) | (self.epsilon == 0), 2, 0)

    def proximal(self, m: Any, r: Term, step: Term) -> Term:
        free = m.clip(r, -self.epsilon, self.epsilon)
        return free + (r - free) / (1 + 2 * step)

    def conjugated(self, m: Any, u: Term) -> Term:
        return abs(u) * (abs(u) / 4 + self.epsilon)
