"""Formulas over mpmath: the true value of every loss, to as many digits as anybody wants.

Rows of scores are NumPy arrays of mpmath numbers.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np

from lossbook.maths.namespace import Term
from lossbook.maths.rows import RowMaths

DIGITS = 120
# Decimal digits to work with (``mpmath.workdps(DIGITS)``): the building blocks do not cancel, so
# what is left is the rounding of a few operations, a hundred digits below a float64's last bit.

ALL_DIGITS = 700
# Twice the 1074 binary places of the smallest number: 1 + x**2 - 1 is then still exact.


def _each(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function of numbers work on NumPy arrays of them too."""

    @functools.wraps(function)
    def apply(self: Any, *terms: Any) -> Any:
        if any(isinstance(term, np.ndarray) for term in terms):
            return np.frompyfunc(functools.partial(function, self), len(terms), 1)(*terms)
        return function(self, *terms)

    return apply


class OracleMaths(RowMaths):
    """Textbook formulas in high precision; exponents have no limit, so nothing overflows."""

    def parameter(self, name: str, value: float) -> Term:
        return mpmath.mpf(value)

    @_each
    def exp(self, x: Term) -> Term:
        return mpmath.exp(x)

    @_each
    def expm1(self, x: Term) -> Term:
        return mpmath.expm1(x)

    @_each
    def log(self, x: Term) -> Term:
        return mpmath.log(x) if x != 0 else mpmath.mpf("-inf")

    @_each
    def log1p(self, x: Term) -> Term:
        return mpmath.log1p(x) if x != -1 else mpmath.mpf("-inf")

    @_each
    def sqrt(self, x: Term) -> Term:
        return mpmath.sqrt(x)

    @_each
    def exponent(self, x: Term) -> Term:
        return mpmath.floor(mpmath.log(x / mpmath.mpf("0.75"), 2))

    @_each
    def fraction(self, x: Term) -> Term:
        return x / mpmath.mpf(2) ** self.exponent(x)

    @_each
    def fmod(self, x: Term, y: Term) -> Term:
        return mpmath.sign(x) * mpmath.fmod(abs(x), y)

    @property
    def pi(self) -> Term:
        return +mpmath.pi

    @property
    def e(self) -> Term:
        return +mpmath.e

    @_each
    def power(self, x: Term, exponent: Term) -> Term:
        if x == 0 and exponent < 0:
            return mpmath.mpf("inf")
        return mpmath.power(x, exponent)

    @_each
    def sin(self, x: Term) -> Term:
        return mpmath.sin(x)

    @_each
    def cos(self, x: Term) -> Term:
        return mpmath.cos(x)

    @_each
    def atan(self, x: Term) -> Term:
        return mpmath.atan(x)

    @_each
    def where(self, condition: Term, if_true: Term, if_false: Term) -> Term:
        chosen = if_true if condition else if_false
        # Python divides its own numbers by each other in double precision.
        return mpmath.mpf(chosen) if type(chosen) in (int, float) else chosen

    @_each
    def maximum(self, x: Term, y: Term) -> Term:
        return max(x, y)

    @_each
    def minimum(self, x: Term, y: Term) -> Term:
        return min(x, y)

    @_each
    def share(self, part: Term, whole: Term) -> Term:
        return mpmath.mpf(0) if part == 0 else (part / whole if whole != 0 else part * mpmath.inf)

    @_each
    def times(self, weight: Term, x: Term) -> Term:
        return mpmath.mpf(0) if weight == 0 else weight * x

    def times_sigmoid(self, factor: Term, x: Term) -> Term:
        return self.times(factor, self.sigmoid(x))

    def row(self, entries: tuple[Term, ...]) -> Term:
        return np.asarray(entries, dtype=object)

    @_each
    def log_cosh(self, x: Term) -> Term:
        return self.log1p(2 * mpmath.sinh(x / 2) ** 2)

    @_each
    def log1p_curve(self, x: Term) -> Term:
        with mpmath.workdps(ALL_DIGITS):
            return (x - self.log1p(x)) / x**2 if x != 0 else mpmath.mpf("0.5")

    def saturated(self, x: Term, limit: float) -> Term:
        return x

    def near_zero(self, relative: Term, leading: Term, elsewhere: Term) -> Term:
        return elsewhere

    @_each
    def times_exp(self, factor: Term, x: Term) -> Term:
        return self.times(factor, mpmath.exp(x))

    @_each
    def exp_minus(self, x: Term, y: Term, factor: Term = 1) -> Term:
        return mpmath.exp(x) - self.times(y, factor)

    def exp_times(self, x: Term, factor: Term) -> Term:
        return self.exp(x) * factor

    @_each
    def phase(self, x: Term, y: Term, period: Term) -> Term:
        with mpmath.workdps(ALL_DIGITS):  # of floats, what is left may be of any two sizes
            return super().phase(x, y, period)

    @_each
    def log_ratio(self, x: Term, y: Term, difference: Term) -> Term:
        close = abs(difference) < y / 2
        return self.log1p(difference / y) if close else self.log(x) - self.log(y)

    def sum(self, x: Term) -> Term:
        return np.asarray([sum(x[1:], x[0])], dtype=object)

    def beside(self, *columns: Term) -> Term:
        return np.concatenate([np.atleast_1d(column) for column in columns])

    def places(self, x: Term) -> Term:
        return np.asarray([mpmath.mpf(place) for place in range(len(x))], dtype=object)

    def running(self, x: Term) -> Term:
        return np.add.accumulate(x)

    def tails(self, x: Term) -> Term:
        return np.add.accumulate(x[::-1])[::-1]

    def scaled(self, x: Term) -> tuple[Term, Term]:
        return x, np.asarray([mpmath.mpf(1)], dtype=object)

    def others(self, x: Term) -> Term:
        return np.asarray([sum(np.delete(x, j)) for j in range(len(x))], dtype=object)

    def softmax(self, x: Term) -> Term:
        weights = self.exp(x - max(x))
        return weights / sum(weights)

    def softmax_rest(self, x: Term) -> Term:
        weights = self.exp(x - max(x))
        return self.others(weights) / sum(weights)

    def log_softmax(self, x: Term) -> Term:
        top = int(np.argmax(x))
        rest = sum(self.exp(np.delete(x, top) - x[top]))
        return (x - x[top]) - self.log1p(rest)

    def top(self, x: Term) -> Term:
        return _one_hot(x, int(np.argmax(x)))

    def runner_up(self, x: Term) -> Term:
        return _one_hot(x, int(np.argsort(-x, kind="stable")[1]))

    def each_class(self, weight: Term, x: Term) -> Iterator[tuple[Term, Term, Term]]:
        for place in range(len(x)):
            yield np.arange(len(x)) == place, weight[place : place + 1], x[place : place + 1]

    def diagonal(self, diagonal: Term, elsewhere: Term) -> Term:
        """A matrix, from its diagonal and what stands elsewhere."""
        count = len(diagonal)
        matrix = np.array(np.broadcast_to(elsewhere, (count, count)), dtype=object)
        np.fill_diagonal(matrix, diagonal)
        return matrix

    def sparsemax_excess(self, x: Term) -> Term:
        falling = -np.sort(-x)
        reached = (np.cumsum(falling) - 1) / np.arange(1, len(x) + 1)
        return x - max(reached)

    def entmax15_excess(self, x: Term) -> Term:
        falling = -np.sort(-x) / 2
        threshold = None
        for count in range(1, len(x) + 1):
            support = falling[:count]
            mean = sum(support) / count
            room = (1 - sum((support - mean) ** 2)) / count
            # The threshold of the first few, as long as all of them are above it.
            if room >= 0 and mean - mpmath.sqrt(room) <= support[-1]:
                threshold = mean - mpmath.sqrt(room)
        return x / 2 - threshold


def _one_hot(x: Term, place: int) -> Term:
    row = np.full(x.shape, mpmath.mpf(0), dtype=object)
    row[place] = mpmath.mpf(1)
    return row


ORACLE = OracleMaths()
