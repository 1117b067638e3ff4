from __future__ import annotations

import math
from typing import Any

from lossbook import functionals
from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import LocationScaleLoss
from lossbook.functionals import Functional
from lossbook.maths.namespace import Term


class LaplaceNLL(LocationScaleLoss):
    r"""Laplace negative log-likelihood: a median, and how far labels lie from it on average.

    .. math:: \ell(y, \mu, s) = s + |y - \mu| e^{-s}, \qquad s = \log b

    A row of ``y_pred`` holds the location and the logarithm of the scale b; ``inverse_link`` gives
    location and scale. What no prediction changes is left out: the whole negative log-likelihood is
    larger by :math:`\log 2`. Where the location hits the label, the derivative by it is 0.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.LaplaceNLL()
    >>> loss([3.0, 0.0], [[1.0, 0.0], [0.0, -2.0]])
    0.0
    >>> loss.gradient([3.0, 0.0], [[1.0, 0.0], [0.0, -2.0]], reduction="sum")
    array([[-1., -1.],
           [ 0.,  1.]])
    """

    kind = "distributions"
    aliases = {"laplace": {}}
    accuracy = Accuracy(value=2, gradient=2, hessian=2)
    example = Example(y_true=[3.0, 0.0], y_pred=[[1.0, 0.0], [0.0, -2.0]])
    references = (
        "Kotz, Kozubowski and Podgorski, The Laplace Distribution and Generalizations (2001)",
    )

    @property
    def facts(self) -> Facts:
        return Facts(convex=False, unimodal=False, minimum=-math.inf)

    @property
    def functional(self) -> Functional:
        return functionals.MedianAndDeviation()

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        r, s = prediction[..., :1] - y, prediction[..., 1:]
        return s + abs(r) * m.exp(-s)

    def cost(self, m: Any, r: Term, s: Term) -> Term:
        return s + m.times_exp(abs(r), -s)

    def slopes(self, m: Any, r: Term, s: Term) -> tuple[Term, Term]:
        return m.times(_side(m, r), m.exp(-s)), 1 - m.times_exp(abs(r), -s)

    def curvatures(self, m: Any, r: Term, s: Term) -> tuple[Term, Term, Term]:
        return m.where(r > 0, 0, 0), m.times(-_side(m, r), m.exp(-s)), m.times_exp(abs(r), -s)

    def information(self, m: Any, s: Term) -> tuple[Term, Term]:
        # The mean of |r| is the scale; the kink counts as the density at it.
        return m.exp(-2 * s), 1

    def cancelling(self, m: Any, order: int, r: Term, s: Term) -> tuple[Term, ...]:
        z = m.times_exp(abs(r), -s)
        if order == 0:
            return (abs(s) + z,)
        return (m.exp(-s), 1 + z) if order == 1 else (m.where(r > 0, 0, 0), z)


def _side(m: Any, r: Term) -> Term:
    return m.where(r > 0, 1, m.where(r < 0, -1, 0))
