from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import ScoresLoss
from lossbook.functionals import Functional, Mean
from lossbook.links import ENTMAX15, Link
from lossbook.maths.namespace import Term


class Entmax15(ScoresLoss):
    r"""1.5-entmax loss: halfway between cross entropy and the sparsemax loss.

    .. math:: \ell(y, z) = \sum_j \left( \tfrac23 (\sqrt{y_j} - s_j)^2 (2 \sqrt{y_j} + s_j)
              + y_j \max(0, 2\tau - z_j) \right),
              \qquad s_j = \max(0, \tfrac{z_j}{2} - \tau), \quad \sum_j s_j^2 = 1

    The gradient is p - y with :math:`p_j = s_j^2`, which is exactly 0 for unlikely classes. The
    loss is exactly 0 where the target leads all others by 2 or more.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Entmax15()
    >>> loss([0], [[2.0, 0.0, -1.0]])
    0.0
    >>> loss([1], [[0.0, 0.0]])
    0.3905242917512702
    >>> loss.inverse_link([0.0, 0.0])
    array([0.5, 0.5])
    """

    kind = "multiclass"
    aliases = {"entmax": {}}
    accuracy = Accuracy(value=4, gradient=4, hessian=4)
    references = (
        "Peters, Niculae and Martins, Sparse Sequence-to-Sequence Models, ACL (2019), equation 10",
    )

    @property
    def example(self) -> Example:
        return Example(y_true=[0, 1], y_pred=[[1.0, 0.0, -1.0], [0.0, 3.0, 0.5]])

    @property
    def prediction_symbol(self) -> str:
        return "z"

    @property
    def link(self) -> Link:
        return ENTMAX15

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, lipschitz=math.sqrt(2), smoothness=math.sqrt(0.5))

    @property
    def functional(self) -> Functional:
        return Mean()

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        excess = m.entmax15_excess(scores)
        total = m.sum(y)
        label, predicted = m.sqrt(y / total), m.maximum(0, excess)
        # The difference of the roots is that of the shares, over the sum of the roots.
        apart = m.share(self.deriv(m, y, scores) / total, label + predicted)
        inside = 2 * apart * apart * (2 * label + predicted) / 3
        return total * m.sum(inside) + 2 * m.sum(m.times(y, m.maximum(0, -excess)))

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        excess = m.entmax15_excess(y_pred)
        total = m.sum(y_true)
        label, predicted = m.sqrt(y_true / total), m.maximum(0, excess)
        inside = total * (label - predicted) ** 2 * (2 * label + predicted) * 2 / 3
        return m.sum(inside + 2 * y_true * m.maximum(0, -excess))

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        p = m.maximum(0, m.entmax15_excess(scores)) ** 2
        # Y p - y with Y the row's sum, split so that neither p = 1 nor y = 1 cancels.
        return m.others(y) * p - y * m.others(p)

    def sizes(self, m: Any, order: int, y: Term, scores: Term) -> Term | None:
        if order > 0:
            return None
        # Close to the label the value is the square of a difference.
        excess = m.entmax15_excess(scores)
        root, total = m.maximum(0, excess), m.sum(y)
        p, label = root**2, m.sqrt(y / total)
        terms = m.share(m.others(y) * p + y * m.others(p), label + root)
        apart = m.share(abs(self.deriv(m, y, scores)), label + root)
        near = m.sum(4 * terms * apart * (2 * label + root)) / (3 * total)
        return near + 2 * m.sum(m.times(y, m.maximum(0, -excess)))

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        root = m.maximum(0, m.entmax15_excess(scores))
        return m.mass(y) * root * (m.others(root) / m.mass(root))

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        root = m.maximum(0, m.entmax15_excess(scores))
        pairs = root[..., :, None] * root[..., None, :]
        linked = (m.sum(y) / m.sum(root))[..., None] * pairs
        return m.diagonal(self.deriv2(m, y, scores), -linked)

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        root = m.maximum(0, m.entmax15_excess(scores))
        shifted = vector - m.at_top(vector, scores)
        return m.sum(y) * root * (shifted - m.sum(root * shifted) / m.sum(root))

    def derived(self, page: Any) -> None:
        y, z = page.label, page.prediction
        y_k, z_k, z_i = page.summed(y), page.summed(z), page.other(z)
        tau = page.threshold(z, 2)
        s, s_k, s_i = (page.m.maximum(0, each / 2 - tau) for each in (z, z_k, z_i))
        page.remarks.append("The threshold τ is where the squares max(0, zₖ / 2 - τ)² add up to 1.")
        root = page.m.sqrt(y_k)
        inside = page.total(2 * (root - s_k) ** 2 * (2 * root + s_k) / 3)
        outside = page.total(2 * y_k * page.m.maximum(0, tau - z_k / 2))
        of_label = 4 * page.total(y_k * root) / 3
        written_out = 2 * page.total(s_k**3) / 3 + 2 * tau + of_label - page.total(y_k * z_k)
        page.value().line(inside + outside, "the definition").line(
            written_out, "multiplied out, as max(0, -u) = max(0, u) - u and Σₖ yₖ = 1"
        )
        moved = page.slope(tau)
        page.gradient().line(page.slope(written_out)).line(
            page.total(s_k**2 * (page.delta(z_k, z) - 2 * moved)) + 2 * moved - y,
            "term by term, as (max(0, u)³)′ = 3 max(0, u)² u′",
        ).line(
            s**2 - y + 2 * (1 - page.total(s_k**2)) * moved, "the sum with δ, and what τ does"
        ).line(s**2 - y, "the squares add up to 1: what τ does cancels")
        drawn = s_i / (2 * page.total(s_k))
        page.hessian(by=z_i).line(page.slope(s**2 - y, z_i)).line(
            s * (page.delta(z_i, z) - 2 * page.slope(tau, z_i)), "(max(0, u)²)′ = 2 max(0, u) u′"
        ).line(
            drawn,
            "as Σₖ 2 max(0, zₖ / 2 - τ) (δᵢₖ / 2 - τ′) = 0: the sum stays 1",
            page.slope(tau, z_i),
        ).line(
            s * (page.delta(z_i, z) - s_i / page.total(s_k)),
            "put together",
            page.slope(page.slope(page.loss), z_i),
        )
