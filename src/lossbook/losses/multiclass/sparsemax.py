from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import ScoresLoss
from lossbook.functionals import Functional, Mean
from lossbook.links import SPARSEMAX, Link
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class Sparsemax(ScoresLoss):
    r"""Sparsemax loss: like cross entropy, with a softmax that gives unlikely classes exactly 0.

    .. math:: \ell(y, z) = \sum_j \left( \tfrac12 (y_j - p_j)^2 + y_j \max(0, \tau - z_j) \right),
              \qquad p_j = \max(0, z_j - \tau), \quad \sum_j p_j = 1

    The gradient is p - y. The loss is exactly 0 where the target leads all others by 1 or more. The
    support is the set of classes with a positive p; where a class is just about to enter it, its
    share of the Hessian is given as 0.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Sparsemax()
    >>> loss([0, 1], [[0.5, 0.0, -1.0], [0.0, 2.0, 0.5]])
    0.03125
    >>> loss.inverse_link([0.5, 0.0, -1.0])
    array([0.75, 0.25, 0.  ])
    """

    kind = "multiclass"
    counterparts = (Counterpart("optax", "multiclass_sparsemax_loss"),)
    accuracy = Accuracy(value=4, gradient=4, hessian=4)
    references = ("Martins and Astudillo, From Softmax to Sparsemax, ICML (2016), equation 18",)

    @property
    def example(self) -> Example:
        return Example(y_true=[0, 1], y_pred=[[0.5, 0.0, -1.0], [0.0, 2.0, 0.5]])

    @property
    def prediction_symbol(self) -> str:
        return "z"

    @property
    def link(self) -> Link:
        return SPARSEMAX

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, lipschitz=math.sqrt(2), smoothness=1)

    @property
    def functional(self) -> Functional:
        return Mean()

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        excess = m.sparsemax_excess(scores)
        apart = self.deriv(m, y, scores)
        outside = m.times(y, m.maximum(0, -excess))
        return m.sum(apart * apart) / (2 * m.sum(y)) + m.sum(outside)

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        excess = m.sparsemax_excess(y_pred)
        total = m.sum(y_true)
        apart = y_true - total * m.maximum(0, excess)
        return m.sum(apart**2 / (2 * total) + y_true * m.maximum(0, -excess))

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        p = m.maximum(0, m.sparsemax_excess(scores))
        # Y p - y with Y the row's sum, split so that neither p = 1 nor y = 1 cancels.
        return m.others(y) * p - y * m.others(p)

    def sizes(self, m: Any, order: int, y: Term, scores: Term) -> Term | None:
        if order > 0:
            return None
        # Close to the label the value is the square of a difference.
        excess = m.sparsemax_excess(scores)
        p = m.maximum(0, excess)
        terms = m.others(y) * p + y * m.others(p)
        near = m.sum(terms * abs(self.deriv(m, y, scores))) / m.sum(y)
        return near + m.sum(m.times(y, m.maximum(0, -excess)))

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        support = self._support(m, scores)
        return m.sum(y) * support * (1 - 1 / m.sum(support))

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        support = self._support(m, scores)
        pairs = support[..., :, None] * support[..., None, :]
        linked = (m.sum(y) / m.sum(support))[..., None] * pairs
        return m.diagonal(self.deriv2(m, y, scores), -linked)

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        support = self._support(m, scores)
        shifted = vector - m.at_top(vector, scores)
        return m.sum(y) * support * (shifted - m.sum(support * shifted) / m.sum(support))

    def _support(self, m: Any, scores: Term) -> Term:
        return m.where(m.sparsemax_excess(scores) > 0, 1, 0)

    def derived(self, page: Any) -> None:
        y, z = page.label, page.prediction
        y_k, z_k, z_i = page.summed(y), page.summed(z), page.other(z)
        tau = page.threshold(z, 1)
        p, p_k = page.m.maximum(0, z - tau), page.m.maximum(0, z_k - tau)
        page.remarks.append("The threshold τ is where the shares max(0, zₖ - τ) add up to 1.")
        written_out = page.total(p_k**2) / 2 + tau + page.total(y_k**2) / 2 - page.total(y_k * z_k)
        outside = page.total(y_k * page.m.maximum(0, tau - z_k))
        page.value().line(page.total((y_k - p_k) ** 2) / 2 + outside, "the definition").line(
            written_out, "squared out, as max(0, -u) = max(0, u) - u and Σₖ yₖ = 1"
        )
        moved = page.slope(tau)
        page.gradient().line(page.slope(written_out)).line(
            page.total(p_k * (page.delta(z_k, z) - moved)) + moved - y,
            "term by term, as (max(0, u)² / 2)′ = max(0, u) u′",
        ).line(p - y + (1 - page.total(p_k)) * moved, "the sum with δ, and what τ does").line(
            p - y, "the shares add up to 1: what τ does cancels"
        )
        inside, inside_i = page.holds(z > tau), page.holds(z_i > tau)
        drawn = inside_i / page.total(page.holds(z_k > tau))
        page.hessian(by=z_i).line(page.slope(p - y, z_i)).line(
            inside * (page.delta(z_i, z) - page.slope(tau, z_i)), "max(0, u)′ = [u > 0] u′"
        ).line(drawn, "as Σₖ [zₖ > τ] (δᵢₖ - τ′) = 0: the sum stays 1", page.slope(tau, z_i)).line(
            inside * (page.delta(z_i, z) - drawn),
            "put together",
            page.slope(page.slope(page.loss), z_i),
        )
