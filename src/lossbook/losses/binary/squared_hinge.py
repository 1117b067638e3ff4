from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import MarginLoss
from lossbook.functionals import Functional, Mean
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class SquaredHinge(MarginLoss):
    r"""Squared hinge loss: like the hinge, but smooth at the margin and harder on large misses.

    .. math:: \ell(y, \hat y) = \max(0, 1 - y \hat y)^2, \qquad y \in \{-1, 1\}

    The Hessian is 2 inside the margin and 0 outside; at the margin itself it is given as 0.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.SquaredHinge()
    >>> loss([1, 1, -1, -1], [2, -0.5, 0.5, -2])
    1.125
    >>> loss.gradient([1, 1, -1, -1], [2, -0.5, 0.5, -2], reduction="sum")
    array([ 0., -3.,  3.,  0.])
    """

    kind = "binary"
    aliases = {"l2_hinge": {}, "l2_svm": {}}
    counterparts = (
        Counterpart("sklearn", "squared_hinge"),
        Counterpart(
            "keras", "SquaredHinge", labels="0 and 1 count as -1 and 1; guessed from each batch"
        ),
        Counterpart("lossfunctions", "L2HingeLoss"),
    )
    example = Example(y_true=[1, 1, -1, -1], y_pred=[2, -0.5, 0.5, -2])
    references = ("Lee and Mangasarian, SSVM, Comput. Optim. Appl. 20 (2001), equation 3",)

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, smoothness=2, symmetric=True, calibrated=True)

    @property
    def functional(self) -> Functional:
        return Mean()

    def value(self, m: Any, a: Term) -> Term:
        slack = m.maximum(0, 1 - a)
        return slack * slack

    def deriv(self, m: Any, a: Term) -> Term:
        return -2 * m.maximum(0, 1 - a)

    def deriv2(self, m: Any, a: Term) -> Term:
        return m.where(a < 1, 2, 0)

    def proximal(self, m: Any, a: Term, step: Term) -> Term:
        return a + m.maximum(0, 1 - a) * (2 * step / (1 + 2 * step))

    def conjugated(self, m: Any, u: Term) -> Term:
        return m.where(u <= 0, u + u * u / 4, math.inf)
