"""Formulas over a graph: what a printer turns into another language.

Nodes are shared (two equal expressions are one node), so a common subexpression is computed once.
What depends on parameters alone is marked as constant: it is worked out once per call, in double
precision, and not once per element (1 - tau in float32 would be 4 ULP off for tau = 0.9).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lossbook.maths.namespace import Maths, Term


@dataclass(frozen=True, eq=False)
class Node:
    """One operation of the graph; equality of nodes is identity, ``==`` builds a comparison."""

    graph: Graph
    operation: str
    inputs: tuple[Node, ...]
    payload: Any
    is_constant: bool

    @property
    def is_condition(self) -> bool:
        return self.operation in _CONDITIONS

    def __add__(self, other: Term) -> Node:
        return self.graph.sum("add", self, other)

    def __radd__(self, other: Term) -> Node:
        return self.graph.sum("add", other, self)

    def __sub__(self, other: Term) -> Node:
        return self.graph.sum("subtract", self, other)

    def __rsub__(self, other: Term) -> Node:
        return self.graph.sum("subtract", other, self)

    def __mul__(self, other: Term) -> Node:
        return self.graph.product(self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Term) -> Node:
        return self.graph.node("divide", self, other)

    def __rtruediv__(self, other: Term) -> Node:
        return self.graph.node("divide", other, self)

    def __pow__(self, exponent: int) -> Node:
        if exponent != 2:
            raise TypeError(f"only squares are traced, got the power {exponent!r}.")
        return self * self

    def __neg__(self) -> Node:
        return self.inputs[0] if self.operation == "negate" else self.graph.node("negate", self)

    def __abs__(self) -> Node:
        inner = self.inputs[0] if self.operation in ("negate", "abs") else self
        return self.graph.node("abs", inner)

    def __lt__(self, other: Term) -> Node:
        return self.graph.node("less", self, other)

    def __gt__(self, other: Term) -> Node:
        return self.graph.node("less", other, self)

    def __le__(self, other: Term) -> Node:
        return self.graph.node("less_equal", self, other)

    def __ge__(self, other: Term) -> Node:
        return self.graph.node("less_equal", other, self)

    def __eq__(self, other: object) -> Node:  # type: ignore[override]
        return self.graph.node("equal", self, other)

    def __and__(self, other: Node) -> Node:
        return self.graph.node("and", self, other)

    def __or__(self, other: Node) -> Node:
        return self.graph.node("or", self, other)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError(
            "a traced formula cannot branch on its arguments with if/and/or: use m.where."
        )


LOGISTIC = "logistic"
# top / (1 + e)^power, for e in [0, 1]. Sums and products of sigmoids keep this form, so they come
# down to one division, the slowest instruction of the logistic loss, and to one rounding besides
# that of e: a plain quotient rounds three times for the gradient and five for the Hessian.
_LEAVES = frozenset({"number", "parameter"})
_CONDITIONS = frozenset({"less", "less_equal", "equal", "and", "or"})


class Graph:
    """The nodes of one formula, each expression once."""

    def __init__(self) -> None:
        self._nodes: dict[Any, Node] = {}

    def node(self, operation: str, *inputs: Term, payload: float | int | str | None = None) -> Node:
        terms = tuple(self.term(term) for term in inputs)
        # repr tells -0.0 from 0.0, which compare equal.
        key = (operation, tuple(id(term) for term in terms), repr(payload))
        if key not in self._nodes:
            constant = operation in _LEAVES or (
                bool(terms) and all(term.is_constant for term in terms)
            )
            self._nodes[key] = Node(self, operation, terms, payload, constant)
        return self._nodes[key]

    def term(self, value: Term) -> Node:
        if isinstance(value, Node):
            return value
        return self.node("number", payload=float(value))

    def argument(self, name: str) -> Node:
        return self.node("argument", payload=name)

    def extreme(self, operation: str, left: Term, right: Term) -> Node:
        a, b = self.term(left), self.term(right)
        # A constant goes second: kernels then need not test it for NaN.
        return self.node(operation, b, a) if a.is_constant else self.node(operation, a, b)

    def product(self, left: Term, right: Term) -> Node:
        factors = self.term(left), self.term(right)
        for one, other in (factors, factors[::-1]):
            if one.operation == "number" and one.payload == 1:
                return other
            if one.operation == LOGISTIC:
                return self._logistic_product(one, other)
        return self.node("multiply", *factors)

    def _logistic_product(self, one: Node, other: Node) -> Node:
        top, e = one.inputs
        if other.operation != LOGISTIC:
            return self.node(LOGISTIC, self.product(top, other), e, payload=one.payload)
        if other.inputs[1] is e and one.payload == other.payload == 1:
            return self.node(LOGISTIC, self.product(top, other.inputs[0]), e, payload=2)
        return self.node("multiply", one, other)

    def sum(self, operation: str, left: Term, right: Term) -> Node:
        a, b = self.term(left), self.term(right)
        both = a.operation == b.operation == LOGISTIC
        if both and a.inputs[1] is b.inputs[1] and a.payload == b.payload:
            top = self.node(operation, a.inputs[0], b.inputs[0])
            return self.node(LOGISTIC, top, a.inputs[1], payload=a.payload)
        return self.node(operation, a, b)


class TraceMaths(Maths):
    """The namespace that writes a formula down as a graph instead of computing it."""

    def __init__(self) -> None:
        self.graph = Graph()
        self.parameters: list[str] = []

    def nodes(self, term: Term) -> list[Node]:
        """The nodes of a result: here one."""
        return [self.graph.term(term)]

    def parameter(self, name: str, value: float) -> Node:
        if name not in self.parameters:
            self.parameters.append(name)
        return self.graph.node("parameter", payload=name)

    def exp(self, x: Term) -> Node:
        return self.graph.node("exp", x)

    def expm1(self, x: Term) -> Node:
        return self.graph.node("expm1", x)

    def log(self, x: Term) -> Node:
        return self.graph.node("log", x)

    def log1p(self, x: Term) -> Node:
        return self.graph.node("log1p", x)

    def sqrt(self, x: Term) -> Node:
        return self.graph.node("sqrt", x)

    def exponent(self, x: Term) -> Node:
        return self.graph.node("exponent", x)

    def fraction(self, x: Term) -> Node:
        return self.graph.node("fraction", x)

    def fmod(self, x: Term, y: Term) -> Node:
        return self.graph.node("fmod", x, y)

    def product_error(self, x: Term, y: Term, product: Term) -> Node:
        return self.graph.node("product_error", x, y, product)

    def where(self, condition: Term, if_true: Term, if_false: Term) -> Node:
        return self.graph.node("where", condition, if_true, if_false)

    def maximum(self, x: Term, y: Term) -> Node:
        return self.graph.extreme("maximum", x, y)

    def minimum(self, x: Term, y: Term) -> Node:
        return self.graph.extreme("minimum", x, y)

    def smaller_sigmoid(self, x: Term) -> Node:
        e = self.exp(-abs(x))
        return self.graph.node(LOGISTIC, e, e, payload=1)

    def sigmoid(self, x: Term) -> Node:
        e = self.exp(-abs(x))
        return self.graph.node(LOGISTIC, self.where(x >= 0, 1, e), e, payload=1)
