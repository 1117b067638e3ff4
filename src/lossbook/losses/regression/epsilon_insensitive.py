from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import nonnegative
from lossbook.rosetta import Counterpart


class EpsilonInsensitive(ResidualLoss):
    r"""Epsilon-insensitive loss: misses up to epsilon are free, longer ones cost what is beyond.

    .. math:: \ell(y, \hat y) = \max(0, |\hat y - y| - \varepsilon)

    It is the loss of support vector regression. At :math:`|r| = \varepsilon` the gradient given is
    0, which is a subgradient. The Hessian is 0.

    Parameters
    ----------
    epsilon : float
        How long a miss may be at no cost, 0 or more; 0 gives the absolute error.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.EpsilonInsensitive(epsilon=0.5)
    >>> loss([0, 0, 0], [2, -1, 0.25], reduction="none")
    array([1.5, 0.5, 0. ])
    >>> loss.gradient([0, 0, 0], [2, -1, 0.25], reduction="sum")
    array([ 1., -1.,  0.])
    """

    epsilon: float = nonnegative(0.1)

    kind = "regression"
    compensated = True
    aliases = {"svr": {}}
    counterparts = (
        Counterpart("sklearn", "epsilon_insensitive", note="SGDRegressor's and LinearSVR's"),
        Counterpart("lossfunctions", "L1EpsilonInsLoss"),
    )
    example = Example(y_true=[0, 0, 0], y_pred=[2, -1, 0.25])
    references = ("Vapnik, The Nature of Statistical Learning Theory (1995), section 6.1",)

    @property
    def facts(self) -> Facts:
        kinks = (-self.epsilon, self.epsilon) if self.epsilon else (0.0,)
        return Facts(convex=True, lipschitz=1, kinks=kinks, symmetric=True)

    def value(self, m: Any, r: Term) -> Term:
        return m.maximum(abs(r) - self.epsilon, 0)

    def deriv(self, m: Any, r: Term) -> Term:
        return m.where(r > self.epsilon, 1, m.where(r < -self.epsilon, -1, 0))

    def deriv2(self, m: Any, r: Term) -> Term:
        return 0

    def proximal(self, m: Any, r: Term, step: Term) -> Term:
        beyond = r - m.clip(r, -self.epsilon, self.epsilon)
        return r - m.clip(beyond, -step, step)

    def conjugated(self, m: Any, u: Term) -> Term:
        return m.where(abs(u) <= 1, self.epsilon * abs(u), math.inf)
