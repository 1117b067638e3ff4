"""Losses of the probability that softmax gives to the class that occurs."""

from __future__ import annotations

from typing import Any

from lossbook.domains import REALS, Domain
from lossbook.families.scores import ScoresLoss
from lossbook.links import SOFTMAX, Link
from lossbook.maths.namespace import Term


class LikelihoodLoss(ScoresLoss, family=True):
    r"""A function of log p, with p the softmax probability of the class that occurs.

    .. math:: \ell(y, z) = \sum_t y_t \, \varphi(\log p_t), \qquad p = \mathrm{softmax}(z)

    The formulas give :math:`\varphi` and its derivatives by log p for every class, as if it were
    the one that occurs; a row of label probabilities averages over them.
    """

    def cost(self, m: Any, scores: Term) -> Term:
        """The loss of each class, if it occurs."""
        raise NotImplementedError

    def slope(self, m: Any, scores: Term) -> Term:
        """Its derivative by the log-probability of the class: never positive."""
        raise NotImplementedError

    def bend(self, m: Any, scores: Term) -> Term:
        """Its second derivative by the log-probability, times 1 - p."""
        raise NotImplementedError

    def bend_terms(self, m: Any, scores: Term) -> Term:
        """What ``bend`` is the sum of, in absolute values."""
        return abs(self.bend(m, scores))

    @property
    def ignores_shifts(self) -> bool:
        return True

    @property
    def prediction_domain(self) -> Domain:
        return REALS

    @property
    def prediction_symbol(self) -> str:
        return "z"

    @property
    def link(self) -> Link:
        return SOFTMAX

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        return m.sum(m.times(y, self.cost(m, scores)))

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        push = y * -self.slope(m, scores)
        # P p - push with P the row's sum, split so that neither p = 1 nor a zero push cancels.
        return m.others(push) * m.softmax(scores) - push * m.softmax_rest(scores)

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        return self._curvature(m, y * -self.slope(m, scores), y * self.bend(m, scores), scores)

    def sizes(self, m: Any, order: int, y: Term, scores: Term) -> Term | None:
        if order < 2:
            return super().sizes(m, order, y, scores)
        push, bend = y * -self.slope(m, scores), y * self.bend_terms(m, scores)
        return self._curvature(m, push, bend, scores)

    def _curvature(self, m: Any, push: Term, bend: Term, scores: Term) -> Term:
        rest = m.softmax_rest(scores)
        linked = m.sum(push) * m.softmax_variance(scores)
        return linked + (bend * rest + m.softmax_spread(bend, scores))

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        # Off the diagonal, of the classes i and j: -b_i p_j - b_j p_i from the bends of the two,
        # p_i p_j b_k from those of all others, and the softmax's own -P p_i p_j.
        push, bend = y * -self.slope(m, scores), y * self.bend(m, scores)
        p, rest = m.softmax(scores), m.softmax_rest(scores)
        top = m.top(scores)
        lack, top_bend = m.sum(top * rest), m.sum(top * bend)
        of_others = m.where(top == 1, 0.0, bend / m.where(top == 1, 1.0, rest))
        of_rest = m.where(top == 1, 0.0, m.share(p, lack))
        both = _pairs(p, p) * (
            (m.sum(of_others) - m.sum(push))[..., None] - _sums(of_others, of_others)
        )
        both = both + (top_bend * lack)[..., None] * _pairs(of_rest, of_rest)
        both = both - (_pairs(bend, p) + _pairs(p, bend))
        return m.diagonal(self.deriv2(m, y, scores), both)

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        push, bend = y * -self.slope(m, scores), y * self.bend(m, scores)
        p = m.softmax(scores)
        # The Hessian sends constant vectors to 0, so the vector may be shifted to vanish at the
        # likeliest class; its mean then leaves out the one probability that could cancel.
        shifted = vector - m.at_top(vector, scores)
        centred = shifted - m.sum(p * shifted)
        bent = bend * m.share(centred, m.softmax_rest(scores))
        return bent - p * m.sum(bent) + m.sum(push) * p * centred


def _pairs(one: Term, other: Term) -> Term:
    return one[..., :, None] * other[..., None, :]


def _sums(one: Term, other: Term) -> Term:
    return one[..., :, None] + other[..., None, :]
