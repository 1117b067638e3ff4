from __future__ import annotations

from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import MarginLoss
from lossbook.functionals import Functional, Mean
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class SquaredMargin(MarginLoss):
    r"""Squared margin loss: least squares on the labels -1 and 1.

    .. math:: \ell(y, \hat y) = (1 - y \hat y)^2 = (\hat y - y)^2, \qquad y \in \{-1, 1\}

    Unlike the squared hinge it also costs to be right by more than the margin.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.SquaredMargin()
    >>> loss([1, 1, -1, -1], [2, -0.5, 0.5, -2], reduction="none")
    array([1.  , 2.25, 2.25, 1.  ])
    >>> loss.gradient([1, 1, -1, -1], [2, -0.5, 0.5, -2], reduction="sum")
    array([ 2., -3.,  3., -2.])
    """

    kind = "binary"
    aliases = {"least_squares_svm": {}}
    counterparts = (Counterpart("lossfunctions", "L2MarginLoss"),)
    example = Example(y_true=[1, 1, -1, -1], y_pred=[2, -0.5, 0.5, -2])
    references = (
        "Suykens and Vandewalle, Least Squares SVM Classifiers, Neural Process. Lett. 9 (1999)",
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=True,
            strictly_convex=True,
            strong_convexity=2,
            smoothness=2,
            symmetric=True,
            calibrated=True,
        )

    @property
    def functional(self) -> Functional:
        return Mean()

    def value(self, m: Any, a: Term) -> Term:
        return (1 - a) ** 2

    def deriv(self, m: Any, a: Term) -> Term:
        return -2 * (1 - a)

    def deriv2(self, m: Any, a: Term) -> Term:
        return 2

    def proximal(self, m: Any, a: Term, step: Term) -> Term:
        return a + (1 - a) * (2 * step / (1 + 2 * step))

    def conjugated(self, m: Any, u: Term) -> Term:
        return u + u * u / 4
