"""Expressions of derivations as numbers of as many digits as anybody wants.

A slope that is not worked out is a difference quotient of exact numbers, so that no rule of
differentiation is checked by itself.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import numpy as np
import sympy

from lossbook.derivations import terms
from lossbook.maths.oracle import ORACLE
from lossbook.maths.symbols import Entmax15Threshold, Sigmoid, SparsemaxThreshold

DIGITS = 140
# What two lines have to agree in; the steps of differences, of which the square is the error.
AGREEMENT, STEP = 50, 36

Number = Any
Source = Callable[[int], Number]
"""A number with as many digits as are asked for."""

Point = Mapping[Any, Any]
"""A number for each symbol; for the letter of a row, the list of its entries."""


def number(expression: Any, point: Point, digits: int = DIGITS) -> Number:
    """The value of an expression at a point."""
    with mpmath.workdps(digits):
        return +_Reader(point).read(sympy.sympify(expression))


class _Reader:
    def __init__(self, point: Point) -> None:
        self.point = point
        self.known: dict[Any, Number] = {}

    def read(self, expression: Any) -> Number:
        if expression not in self.known:
            self.known[expression] = self._read(expression)
        return self.known[expression]

    def _read(self, expression: Any) -> Number:
        special = _SPECIAL.get(type(expression))
        if special is not None:
            return special(self, expression)
        if expression in self.point:
            return self.point[expression]
        if expression.is_Rational:
            return mpmath.mpf(expression.p) / expression.q
        if expression.is_Float:
            return mpmath.mpf(expression)
        function = _PLAIN.get(expression.func)
        if function is None:
            raise NotImplementedError(f"{expression.func.__name__} has no numbers here")
        return function(*map(self.read, expression.args))

    def at(self, moved: Mapping[Any, Any]) -> _Reader:
        return _Reader({**self.point, **moved})

    def row(self, letter: Any) -> Any:
        return self.point[letter]


def _add(*numbers: Number) -> Number:
    return sum(numbers, mpmath.mpf(0))


def _multiply(*numbers: Number) -> Number:
    if 0 in numbers:
        return mpmath.mpf(0)  # 0 log 0 too, as it is meant
    product = mpmath.mpf(1)
    for one in numbers:
        product *= one
    return product


def _piecewise(reader: _Reader, expression: Any) -> Number:
    for value, condition in expression.args:
        if reader.read(condition):
            return reader.read(value)
    raise ValueError(f"no case of {expression} holds at {reader.point}")


def _slope(reader: _Reader, expression: Any) -> Number:
    step = mpmath.mpf(10) ** (-STEP * mpmath.mp.dps // DIGITS)
    ends = (
        reader.at(_moved(reader, expression.variable, sign * step)).read(expression.expression)
        for sign in (1, -1)
    )
    above, below = ends
    return (above - below) / (2 * step)


def _moved(reader: _Reader, variable: Any, step: Number) -> dict[Any, Any]:
    if not isinstance(variable, terms.Entry):
        return {variable: reader.read(variable) + step}
    row, place = list(reader.row(variable.row)), int(reader.read(variable.index))
    row[place] += step
    return {variable.row: row}


def _named(reader: _Reader, expression: Any) -> Number:
    return reader.read(expression.expression)


def _entry(reader: _Reader, expression: Any) -> Number:
    return reader.row(expression.row)[int(reader.read(expression.index))]


def _total(reader: _Reader, expression: Any) -> Number:
    count = int(reader.point[terms.CLASSES])
    return _add(
        *(reader.at({expression.index: k}).read(expression.expression) for k in range(count))
    )


def _softmax(reader: _Reader, expression: Any) -> Number:
    first, *more = expression.scores
    scores = map(reader.read, (first, *more)) if more else reader.row(first)
    weights = [mpmath.exp(score) for score in scores]
    return weights[int(reader.read(expression.place))] / sum(weights)


def _threshold(reader: _Reader, expression: Any) -> Number:
    scores = np.asarray([reader.read(score) for score in expression.args], dtype=object)
    return (
        scores[0] * reader.read(sympy.sympify(expression.scale))
        - type(expression).excess(ORACLE, scores)[0]
    )


def _row_threshold(reader: _Reader, expression: Any) -> Number:
    row = np.asarray(reader.row(expression.row), dtype=object)
    if expression.power == 1:
        return row[0] - ORACLE.sparsemax_excess(row)[0]
    return row[0] / 2 - ORACLE.entmax15_excess(row)[0]


def _logarithm(x: Number) -> Number:
    return mpmath.log(x) if x else -mpmath.inf


def _power(base: Number, exponent: Number) -> Number:
    if exponent == mpmath.floor(exponent):
        return base ** int(exponent)
    return mpmath.sqrt(base) ** int(2 * exponent) if 2 * exponent % 1 == 0 else base**exponent


_SPECIAL: dict[type, Callable[[_Reader, Any], Number]] = {
    sympy.Piecewise: _piecewise,
    terms.Slope: _slope,
    terms.Entry: _entry,
    terms.Named: _named,
    terms.Total: _total,
    terms.Softmax: _softmax,
    terms.Largest: lambda reader, expression: max(reader.row(expression.args[0])),
    terms.Threshold: _row_threshold,
    SparsemaxThreshold: _threshold,
    Entmax15Threshold: _threshold,
}

_PLAIN: dict[Any, Callable[..., Number]] = {
    sympy.Add: _add,
    sympy.Mul: _multiply,
    sympy.Pow: _power,
    sympy.exp: mpmath.exp,
    sympy.log: _logarithm,
    sympy.sin: mpmath.sin,
    sympy.cos: mpmath.cos,
    sympy.tan: mpmath.tan,
    sympy.atan: mpmath.atan,
    sympy.sinh: mpmath.sinh,
    sympy.cosh: mpmath.cosh,
    sympy.tanh: mpmath.tanh,
    sympy.Abs: abs,
    sympy.sign: mpmath.sign,
    sympy.Max: max,
    sympy.Min: min,
    sympy.floor: mpmath.floor,
    sympy.Mod: lambda x, y: x - y * mpmath.floor(x / y),
    sympy.loggamma: mpmath.loggamma,
    sympy.erf: mpmath.erf,
    Sigmoid: lambda x: 1 / (1 + mpmath.exp(-x)),
    terms.Softplus: lambda x: max(x, 0) + mpmath.log1p(mpmath.exp(-abs(x))),
    terms.Bracket: lambda holds: mpmath.mpf(bool(holds)),
    terms.Delta: lambda i, j: mpmath.mpf(i == j),
    sympy.core.numbers.Pi: lambda: +mpmath.pi,
    sympy.core.numbers.Exp1: lambda: +mpmath.e,
    sympy.core.numbers.Infinity: lambda: mpmath.inf,
    sympy.core.numbers.NegativeInfinity: lambda: -mpmath.inf,
    sympy.StrictGreaterThan: operator.gt,
    sympy.GreaterThan: operator.ge,
    sympy.StrictLessThan: operator.lt,
    sympy.LessThan: operator.le,
    sympy.Equality: operator.eq,
    sympy.Unequality: operator.ne,
    sympy.And: lambda *all_: all(all_),
    sympy.Or: lambda *any_: any(any_),
    sympy.Not: operator.not_,
    sympy.ITE: lambda holds, one, other: one if holds else other,
    sympy.logic.boolalg.BooleanTrue: lambda: True,
    sympy.logic.boolalg.BooleanFalse: lambda: False,
}


def same(one: Source, other: Source) -> tuple[bool, Number, Number]:
    """Whether two numbers agree to ``AGREEMENT`` digits; and what they are.

    Where they do not, more digits tell: a difference that is rounding falls with them, to nothing.
    """
    first, second = one(DIGITS), other(DIGITS)
    if close(first, second):
        return True, first, second
    finer = one(2 * DIGITS), other(2 * DIGITS)
    with mpmath.workdps(2 * DIGITS):
        before, after = abs(first - second), abs(finer[0] - finer[1])
        falls = after <= before * mpmath.mpf(10) ** -STEP
    return bool(falls), first, second


def close(one: Number, other: Number) -> bool:
    if one == other:
        return True
    with mpmath.workdps(DIGITS):
        return bool(abs(one - other) <= mpmath.mpf(10) ** -AGREEMENT * max(abs(one), abs(other)))


def holds(condition: Any, point: Point) -> bool:
    """Whether a condition holds at a point."""
    with mpmath.workdps(DIGITS):
        return bool(_Reader(point).read(sympy.sympify(condition)))
