from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import MarginLoss
from lossbook.functionals import Functional, Mean
from lossbook.links import ATANH, Link
from lossbook.maths.namespace import Term

# The probability of the wrong class at which the curvature is largest: 4 - 15 p + 12 p^2 = 0.
_MOST_CURVED = (15 - math.sqrt(33)) / 24


class Savage(MarginLoss):
    r"""Savage loss: bounded, so that an outlier far on the wrong side no longer pulls.

    .. math:: \ell(y, \hat y) = \frac{1}{(1 + e^{2 y \hat y})^2}, \qquad y \in \{-1, 1\}

    With the probability :math:`p = \sigma(-2 y \hat y)` of the wrong class it is :math:`p^2`: the
    Brier score of a logistic model. The best prediction is half the log-odds. It is not convex: the
    Hessian is negative where p is above 2/3.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Savage()
    >>> loss([1, 1, -1], [0.0, -400.0, -400.0], reduction="none")
    array([0.25, 1.  , 0.  ])
    >>> loss.gradient([1, -1], [0.0, 0.0], reduction="none")
    array([-0.5,  0.5])
    """

    kind = "binary"
    compensated = True
    thorough = True
    example = Example(y_true=[1, 1, -1, -1], y_pred=[2, -0.5, 0.5, -2])
    references = (
        "Masnadi-Shirazi and Vasconcelos, Design of Loss Functions for Classification, NIPS (2008)",
    )

    @property
    def facts(self) -> Facts:
        p = _MOST_CURVED
        return Facts(
            convex=False,
            lipschitz=16 / 27,  # where p = 2/3
            smoothness=8 * p**2 * (1 - p) * (2 - 3 * p),
            supremum=1,
            symmetric=True,
            redescending=True,
            calibrated=True,
        )

    @property
    def functional(self) -> Functional:
        return Mean()

    @property
    def link(self) -> Link:
        return ATANH

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        return 1 / (1 + m.exp(2 * y * prediction)) ** 2

    def value(self, m: Any, a: Term) -> Term:
        return m.sigmoid(-2 * a) ** 2

    def deriv(self, m: Any, a: Term) -> Term:
        p, rest, root = self._parts(m, a)
        return -4 * rest * p * p * root * root

    def deriv2(self, m: Any, a: Term) -> Term:
        p, rest, root = self._parts(m, a)
        return 8 * rest * (2 * m.sigmoid(2 * a) - p) * p * p * root * root

    def _parts(self, m: Any, a: Term) -> tuple[Term, Term, Term]:
        """p, and 1 - p as ``rest * root**2``: what multiplies it is large where it is subnormal."""
        return m.sigmoid(-2 * a), m.sigmoid(2 * abs(a)), m.exp(m.minimum(a, 0))
