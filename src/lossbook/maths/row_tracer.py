"""Formulas of a row of scores over a graph, for a number of classes that is fixed.

What a softmax needs is here; a formula that asks for more says so with an AttributeError. Sums over
other classes are written out, so nothing cancels: with few classes that costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lossbook.maths.namespace import Term
from lossbook.maths.tracer import Node, TraceMaths


class Row:
    """One node per class, or a single one that is the same for all of them."""

    def __init__(self, nodes: list[Any]) -> None:
        self.nodes = nodes

    def with_each(self, other: Term, combine: Callable[[Any, Any], Any]) -> Row:
        """Class by class; a node or a number is the same for all classes, too."""
        others = other.nodes if isinstance(other, Row) else [other]
        classes = max(len(self.nodes), len(others))
        rows = (row * (classes // len(row)) for row in (self.nodes, others))
        return Row([combine(*pair) for pair in zip(*rows, strict=True)])

    def __add__(self, other: Term) -> Row:
        return self.with_each(other, lambda x, y: x + y)

    def __sub__(self, other: Term) -> Row:
        return self.with_each(other, lambda x, y: x - y)

    def __rsub__(self, other: Term) -> Row:
        return self.with_each(other, lambda x, y: y - x)

    def __mul__(self, other: Term) -> Row:
        return self.with_each(other, lambda x, y: x * y)

    __rmul__ = __mul__

    def __truediv__(self, other: Term) -> Row:
        return self.with_each(other, lambda x, y: x / y)


class RowTraceMaths(TraceMaths):
    """The tracer, for terms that may be rows."""

    def times(self, weight: Term, x: Term) -> Term:
        if not isinstance(weight, Row):
            return super().times(weight, x)
        return weight.with_each(x, super().times)

    def sum(self, x: Row) -> Row:
        return Row([self.total(*x.nodes)])

    def mass(self, x: Row) -> Row:
        return self.sum(x)

    def others(self, x: Row) -> Row:
        places = range(len(x.nodes))
        return Row([self.total(*(x.nodes[k] for k in places if k != place)) for place in places])

    def softmax(self, x: Row) -> Row:
        weights = self._weights(x)
        return weights / self.sum(weights)

    def softmax_rest(self, x: Row) -> Row:
        weights = self._weights(x)
        return self.others(weights) / self.sum(weights)

    def softmax_variance(self, x: Row) -> Row:
        return self.softmax(x) * self.softmax_rest(x)

    def log_softmax(self, x: Row) -> Row:
        top, rest = self._top(x), self.others(self._weights(x)).nodes
        # What all others weigh beside a largest score, of which there may be several.
        beside: Any = rest[-1]
        for score, weight in zip(x.nodes[-2::-1], rest[-2::-1], strict=True):
            beside = self.where(score == top, weight, beside)
        return (x - top) - self.log1p(beside)

    def _top(self, x: Row) -> Node:
        first, *more = x.nodes
        for score in more:
            first = self.maximum(first, score)
        return self.graph.term(first)

    def _weights(self, x: Row) -> Row:
        """exp of each score, of which the largest counts as 0."""
        return Row([self.exp(distance) for distance in (x - self._top(x)).nodes])
