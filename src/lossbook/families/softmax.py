"""The pieces that cross entropy is put together from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lossbook.maths.namespace import Term


class CrossEntropyOfScores:
    """``-sum_j y_j log softmax(z)_j``, for labels that need not sum to 1."""

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        # 0 - x rather than -x, so that a perfect prediction costs 0 and not -0.
        return 0 - m.sum(m.times(y, m.log_softmax(scores)))

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        # Y p - y with Y the row's sum, split so that neither p = 1 nor y = 1 cancels.
        return m.others(y) * m.softmax(scores) - y * m.softmax_rest(scores)

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        return m.mass(y) * m.softmax_variance(scores)

    def sizes(self, m: Any, order: int, y: Term, scores: Term) -> Term | None:
        if order != 1:
            return None
        return m.others(y) * m.softmax(scores) + y * m.softmax_rest(scores)

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        p, total = m.softmax(scores), m.sum(y)
        linked = -total[..., None] * (p[..., :, None] * p[..., None, :])
        return m.diagonal(self.deriv2(m, y, scores), linked)

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        # The Hessian sends constant vectors to 0, so the vector may be shifted to vanish at the
        # likeliest class; the mean below then leaves out the one probability that could cancel.
        p = m.softmax(scores)
        shifted = vector - m.at_top(vector, scores)
        return m.sum(y) * p * (shifted - m.sum(p * shifted))


class CrossEntropyOfShares:
    """``-sum_j y_j log p_j``, for labels that need not sum to 1."""

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        return 0 - m.sum(m.xlogy(y, scores))

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        return m.share(-y, scores)

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        return m.share_of_square(y, scores)

    def sizes(self, m: Any, order: int, y: Term, scores: Term) -> Term | None:
        return None

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        return m.diagonal(self.deriv2(m, y, scores), 0.0)

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        return self.deriv2(m, y, scores) * vector


@dataclass(frozen=True)
class SquaredLogSum:
    """``coefficient * (log sum_j exp(z_j))²``, the z-loss; for a label that sums to 1."""

    coefficient: Any

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        log_sum = m.log_sum_exp(scores)
        return m.sum(y) * (self.coefficient * log_sum * log_sum)

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        return self._twice(m, y) * m.log_sum_exp(scores) * m.softmax(scores)

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        p, rest = m.softmax(scores), m.softmax_rest(scores)
        return self._twice(m, y) * (p * (p + m.log_sum_exp(scores) * rest))

    def sizes(self, m: Any, order: int, y: Term, scores: Term) -> Term | None:
        # The logarithm is the largest score and what the others add to it.
        more = 0 - m.sum(m.times(m.top(scores), m.log_softmax(scores)))
        terms = abs(m.log_sum_exp(scores) - more) + more
        p, rest = m.softmax(scores), m.softmax_rest(scores)
        if order == 0:
            return None
        return self._twice(m, y) * (terms * p if order == 1 else p * (p + terms * rest))

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        p = m.softmax(scores)
        linked = self._twice(m, y) * (1 - m.log_sum_exp(scores))
        pairs = p[..., :, None] * p[..., None, :]
        return m.diagonal(self.deriv2(m, y, scores), linked[..., None] * pairs)

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        p, log_sum = m.softmax(scores), m.log_sum_exp(scores)
        shifted = vector - m.at_top(vector, scores)
        across = log_sum * (shifted - m.sum(p * shifted))
        return self._twice(m, y) * p * (m.sum(p * vector) + across)

    def _twice(self, m: Any, y: Term) -> Term:
        return 2 * self.coefficient * m.sum(y)


@dataclass(frozen=True)
class Tempered:
    """``z / temperature``."""

    temperature: Any

    def value(self, m: Any, score: Term) -> Term:
        return m.tempered(score, self.temperature)

    def deriv(self, m: Any, score: Term) -> Term:
        return 1 / self.temperature + 0 * score

    def deriv2(self, m: Any, score: Term) -> Term:
        return 0 * score


@dataclass(frozen=True)
class SoftCapped:
    """``cap * tanh(z / cap)``: scores that stay between -cap and cap."""

    cap: Any

    def value(self, m: Any, score: Term) -> Term:
        return self.cap * m.tanh(score / self.cap)

    def deriv(self, m: Any, score: Term) -> Term:
        # 1 - tanh² as 4 e / (1 + e)² with e = exp(-2 |z| / cap).
        e = m.exp_of_quotient(-2 * m.magnitude(score), self.cap)
        return 4 * e / ((1 + e) * (1 + e))

    def deriv2(self, m: Any, score: Term) -> Term:
        return -2 / self.cap * m.tanh(score / self.cap) * self.deriv(m, score)
