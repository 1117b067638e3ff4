"""Losses that compare predicted probabilities with the label's, class by class."""

from __future__ import annotations

from typing import Any

from lossbook.domains import REALS, Domain, Interval
from lossbook.families.scores import ScoresLoss
from lossbook.links import IDENTITY, SOFTMAX, Link
from lossbook.maths.namespace import Term
from lossbook.parameters import switch

_PREDICTED = Interval(0, 1, hint="pass from_logits=True if these are raw scores")


class SharesLoss(ScoresLoss, family=True):
    r"""A sum over classes of a function of label and probability, or of it after a softmax.

    .. math:: \ell(y, p) = \sum_j f(y_j, p_j), \qquad p = \mathrm{softmax}(z) \text{ from logits}

    Beside label and probability the formulas get ``distance``, which is p - y without the rounding
    of a p close to 1, and ``log_p``, which is finite where p itself is rounded to 0.
    """

    from_logits: bool = switch(False)

    def cost(self, m: Any, y: Term, p: Term, distance: Term) -> Term:
        """The function of each class."""
        raise NotImplementedError

    def slope(self, m: Any, y: Term, p: Term, distance: Term) -> Term:
        """Its derivative by the probability."""
        raise NotImplementedError

    def bend(self, m: Any, y: Term, p: Term) -> Term:
        """Its second derivative by the probability."""
        raise NotImplementedError

    def drift(self, m: Any, y: Term, p: Term, distance: Term, log_p: Term) -> Term:
        """``slope`` up to a constant of all classes, which softmax does not see."""
        return self.slope(m, y, p, distance)

    def weighed_bend(self, m: Any, y: Term, p: Term) -> Term:
        """``p * bend``."""
        return p * self.bend(m, y, p)

    @property
    def is_separable(self) -> bool:
        return not self.from_logits

    @property
    def ignores_shifts(self) -> bool:
        return self.from_logits

    @property
    def prediction_domain(self) -> Domain:
        return REALS if self.from_logits else _PREDICTED

    @property
    def prediction_symbol(self) -> str:
        return "z" if self.from_logits else "p"

    @property
    def link(self) -> Link:
        return SOFTMAX if self.from_logits else IDENTITY

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        if self.from_logits:
            p, distance = m.softmax(scores), m.softmax_minus(scores, y)
            return m.sum(self.cost(m, y, p, distance))
        return m.sum(self.cost(m, y, scores, scores - y))

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        if not self.from_logits:
            return self.slope(m, y, scores, scores - y)
        return m.softmax_times(scores, self._pull(m, scores, self._drift(m, y, scores)))

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        if not self.from_logits:
            return self.bend(m, y, scores)
        return self._curvature(m, scores, self._strain(m, y, scores))

    def sizes(self, m: Any, order: int, y: Term, scores: Term) -> Term | None:
        if not self.from_logits:
            # Each class has its own slope, and a label's share of one class is not a mean.
            return abs(self.deriv(m, y, scores)) if order == 1 else None
        p, rest = m.softmax(scores), m.softmax_rest(scores)
        # A probability that nearly is the label's leaves a difference of the two that is smaller
        # than what rounding takes from it, which is in proportion to p and to 1 - p.
        apart = m.minimum(p, rest)
        if order == 0:
            distance = m.softmax_minus(scores, y)
            cost, slope = self.cost(m, y, p, distance), self.slope(m, y, p, distance)
            return m.sum(m.maximum(abs(cost), abs(slope) * apart))
        drift = m.maximum(abs(self._drift(m, y, scores)), abs(self.bend(m, y, p)) * apart)
        pulls = rest * drift + m.others(p * drift)
        if order == 1:
            return p * pulls
        return self._curvature(m, scores, pulls + abs(self.weighed_bend(m, y, p)))

    def _drift(self, m: Any, y: Term, scores: Term) -> Term:
        p, distance = m.softmax(scores), m.softmax_minus(scores, y)
        return self.drift(m, y, p, distance, m.log_softmax(scores))

    def _pull(self, m: Any, scores: Term, drift: Term) -> Term:
        """The drift of each class less the mean drift."""
        return m.softmax_rest(scores) * drift - m.others(m.softmax_times(scores, drift))

    def _curvature(self, m: Any, scores: Term, strain: Term) -> Term:
        p, rest = m.softmax(scores), m.softmax_rest(scores)
        along, across = rest * rest * strain, p * m.others(m.softmax_times(scores, strain))
        return m.softmax_times(scores, along + across)

    def _strain(self, m: Any, y: Term, scores: Term) -> Term:
        """What stands on the diagonal of the Hessian before softmax couples the classes."""
        pull = self._pull(m, scores, self._drift(m, y, scores))
        return pull + self.weighed_bend(m, y, m.softmax(scores))

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        if not self.from_logits:
            return super().hessian_matrix(m, y, scores)
        p, strain = m.softmax(scores), self._strain(m, y, scores)
        pairs = strain[..., :, None] + strain[..., None, :] - m.sum(p * strain)[..., None]
        return m.diagonal(self.deriv2(m, y, scores), -(p[..., :, None] * p[..., None, :]) * pairs)

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        if not self.from_logits:
            return super().hessian_product(m, y, scores, vector)
        p, strain = m.softmax(scores), self._strain(m, y, scores)
        shifted = vector - m.at_top(vector, scores)
        moved = strain * (shifted - m.sum(p * shifted))
        return p * (moved - m.sum(p * moved))
