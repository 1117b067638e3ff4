from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import MarginLoss
from lossbook.functionals import Functional, Mean
from lossbook.links import HALF_TANGENT, Link
from lossbook.maths.namespace import Term
from lossbook.peaks import highest


class Tangent(MarginLoss):
    r"""Tangent loss: bounded on both sides, so that neither outliers nor easy samples pull much.

    .. math:: \ell(y, \hat y) = (2 \arctan(y \hat y) - 1)^2, \qquad y \in \{-1, 1\}

    It is smallest at the margin tan(1/2) and rises again beyond: to be right by too much costs a
    little. The best prediction is the tangent of the probability of class 1, less 1/2. It is not
    convex.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Tangent()
    >>> loss([1, 1, -1], [0.0, 1.0, 1.0], reduction="none")
    array([1.        , 0.32580845, 6.60899375])
    >>> loss.gradient([1, 1, -1], [0.0, 1e155, 1.0], reduction="none")
    array([-4.00000000e+000,  8.56637061e-310,  5.14159265e+000])
    """

    kind = "binary"
    compensated = True
    example = Example(y_true=[1, 1, -1, -1], y_pred=[2, -0.5, 0.5, -2])
    references = (
        "Masnadi-Shirazi et al., Design of Robust Classifiers for Computer Vision, CVPR (2010)",
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=False,
            lipschitz=highest(self.gradient, 1, -4, 4),
            smoothness=highest(self.hessian, 1, -4, 4),
            supremum=(math.pi + 1) ** 2,
            symmetric=True,
            redescending=True,
            calibrated=True,
        )

    @property
    def functional(self) -> Functional:
        return Mean()

    @property
    def link(self) -> Link:
        return HALF_TANGENT

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        return (2 * m.atan(y * prediction) - 1) ** 2

    def value(self, m: Any, a: Term) -> Term:
        return (2 * m.atan(a) - 1) ** 2

    def deriv(self, m: Any, a: Term) -> Term:
        size, whole = self._scaled(m, a)
        return 4 * (2 * m.atan(a) - 1) / whole / size / size

    def deriv2(self, m: Any, a: Term) -> Term:
        size, whole = self._scaled(m, a)
        top = 1 / size - a / size * (2 * m.atan(a) - 1)
        return 8 * top / whole / whole / size / size / size

    def _scaled(self, m: Any, a: Term) -> tuple[Term, Term]:
        """A size, and 1 + a^2 divided by its square, which neither overflows nor underflows."""
        size = m.maximum(abs(a), 1)
        return size, (1 / size) ** 2 + (a / size) ** 2
