"""A loss's formulas as graphs, and their nodes as LLVM instructions."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lossbook.compiler import elementary
from lossbook.compiler.values import Code, Kind, Value, select
from lossbook.errors import InputError
from lossbook.maths import compensated
from lossbook.maths.nodes import carries_nan, function_of
from lossbook.maths.tracer import LOGISTIC, Node, TraceMaths
from lossbook.parameters import run_time_numbers

if TYPE_CHECKING:
    from lossbook.loss import Loss

_DOUBLE = Kind("double")

_OPERATIONS: dict[str, Callable[..., Value]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "negate": operator.neg,
    "abs": operator.abs,
    "less": operator.lt,
    "less_equal": operator.le,
    "equal": Value.equals,
    "and": operator.and_,
    "or": operator.or_,
    "minimum": elementary.minimum,
    "maximum": elementary.maximum,
    "exp": elementary.exp,
    "exp_nonpositive": elementary.exp_nonpositive,
    "expm1": elementary.expm1,
    "log": elementary.log,
    "log1p": elementary.log1p,
    "log1p_unit": elementary.log1p_unit,
    "sqrt": elementary.sqrt,
    "fmod": Value.fmod,
    "exponent": elementary.exponent,
    "fraction": elementary.fraction,
    "product_error": elementary.product_error,
}


@dataclass(frozen=True)
class Formula:
    """Value, gradient and Hessian of a loss as graphs over one label and one prediction."""

    outputs: dict[str, tuple[Node, ...]]  # by the type of the results
    carries_errors: bool  # and so computes in double
    outside: Node | None
    label: Node
    prediction: Node
    parameters: tuple[str, ...]

    def computed_in(self, element: str) -> str:
        """The type to compute results of this type in."""
        return "double" if self.carries_errors else element

    def keeps_nan(self, order: int, element: str) -> bool:
        """Whether an output is NaN by itself where the label or the prediction is."""
        node = self.outputs[element][order]
        return carries_nan(node, self.label) and carries_nan(node, self.prediction)


def trace(loss: Loss) -> Formula:
    """The formulas of a loss, or an error that says why they cannot be written down."""
    m = TraceMaths()
    y, p = m.graph.argument("y"), m.graph.argument("p")
    try:
        # What carries errors along takes the parameters by itself.
        traced = loss if loss.compensated else loss.over(m)
        outputs = {
            element: tuple(
                m.graph.term(compensated.derivative(traced, m, order, y, p, single=single))
                for order in range(3)
            )
            for element, single in (("float", True), ("double", False))
        }
        domains: Any = ((loss.label_domain, y), (loss.prediction_domain, p))
        broken = [
            domain.outside(argument) for domain, argument in domains if not domain.checks_nothing
        ]
    except (TypeError, AttributeError, ValueError) as error:
        raise InputError(
            f"{type(loss).__name__} cannot be compiled: its formulas must use operators and "
            f"functions of m alone ({str(error).rstrip('.')}).",
            argument="loss",
        ) from error
    outside = broken[0] | broken[1] if len(broken) == 2 else broken[0] if broken else None
    return Formula(outputs, loss.compensated, outside, y, p, tuple(m.parameters))


@dataclass
class Evaluation:
    """Writes nodes down as instructions on vectors (or single numbers) of one type."""

    code: Code
    kind: Kind
    label: Value
    prediction: Value
    constants: Constants
    _values: dict[int, Value] = field(default_factory=dict)

    def number(self, node: Node) -> Value:
        """The node's value; of a condition, 1 or 0."""
        return _as_number(self.value(node), self.kind)

    def value(self, node: Node) -> Value:
        if id(node) not in self._values:
            self._values[id(node)] = self._leaf(node)
        return self._values[id(node)]

    def _leaf(self, node: Node) -> Value:
        if node.operation == "argument":
            return self.label if node.payload == "y" else self.prediction
        if node.operation == "number":
            return self.code.number(self.kind, node.payload)
        if node.is_constant:
            return self.constants.value(node, self.kind)
        return _apply(node, [self.value(term) for term in node.inputs], self.kind)


def _as_number(value: Value, kind: Kind) -> Value:
    return value.converted(kind.element, unsigned=True) if value.kind.element == "i1" else value


def _as_condition(value: Value) -> Value:
    return value if value.kind.element == "i1" else value.differs(0)


def _apply(node: Node, inputs: list[Value], kind: Kind) -> Value:
    if node.operation in ("and", "or"):
        return _OPERATIONS[node.operation](*map(_as_condition, inputs))
    if node.operation == "where":
        if_true, if_false = (_as_number(term, kind) for term in inputs[1:])
        return select(_as_condition(inputs[0]), if_true, if_false, like=if_true)
    inputs = [_as_number(term, kind) for term in inputs]
    if node.operation == LOGISTIC:
        return elementary.over_one_plus(node.payload, *inputs)
    name = function_of(node)
    if name not in _OPERATIONS:
        raise InputError(f"m.{name} is not compiled yet.", argument="loss")
    return _OPERATIONS[name](*inputs)


class Constants:
    """What depends on parameters alone: in double until the last rounding, once per call."""

    def __init__(self, code: Code, parameters: dict[str, Value]) -> None:
        self._code = code
        self._parameters = parameters
        self._values: dict[int, Value] = {}

    def value(self, node: Node, kind: Kind) -> Value:
        exact = self._exact(node)
        if node.is_condition:
            return exact.spread(kind.width)
        return exact.converted(kind.element).spread(kind.width)

    def _exact(self, node: Node) -> Value:
        if id(node) not in self._values:
            self._values[id(node)] = self._compute(node)
        return self._values[id(node)]

    def _compute(self, node: Node) -> Value:
        if node.operation == "parameter":
            return self._parameters[node.payload]
        if node.operation == "number":
            return self._code.number(_DOUBLE, node.payload)
        return _apply(node, [self._exact(term) for term in node.inputs], _DOUBLE)


def parameters_of(loss: Loss, formula: Formula) -> list[float]:
    """The numbers that the formula's parameters stand for."""
    given = run_time_numbers(loss.parameters)
    return [given[name] for name in formula.parameters]
