"""Losses put together from formulas of rows: of other labels, of other scores, added.

A piece has the six formulas of a row (value, two derivatives, what these are sums of, the matrix
and its product with a vector), and so has what is put together: the chain rule stands here, once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from lossbook.families.scores import ScoresLoss
from lossbook.maths.namespace import Term


class RowFormulas(Protocol):
    """The formulas of a row of scores, as a ``RowLoss`` has them."""

    def value(self, m: Any, y: Term, scores: Term) -> Term: ...

    def deriv(self, m: Any, y: Term, scores: Term) -> Term: ...

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term: ...

    def sizes(self, m: Any, order: int, y: Term, scores: Term) -> Term | None: ...

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term: ...

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term: ...


class ComposedLoss(ScoresLoss, family=True):
    """A loss whose formulas are put together from others."""

    @property
    def formulas(self) -> RowFormulas:
        """What it is put together to."""
        raise NotImplementedError

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        return self.formulas.value(m, y, scores)

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        return self.formulas.deriv(m, y, scores)

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        return self.formulas.deriv2(m, y, scores)

    def sizes(self, m: Any, order: int, y: Term, scores: Term) -> Term | None:
        return self.formulas.sizes(m, order, y, scores)

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        return self.formulas.hessian_matrix(m, y, scores)

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        return self.formulas.hessian_product(m, y, scores, vector)


@dataclass(frozen=True)
class OfLabels:
    """Formulas that see another label: ``relabel`` makes it of the row of shares that is given."""

    inner: RowFormulas
    relabel: Callable[[Any, Term], Term]

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        return self.inner.value(m, self.relabel(m, y), scores)

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        return self.inner.deriv(m, self.relabel(m, y), scores)

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        return self.inner.deriv2(m, self.relabel(m, y), scores)

    def sizes(self, m: Any, order: int, y: Term, scores: Term) -> Term | None:
        return self.inner.sizes(m, order, self.relabel(m, y), scores)

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        return self.inner.hessian_matrix(m, self.relabel(m, y), scores)

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        return self.inner.hessian_product(m, self.relabel(m, y), scores, vector)


@dataclass(frozen=True)
class Added:
    """The sum of two."""

    one: RowFormulas
    other: RowFormulas

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        return self.one.value(m, y, scores) + self.other.value(m, y, scores)

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        return self.one.deriv(m, y, scores) + self.other.deriv(m, y, scores)

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        return self.one.deriv2(m, y, scores) + self.other.deriv2(m, y, scores)

    def sizes(self, m: Any, order: int, y: Term, scores: Term) -> Term | None:
        return sum(size_of(piece, m, order, y, scores) for piece in (self.one, self.other))

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        return self.one.hessian_matrix(m, y, scores) + self.other.hessian_matrix(m, y, scores)

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        one, other = (
            piece.hessian_product(m, y, scores, vector) for piece in (self.one, self.other)
        )
        return one + other


class ScoreMap(Protocol):
    """A function of one score, with two derivatives."""

    def value(self, m: Any, score: Term) -> Term: ...

    def deriv(self, m: Any, score: Term) -> Term: ...

    def deriv2(self, m: Any, score: Term) -> Term: ...


@dataclass(frozen=True)
class OfScores:
    """Formulas that see each score through a map."""

    inner: RowFormulas
    map: ScoreMap

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        return self.inner.value(m, y, self.map.value(m, scores))

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        seen = self.map.value(m, scores)
        return self.map.deriv(m, scores) * self.inner.deriv(m, y, seen)

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        seen, slope = self.map.value(m, scores), self.map.deriv(m, scores)
        bent = self.map.deriv2(m, scores) * self.inner.deriv(m, y, seen)
        return slope * slope * self.inner.deriv2(m, y, seen) + bent

    def sizes(self, m: Any, order: int, y: Term, scores: Term) -> Term | None:
        seen, slope = self.map.value(m, scores), self.map.deriv(m, scores)
        if order == 0:
            return self.inner.sizes(m, 0, y, seen)
        gradient = size_of(self.inner, m, 1, y, seen)
        if order == 1:
            return slope * gradient
        bent = abs(self.map.deriv2(m, scores)) * gradient
        return slope * slope * size_of(self.inner, m, 2, y, seen) + bent

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        seen, slope = self.map.value(m, scores), self.map.deriv(m, scores)
        inner = self.inner.hessian_matrix(m, y, seen)
        both = slope[..., :, None] * slope[..., None, :] * inner
        return m.diagonal(self.deriv2(m, y, scores), both)

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        seen, slope = self.map.value(m, scores), self.map.deriv(m, scores)
        bent = self.map.deriv2(m, scores) * self.inner.deriv(m, y, seen) * vector
        return slope * self.inner.hessian_product(m, y, seen, slope * vector) + bent


def size_of(piece: RowFormulas, m: Any, order: int, y: Term, scores: Term) -> Term:
    """What a derivative is the sum of; its own size where nothing cancels."""
    stated = piece.sizes(m, order, y, scores)
    if stated is not None:
        return stated
    return abs((piece.value, piece.deriv, piece.deriv2)[order](m, y, scores))
