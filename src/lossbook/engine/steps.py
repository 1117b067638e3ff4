"""A loss's formulas as a list of NumPy calls, each into a buffer that is used again.

The formulas of the wanted outputs are traced together, so what they share is computed once, and no
call makes an array: a block's numbers stay in the processor's cache. The operations, and so the
results, are those that the formulas do on arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.maths import compensated
from lossbook.maths.namespace import Maths, Term
from lossbook.maths.nodes import carries_nan
from lossbook.maths.tracer import Node, TraceMaths

if TYPE_CHECKING:
    from lossbook.loss import Loss

Array = np.ndarray[Any, Any]


def _exponents(x: Array, out: Array | None = None) -> Any:
    fraction, exponent = np.frexp(x)
    return np.subtract(exponent, fraction < 0.75, out=out, dtype=np.float64)


def _fractions(x: Array, out: Array | None = None) -> Any:
    fraction, _ = np.frexp(x)
    return np.multiply(fraction, np.where(fraction < 0.75, 2.0, 1.0), out=out)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "negate": np.negative,
    "abs": np.absolute,
    "less": np.less,
    "less_equal": np.less_equal,
    "equal": np.equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "minimum": np.minimum,
    "maximum": np.maximum,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "fmod": np.fmod,
    "exponent": _exponents,
    "fraction": _fractions,
}


class _PlainTrace(TraceMaths):
    """The operations on arrays as they are: no quotient is put into another form."""

    def parameter(self, name: str, value: float) -> Node:
        return self.graph.term(value)

    product_error = Maths.product_error
    sigmoid = Maths.sigmoid
    smaller_sigmoid = Maths.smaller_sigmoid


@dataclass(eq=False)
class _Value:
    """What calls read and write."""

    kind: str  # wide: 8 bytes per sample, a float or its bits; narrow: one byte; or a single number
    number: Any = None
    fixed: int | None = None  # the place of an argument
    place: int = -1
    last_read: float = -1


_WIDE, _NARROW, _NUMBER = "wide", "narrow", "number"


@dataclass(frozen=True)
class _Call:
    function: Callable[..., Any]
    inputs: tuple[_Value, ...]
    output: _Value
    on_bits: bool


def trace(
    loss: Loss, want: int, formulas: Callable[..., Term] = compensated.derivative
) -> Steps | None:
    """The wanted outputs of a loss as steps; None where only arrays can run through its formulas.

    Parameters count as the numbers that they are, as they do on arrays.
    """
    m = _PlainTrace()
    y, p = m.graph.argument("y"), m.graph.argument("p")
    orders = [order for order in range(3) if want >> order & 1]
    try:
        nodes = {order: m.graph.term(formulas(loss, m, order, y, p)) for order in orders}
        return Steps(y, p, nodes)
    except Exception:  # whatever a formula raises, it raises again when it is given arrays
        return None


class Steps:
    """The calls for some outputs, in an order in which they can be run."""

    def __init__(self, y: Node, p: Node, nodes: dict[int, Node]) -> None:
        self._values: dict[int, _Value] = {
            id(y): _Value(_WIDE, fixed=0),
            id(p): _Value(_WIDE, fixed=1),
        }
        self._masks: dict[int, _Value] = {}
        self._calls: list[_Call] = []
        self._outputs = {order: self._float(self._value(node)) for order, node in nodes.items()}
        self.keeps_nan = {
            order: carries_nan(node, y) and carries_nan(node, p) for order, node in nodes.items()
        }
        self.wide, self.narrow = self._place()

    # -- from nodes to calls ----------------------------------------------------------------------

    def _value(self, node: Node) -> _Value:
        if id(node) not in self._values:
            self._values[id(node)] = self._of(node)
        return self._values[id(node)]

    def _of(self, node: Node) -> _Value:
        if node.operation == "number":
            return _Value(_NUMBER, np.float64(node.payload))
        inputs = tuple(self._value(term) for term in node.inputs)
        if node.operation == "where":
            return self._select(*inputs)
        function = _FUNCTIONS[node.operation]
        if all(value.kind == _NUMBER for value in inputs):
            with np.errstate(all="ignore"):
                return _Value(_NUMBER, function(*(value.number for value in inputs)))
        if function is np.divide and _is_power_of_two(inputs[1].number):
            function, inputs = np.multiply, (inputs[0], _Value(_NUMBER, 1 / inputs[1].number))
        return self._call(function, inputs, _NARROW if node.is_condition else _WIDE)

    def _call(
        self,
        function: Callable[..., Any],
        inputs: tuple[_Value, ...],
        kind: str = _WIDE,
        *,
        on_bits: bool = False,
    ) -> _Value:
        output = _Value(kind)
        self._calls.append(_Call(function, inputs, output, on_bits))
        return output

    def _float(self, value: _Value) -> _Value:
        return value if value.kind != _NARROW else self._call(_copy, (value,))

    def _select(self, condition: _Value, if_true: _Value, if_false: _Value) -> _Value:
        """One or the other by their bits: np.where waits for every guess that the processor misses,
        several times the work of the rest."""
        if condition.kind == _WIDE:
            raise TypeError("a condition is a comparison")
        if condition.kind == _NUMBER:
            return if_true if condition.number else if_false
        one, other = self._float(if_true), self._float(if_false)
        if one.kind == other.kind == _NUMBER and _is_product(one.number, other.number):
            result = self._call(np.multiply, (condition, _number(one.number - other.number)))
            return result if other.number == 0 else self._call(np.add, (result, other))
        mask = self._mask(condition)
        if _is_zero(other):
            return self._bits(np.bitwise_and, one, mask)
        differing = other if _is_zero(one) else self._bits(np.bitwise_xor, one, other)
        return self._bits(np.bitwise_xor, self._bits(np.bitwise_and, differing, mask), other)

    def _mask(self, condition: _Value) -> _Value:
        """All bits where the condition holds, and none elsewhere."""
        if id(condition) not in self._masks:
            ones = _Value(_NUMBER, np.int64(-1))
            self._masks[id(condition)] = self._call(np.multiply, (condition, ones), on_bits=True)
        return self._masks[id(condition)]

    def _bits(self, function: np.ufunc, one: _Value, other: _Value) -> _Value:
        return self._call(function, (_as_bits(one), _as_bits(other)), on_bits=True)

    # -- from calls to buffers --------------------------------------------------------------------

    def _place(self) -> tuple[int, int]:
        """Give each value a buffer that no later call reads; how many buffers of each kind."""
        for position, call in enumerate(self._calls):
            for value in call.inputs:
                value.last_read = position
        for value in self._outputs.values():
            value.last_read = math.inf
        free: dict[str, list[int]] = {_WIDE: [], _NARROW: []}
        count = {_WIDE: 0, _NARROW: 0}
        for position, call in enumerate(self._calls):
            for value in dict.fromkeys(call.inputs):
                if value.place >= 0 and value.last_read == position:
                    free[value.kind].append(value.place)
            kind = call.output.kind
            if not free[kind]:
                free[kind].append(count[kind])
                count[kind] += 1
            call.output.place = free[kind].pop()
        return count[_WIDE], count[_NARROW]

    def runner(self, count: int) -> Runner:
        """The calls with buffers for blocks of up to so many samples, for one thread."""
        return Runner(self, count)


class Runner:
    """Steps with their buffers."""

    def __init__(self, steps: Steps, count: int) -> None:
        self._steps = steps
        self._wide = np.empty((steps.wide, count))
        self._narrow = np.empty((steps.narrow, count), np.bool_)
        self._count = -1

    def __call__(self, y: Array, p: Array) -> dict[int, Any]:
        """The outputs of a block of float64 samples; good until the next call."""
        if len(p) != self._count:
            self._prepare(len(p))
        given = (y, p)
        for inputs, position, argument, on_bits in self._open:
            array = given[argument]
            inputs[position] = array.view(np.int64) if on_bits else array
        for function, inputs, output in self._calls:
            function(*inputs, out=output)
        return {
            order: given[fixed] if fixed is not None else array
            for order, fixed, array in self._results
        }

    def _prepare(self, count: int) -> None:
        self._count = count
        self._calls: list[tuple[Callable[..., Any], list[Any], Any]] = []
        # Where an argument of the call goes among the inputs.
        self._open: list[tuple[list[Any], int, int, bool]] = []
        self._results = [
            (order, value.fixed, self._array(value, on_bits=False))
            for order, value in self._steps._outputs.items()
        ]
        for call in self._steps._calls:
            inputs = [self._array(value, on_bits=call.on_bits) for value in call.inputs]
            for position, value in enumerate(call.inputs):
                if value.fixed is not None:
                    self._open.append((inputs, position, value.fixed, call.on_bits))
            output = self._array(call.output, on_bits=call.on_bits)
            self._calls.append((call.function, inputs, output))

    def _array(self, value: _Value, *, on_bits: bool) -> Any:
        if value.kind == _NUMBER:
            return value.number
        if value.fixed is not None:
            return None
        if value.kind == _NARROW:
            return self._narrow[value.place, : self._count]
        array = self._wide[value.place, : self._count]
        return array.view(np.int64) if on_bits else array


def _copy(source: Array, *, out: Array) -> None:
    np.copyto(out, source)


def _number(number: Any) -> _Value:
    return _Value(_NUMBER, number)


def _as_bits(value: _Value) -> _Value:
    if value.kind == _NUMBER and isinstance(value.number, np.float64):
        return _number(value.number.view(np.int64))
    return value


def _is_zero(value: _Value) -> bool:
    return value.kind == _NUMBER and value.number == 0 and not np.signbit(value.number)


def _is_product(one: Any, other: Any) -> bool:
    """Whether ``condition * (one - other) + other`` is one or the other, signs of 0 included."""
    if not (np.isfinite(one) and np.isfinite(other)):
        return False
    signed_zero = any(number == 0 and np.signbit(number) for number in (one, other))
    return bool(not signed_zero and (one - other) + other == one and (other != 0 or one > 0))


def _is_power_of_two(number: Any) -> bool:
    """Whether dividing by a number is multiplying by another, to the last bit."""
    return number is not None and 2.0**-1000 < abs(number) < 2.0**1000 and _fraction(number) == 0.5


def _fraction(number: float) -> float:
    return abs(math.frexp(number)[0])
