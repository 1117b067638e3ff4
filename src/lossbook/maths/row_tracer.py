"""Formulas of rows over a graph: a small array library whose numbers are nodes.

What keeps the digits of a row (sums in a certain order, thresholds, pairs) is written for arrays.
So the arrays are traced and not the formulas: ``RowTraceMaths`` is ``ArrayMaths`` on arrays of
nodes, and each operation becomes one of the graph for every entry. The number of columns is fixed,
and loops over them are written out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lossbook.maths.arrays import ArrayMaths
from lossbook.maths.namespace import Term
from lossbook.maths.rows_of_terms import RowOfTerms
from lossbook.maths.tracer import Graph, Node

# As their stubs know nothing of objects.
_ADD: Any = np.add
_EQUAL: Any = np.equal

_EACH = frozenset({"exp", "expm1", "log", "log1p", "pow", "round", "sqrt"})


class Row(RowOfTerms):
    """An array of nodes."""

    def __eq__(self, other: object) -> Any:
        return _EQUAL(self, other, dtype=object)

    __hash__ = None  # type: ignore[assignment]

    def any(self, *args: Any, **keywords: Any) -> Any:
        """Whether an entry may be true: what is not known yet may be."""
        return True


class RowTraceMaths(ArrayMaths):
    """The functions of arrays, whose operations are written down instead of computed."""

    def __init__(self) -> None:
        super().__init__(_NodeArrays(Graph()), np.float64)

    @property
    def graph(self) -> Graph:
        graph: Graph = self.xp.graph
        return graph

    def argument(self, name: str, columns: int) -> Row:
        """A row that is an argument of the printed function."""
        return _row([self.graph.argument(f"{name}[{place}]") for place in range(columns)])

    def nodes(self, x: Term) -> list[Node]:
        """The entries of a result."""
        return [self.graph.term(entry) for entry in np.ravel(x)]

    def parameter(self, name: str, value: float) -> Row:
        return _row([self.graph.node("parameter", payload=name)])

    def row(self, entries: tuple[Term, ...]) -> Row:
        return _row(np.concatenate([np.atleast_1d(entry) for entry in entries]))

    def exponent(self, x: Term) -> Row:
        return self._each("exponent", x)

    def fraction(self, x: Term) -> Row:
        return self._each("fraction", x)

    def fmod(self, x: Term, y: Term) -> Row:
        return self._each("fmod", x, y)

    def product_error(self, x: Term, y: Term, product: Term) -> Row:
        return self._each("product_error", x, y, product)

    def _each(self, operation: str, *terms: Term) -> Row:
        return _each(lambda *entries: self.graph.node(operation, *entries), *terms)


class _NodeArrays:
    """What ``ArrayMaths`` asks of an array library, the last axis being the one of rows."""

    finfo = staticmethod(np.finfo)

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __getattr__(self, name: str) -> Callable[..., Row]:
        if name not in _EACH:
            raise AttributeError(f"arrays of a traced formula have no {name}: use what m offers.")
        return lambda *terms: _each(lambda *entries: self.graph.node(name, *entries), *terms)

    def asarray(self, value: float, **_: Any) -> Row:
        return _row([self.graph.term(value)])

    def astype(self, x: Term, _: Any) -> Term:
        return x

    def arange(self, *ends: int, **_: Any) -> Any:
        return np.arange(*ends)

    def isfinite(self, x: Term) -> Term:
        return abs(x) < np.inf

    def where(self, condition: Term, if_true: Term, if_false: Term) -> Row:
        return _each(self._choice, condition, if_true, if_false)

    def _choice(self, condition: Any, if_true: Term, if_false: Term) -> Term:
        if isinstance(condition, bool | np.bool_):  # of places, which are numbers
            return if_true if condition else if_false
        return self.graph.node("where", condition, if_true, if_false)

    def maximum(self, x: Term, y: Term) -> Row:
        return _each(self._larger, x, y)

    def minimum(self, x: Term, y: Term) -> Row:
        return _each(lambda one, other: self.graph.extreme("minimum", one, other), x, y)

    def _larger(self, one: Term, other: Term) -> Node:
        return self.graph.extreme("maximum", one, other)

    def sum(self, x: Term, *, axis: int, keepdims: bool) -> Row:
        return _row(_ADD.reduce(np.asarray(x), axis=axis, keepdims=keepdims))

    def cumulative_sum(self, x: Term, *, axis: int) -> Row:
        return _row(_ADD.accumulate(np.asarray(x), axis=axis))

    def max(self, x: Term, *, axis: int, keepdims: bool) -> Row:
        larger: Any = np.frompyfunc(self._larger, 2, 1)
        return _row(larger.reduce(np.asarray(x), axis=axis, keepdims=keepdims))

    def argmax(self, x: Term, **_: Any) -> Term:
        largest, place = x[..., :1], np.zeros(1)
        for k in range(1, x.shape[-1]):
            entry = x[..., k : k + 1]
            place = self.where(entry > largest, float(k), place)
            largest = self.maximum(largest, entry)
        return place

    def sort(self, x: Term, *, axis: int) -> Row:
        entries = [x[..., k : k + 1] for k in range(x.shape[axis])]
        for end in range(len(entries) - 1, 0, -1):
            for k in range(end):
                pair = entries[k], entries[k + 1]
                entries[k : k + 2] = self.minimum(*pair), self.maximum(*pair)
        return self.concat(entries, axis=axis)

    def concat(self, columns: Any, *, axis: int) -> Row:
        return _row(np.concatenate([np.asarray(column) for column in columns], axis=axis))

    def broadcast_to(self, x: Term, shape: tuple[int, ...]) -> Row:
        return _row(np.broadcast_to(np.asarray(x), shape))


def _row(entries: Any) -> Row:
    return np.asarray(entries, dtype=object).view(Row)


def _each(function: Callable[..., Any], *terms: Term) -> Row:
    return _row(np.frompyfunc(function, len(terms), 1)(*terms))
