"""Formulas of rows that carry their rounding errors along: pairs, along the last axis too.

Rows are NumPy arrays here. What formulas share, the softmax of the scores, is worked out once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lossbook.maths.arrays import ArrayMaths
from lossbook.maths.namespace import LN2, Term
from lossbook.maths.pairs import CompensatedMaths, Pair, ThoroughMaths, two_sum
from lossbook.maths.rows import RowMaths

# From this distance to the largest score on, the probability may be subnormal or soon is.
_FAR = -600.0
_LIFT = 64


class CompensatedRows(RowMaths, CompensatedMaths):
    """The functions of arrays on pairs."""

    plain: ArrayMaths

    def __init__(self, plain: ArrayMaths) -> None:
        super().__init__(plain)
        self._softmax: _Softmax | None = None

    # -- rows -------------------------------------------------------------------------------------

    def row(self, entries: tuple[Term, ...]) -> Pair:
        return self.pair(self.plain.row(tuple(self.pair(entry).head for entry in entries)))

    def sum(self, x: Term) -> Pair:
        x = self.pair(x)
        # A tail may be one number for all columns, or for all rows.
        tail = None if x.tail is None else self.plain.xp.broadcast_to(x.tail, x.head.shape)
        head, lost = self.plain.sum_and_lost(x.head, tail)
        return Pair(self, *two_sum(head, self._finite(lost)))

    def beside(self, *columns: Term) -> Pair:
        pairs = [self.pair(column) for column in columns]
        heads = self.plain.beside(*(pair.head for pair in pairs))
        if all(pair.tail is None for pair in pairs):
            return Pair(self, heads)
        tails = (0 * pair.head if pair.tail is None else pair.tail for pair in pairs)
        return Pair(self, heads, self.plain.beside(*tails))

    def places(self, x: Term) -> Pair:
        return self.pair(self.plain.places(self.pair(x).head))

    def running(self, x: Term) -> Pair:
        places = self.plain.places(self.pair(x).head)
        return self._sums(x, places <= places[:, None])

    def tails(self, x: Term) -> Pair:
        places = self.plain.places(self.pair(x).head)
        return self._sums(x, places >= places[:, None])

    def _sums(self, x: Term, chosen: Term) -> Pair:
        return self.sum(self.where(chosen, self.pair(x)[..., None, :], 0.0))[..., 0]

    def scaled(self, x: Term) -> tuple[Pair, Pair]:
        x = self.pair(x)
        _, scale = self.plain.scaled(x.head)
        return x / scale, self.pair(scale)

    def others(self, x: Term) -> Pair:
        x = self.pair(x)
        is_top = self._is_top(abs(x))
        rest = self.sum(self.where(is_top, 0.0, x))
        return self.where(is_top, rest, self._at(is_top, x) + rest - x)

    def top(self, x: Term) -> Pair:
        return self.pair(self.plain.where(self._is_top(self.pair(x)), 1.0, 0.0))

    def runner_up(self, x: Term) -> Pair:
        x = self.pair(x)
        low = float(self.plain.xp.finfo(self.plain.dtype).min)
        return self.top(self.where(self._is_top(x), -math.inf, self.maximum(x, low)))

    def each_class(self, weight: Term, x: Term) -> Iterator[tuple[Term, Term, Term]]:
        weight, x = self.pair(weight), self.pair(x)
        for here, column, _ in self.plain.each_class(weight.head, x.head):
            place = ..., here
            yield here, self.pair(column) if weight.tail is None else weight[place], x[place]

    def sparsemax_excess(self, x: Term) -> Pair:
        return self.pair(self.plain.sparsemax_excess(self.rounded(x)))

    def entmax15_excess(self, x: Term) -> Pair:
        return self.pair(self.plain.entmax15_excess(self.rounded(x)))

    def _is_top(self, x: Pair) -> Term:
        head, xp = x.head, self.plain.xp
        if x.tail is not None:
            # Of equal heads, the one with the largest tail.
            largest = head == xp.max(head, axis=-1, keepdims=True)
            head = self.plain.where(largest, self._finite(x.tail), -math.inf)
        return self.plain.is_top(head)

    def _at(self, place: Term, x: Pair) -> Pair:
        """The one entry of each row for which the condition holds."""
        heads = self.plain.sum(self.plain.where(place, x.head, 0.0))
        if x.tail is None:
            return Pair(self, heads)
        return Pair(self, heads, self.plain.sum(self.plain.where(place, x.tail, 0.0)))

    # -- softmax ----------------------------------------------------------------------------------

    def softmax(self, x: Term) -> Pair:
        return self._softmax_of(x).share

    def softmax_rest(self, x: Term) -> Pair:
        return self._softmax_of(x).lack

    def log_softmax(self, x: Term) -> Pair:
        return self._softmax_of(x).logarithm

    def log_sum_exp(self, x: Term) -> Pair:
        softmax = self._softmax_of(x)
        return softmax.top + self.log1p(softmax.rest)

    def softmax_times(self, x: Term, factor: Term) -> Pair:
        softmax = self._softmax_of(x)
        is_far = softmax.distance.head < _FAR
        if not is_far.any():
            return softmax.share * self.pair(factor)
        lift = self.where(is_far, self.constant(_LIFT * LN2), 0.0)
        lifted = self.exp(softmax.distance + lift) / softmax.whole * self.pair(factor)
        return lifted * self.pair(self.plain.where(is_far, 2.0**-_LIFT, 1.0))

    def softmax_rest_power(self, x: Term, exponent: Term) -> Pair:
        # NumPy's power is right to the last bit or two, and our logarithm takes many times as long.
        rest, exponent = self.softmax_rest(x), self.pair(exponent)
        head = self.plain.xp.pow(rest.head, self.plain.array(exponent.head))
        more = None if rest.tail is None else exponent.head * head * rest.tail
        return self._over(head, more, rest.head)

    def softmax_spread(self, x: Term, scores: Term) -> Pair:
        # The likeliest class apart: what it lacks to 1 may be too small to be divided by, but no
        # other class has more.
        softmax, x = self._softmax_of(scores), self.pair(x)
        p, is_top = softmax.share, softmax.is_top
        from_top = self.share(softmax.weights, softmax.rest) * self._at(is_top, x)
        of_others = self.where(is_top, 0.0, x / self.where(is_top, 1.0, softmax.lack))
        return p * (self.where(is_top, 0.0, from_top) + p * self.others(of_others))

    def _softmax_of(self, x: Term) -> _Softmax:
        x = self.pair(x)
        if self._softmax is None or self._softmax.scores is not x:
            self._softmax = _Softmax(self, x, self._is_top(x))
        return self._softmax


class ThoroughRows(CompensatedRows, ThoroughMaths):
    """Their exponentials and logarithms, too, bring along what they have rounded away."""


@dataclass(frozen=True)
class _Softmax:
    """The softmax of scores, each part worked out when it is first asked for."""

    maths: CompensatedRows
    scores: Pair
    is_top: Any

    @cached_property
    def top(self) -> Pair:
        """The largest score of each row."""
        return self.maths._at(self.is_top, self.scores)

    @cached_property
    def distance(self) -> Pair:
        return self.maths.where(self.is_top, 0.0, self.scores - self.top)

    @cached_property
    def weights(self) -> Pair:
        return self.maths.exp(self.distance)

    @cached_property
    def rest(self) -> Pair:
        """The sum of all weights but the largest, which is 1."""
        return self.maths.sum(self.maths.where(self.is_top, 0.0, self.weights))

    @cached_property
    def whole(self) -> Pair:
        return 1 + self.rest

    @cached_property
    def share(self) -> Pair:
        return self.weights / self.whole

    @cached_property
    def lack(self) -> Pair:
        """What each share lacks to 1."""
        return self.maths.where(self.is_top, self.rest / self.whole, 1 - self.share)

    @cached_property
    def logarithm(self) -> Pair:
        return self.distance - self.maths.log1p(self.rest)
