from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import MarginLoss
from lossbook.functionals import Functional, Quantile
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class Hinge(MarginLoss):
    r"""Hinge loss: a constant push on every sample inside the margin, none outside.

    .. math:: \ell(y, \hat y) = \max(0, 1 - y \hat y), \qquad y \in \{-1, 1\}

    With :math:`\hat y = w \cdot x + b` it is the loss of the support vector machine. At
    :math:`y \hat y = 1` the gradient given is 0, which is a subgradient. The Hessian is 0.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Hinge()
    >>> loss([1, 1, -1, -1], [2, -0.5, 0.5, -2])
    0.75
    >>> loss.gradient([1, 1, -1, -1], [2, -0.5, 0.5, -2], reduction="sum")
    array([ 0., -1.,  1.,  0.])
    """

    kind = "binary"
    aliases = {"hinge_loss": {}, "svm": {}, "l1_hinge": {}}
    counterparts = (
        Counterpart("sklearn", "hinge", ties="the full push at the margin"),
        Counterpart("optax", "hinge_loss", ties="half the push at the margin"),
        Counterpart(
            "xgboost",
            "binary:hinge",
            labels="0 and 1",
            hessian="1 inside the margin; the smallest float outside",
        ),
        Counterpart("keras", "Hinge", labels="0 and 1 count as -1 and 1; guessed from each batch"),
        Counterpart("lossfunctions", "L1HingeLoss"),
    )
    example = Example(y_true=[1, 1, -1, -1], y_pred=[2, -0.5, 0.5, -2])
    references = ("Cortes and Vapnik, Support-Vector Networks, Machine Learning 20 (1995)",)

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, lipschitz=1, kinks=(1.0,), symmetric=True, calibrated=True)

    @property
    def functional(self) -> Functional:
        # The best constant is the label of the heavier class: the median of labels -1 and 1.
        return Quantile(0.5)

    def value(self, m: Any, a: Term) -> Term:
        return m.maximum(0, 1 - a)

    def deriv(self, m: Any, a: Term) -> Term:
        return m.where(a < 1, -1, 0)

    def deriv2(self, m: Any, a: Term) -> Term:
        return 0

    def proximal(self, m: Any, a: Term, step: Term) -> Term:
        return a + m.clip(1 - a, 0, step)

    def conjugated(self, m: Any, u: Term) -> Term:
        return m.where((u >= -1) & (u <= 0), u, math.inf)

    def derived(self, page: Any) -> None:
        a, y = page.margin, page.label
        page.define(a, y * page.prediction)
        page.remarks.append("With ŷ = w · x + b it is a = y (w · x + b): y multiplies b as well.")
        value = page.part("Value: what is missing to a margin of 1", page.loss, 0)
        value.line(page.m.maximum(0, 1 - a), "the definition")
        for where, cost in ((a < 1, 1 - a), (a > 1, 0)):
            page.part(value.heading, page.loss, 0, where).line(cost)
        inside = page.gradient(by=a, where=a < 1).line(page.slope(1 - a, a))
        inside.line(-1, "a straight line has one slope")
        outside = page.gradient(by=a, where=a > 1).line(0, "nothing is missing, nothing pushes")
        by_prediction = page.slope(page.loss)
        for chain, push in ((inside, -y), (outside, 0)):
            chain.done(lambda e: y * e, by_prediction, push, "chain rule: ∂a/∂ŷ = y")
        outside.after = (
            "At a = 1 every slope by a from -1 to 0 is a subgradient, and 0 is given. The push "
            "does not fade as the margin comes close to 1, and ends there."
        )
        page.hessian().line(0, "the gradient is constant on both sides of the kink")
