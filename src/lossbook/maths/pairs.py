"""Formulas that carry their rounding errors along: correct results from plain mathematics.

A rounded operation loses something, and what it loses can be computed: the error of a sum by
Knuth's TwoSum, that of a product by one fused multiply-add (or Dekker's splitting). A term here is
a pair: the ``head``, which is what the plain formula would give, bit for bit, and the ``tail``,
the sum of what the head has lost so far, to first order. The tail is added once, at the end.

So ``exp(-r**2 / 2)`` at r = 30, where the rounding of r and of its square would cost hundreds of
ULP, comes out right, and so does ``1 - r / c`` beside c. What the formula itself loses, it still
loses: where exact terms cancel, nothing was rounded.

Infinities and NaN have no tails, so they are those of the plain formula.

Ogita, Rump and Oishi, Accurate Sum and Dot Product, SIAM J. Sci. Comput. 26 (2005); Dekker, A
Floating-Point Technique for Extending the Available Precision, Numer. Math. 18 (1971).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lossbook.maths.namespace import LN2, Maths, Term


@dataclass(frozen=True, eq=False)
class Pair:
    """``head + tail``; a tail of None is exactly 0."""

    maths: CompensatedMaths
    head: Term
    tail: Term | None = None

    def __add__(self, other: Term) -> Pair:
        return self.maths.add(self, self.maths.pair(other))

    def __radd__(self, other: Term) -> Pair:
        return self.maths.add(self.maths.pair(other), self)

    def __sub__(self, other: Term) -> Pair:
        return self.maths.add(self, -self.maths.pair(other))

    def __rsub__(self, other: Term) -> Pair:
        return self.maths.add(self.maths.pair(other), -self)

    def __mul__(self, other: Term) -> Pair:
        return self.maths.multiply(self, self.maths.pair(other))

    __rmul__ = __mul__

    def __truediv__(self, other: Term) -> Pair:
        return self.maths.divide(self, self.maths.pair(other))

    def __rtruediv__(self, other: Term) -> Pair:
        return self.maths.divide(self.maths.pair(other), self)

    def __pow__(self, exponent: int) -> Pair:
        if exponent != 2:
            raise TypeError(f"only squares have an operator, got the power {exponent!r}: m.power.")
        return self * self

    def __getitem__(self, places: Any) -> Pair:
        tail = None if self.tail is None else self.tail[places]
        return Pair(self.maths, self.head[places], tail)

    @property
    def shape(self) -> tuple[int, ...]:
        shape: tuple[int, ...] = self.head.shape
        return shape

    def __neg__(self) -> Pair:
        return Pair(self.maths, -self.head, None if self.tail is None else -self.tail)

    def __abs__(self) -> Pair:
        if self.tail is None:
            return Pair(self.maths, abs(self.head))
        turned = self.maths.plain.where(self.head < 0, -self.tail, self.tail)
        return Pair(self.maths, abs(self.head), turned)

    def __lt__(self, other: Term) -> Term:
        return self.maths.less(self, self.maths.pair(other))

    def __gt__(self, other: Term) -> Term:
        return self.maths.less(self.maths.pair(other), self)

    def __le__(self, other: Term) -> Term:
        return self.maths.less(self, self.maths.pair(other), or_equal=True)

    def __ge__(self, other: Term) -> Term:
        return self.maths.less(self.maths.pair(other), self, or_equal=True)

    def __eq__(self, other: object) -> Any:
        return self.maths.equal(self, self.maths.pair(other))

    __hash__ = object.__hash__


class CompensatedMaths(Maths):
    """The functions of ``plain`` on pairs.

    For ``single`` results the functions are those of float64, whose own errors are far below
    float32's: only thresholds and differences still need what rounding has taken.
    """

    def __init__(self, plain: Maths, *, single: bool = False) -> None:
        self.plain, self._single = plain, single

    # -- pairs ------------------------------------------------------------------------------------

    def pair(self, term: Term) -> Pair:
        """A term of the plain namespace, which counts as exact, as a pair."""
        return term if isinstance(term, Pair) else Pair(self, term)

    def constant(self, value: Fraction) -> Pair:
        """A number to twice the digits of a float."""
        head = float(value)
        return Pair(self, head, float(value - Fraction(head)) or None)

    def rounded(self, term: Term) -> Term:
        """The pair as one term of the plain namespace."""
        pair = self.pair(term)
        return pair.head if pair.tail is None else pair.head + self._finite(pair.tail)

    def _finite(self, tail: Term) -> Term:
        return self.plain.where(abs(tail) < math.inf, tail, 0)

    def parameter(self, name: str, value: float) -> Pair:
        return self.pair(self.plain.parameter(name, value))

    # -- operators --------------------------------------------------------------------------------

    def add(self, one: Pair, other: Pair) -> Pair:
        head, lost = two_sum(one.head, other.head)
        tails = [tail for tail in (one.tail, other.tail) if tail is not None]
        if not tails:
            return Pair(self, head, lost)
        # Heads that cancel leave tails behind that are no longer small beside them.
        return Pair(self, *two_sum(head, self._finite(lost + sum(tails[1:], tails[0]))))

    def multiply(self, one: Pair, other: Pair) -> Pair:
        for factor, term in ((one, other), (other, one)):
            if factor.tail is None and _is_power_of_two(factor.head):
                tail = None if term.tail is None else term.tail * factor.head
                return Pair(self, term.head * factor.head, tail)
        head = one.head * other.head
        tail = self.plain.product_error(one.head, other.head, head)
        if one.tail is not None:
            tail = tail + one.tail * other.head
        if other.tail is not None:
            tail = tail + one.head * other.tail
        return Pair(self, head, tail)

    def divide(self, one: Pair, other: Pair) -> Pair:
        if other.tail is None and _is_power_of_two(other.head):
            return self.multiply(one, self.pair(1 / other.head))
        head = one.head / other.head
        over = self.plain.product_error(head, other.head, one.head)
        if one.tail is not None:
            over = over - one.tail
        if other.tail is not None:
            over = over + head * other.tail
        return Pair(self, head, self._finite(-over / other.head))

    def less(self, one: Pair, other: Pair, *, or_equal: bool = False) -> Term:
        if one.tail is None and other.tail is None:
            return one.head <= other.head if or_equal else one.head < other.head
        first, second = (0.0 if pair.tail is None else pair.tail for pair in (one, other))
        tied = first <= second if or_equal else first < second
        return (one.head < other.head) | ((one.head == other.head) & tied)

    def equal(self, one: Pair, other: Pair) -> Term:
        if one.tail is None and other.tail is None:
            return one.head == other.head
        first, second = (0.0 if pair.tail is None else pair.tail for pair in (one, other))
        return (one.head == other.head) & (first == second)

    # -- functions: to first order, f(head + tail) = f(head) + f'(head) tail ----------------------

    def _apply(self, head: Term, slope: Callable[[Term], Term], x: Pair) -> Pair:
        return Pair(self, head, None if x.tail is None else slope(head) * x.tail)

    def exp(self, x: Term) -> Pair:
        x = self.pair(x)
        return self._apply(self.plain.exp(x.head), lambda e: e, x)

    def expm1(self, x: Term) -> Pair:
        x = self.pair(x)
        return self._apply(self.plain.expm1(x.head), lambda e: e + 1, x)

    def log(self, x: Term) -> Pair:
        x = self.pair(x)
        return self._over(self.plain.log(x.head), x.tail, x.head)

    def log1p(self, x: Term) -> Pair:
        x = self.pair(x)
        return self._over(self.plain.log1p(x.head), x.tail, 1 + x.head)

    def sqrt(self, x: Term) -> Pair:
        x = self.pair(x)
        head = self.plain.sqrt(x.head)
        missing = -self.plain.product_error(head, head, x.head)
        return self._over(head, missing if x.tail is None else missing + x.tail, 2 * head)

    def _over(self, head: Term, top: Term | None, bottom: Term) -> Pair:
        return Pair(self, head, None if top is None else self._finite(top / bottom))

    def where(self, condition: Term, if_true: Term, if_false: Term) -> Pair:
        one, other = self.pair(if_true), self.pair(if_false)
        head = self.plain.where(condition, one.head, other.head)
        if one.tail is None and other.tail is None:
            return Pair(self, head)
        tails = [0.0 if pair.tail is None else pair.tail for pair in (one, other)]
        return Pair(self, head, self.plain.where(condition, *tails))

    def maximum(self, x: Term, y: Term) -> Pair:
        x, y = self.pair(x), self.pair(y)
        return self._or_missing(y, self.where(x < y, y, x))

    def minimum(self, x: Term, y: Term) -> Pair:
        x, y = self.pair(x), self.pair(y)
        return self._or_missing(y, self.where(y < x, y, x))

    def _or_missing(self, y: Pair, chosen: Pair) -> Pair:
        """NaN where ``y`` is; a comparison has then chosen the other."""
        return chosen if isinstance(y.head, int | float) else self.where(y == y, chosen, y)

    def exponent(self, x: Term) -> Pair:
        return self.pair(self.plain.exponent(self.pair(x).head))

    def fraction(self, x: Term) -> Pair:
        return self.pair(self.plain.fraction(self.pair(x).head))

    def fmod(self, x: Term, y: Term) -> Pair:
        x, y = self.pair(x), self.pair(y)
        if not (x.tail is None and y.tail is None):
            raise TypeError("fmod takes what has not been rounded: arguments and parameters.")
        return self.pair(self.plain.fmod(x.head, y.head))

    def product_error(self, x: Term, y: Term, product: Term) -> Pair:
        error: Pair = self.pair(x) * y - product
        return error

    # -- series: as in the plain namespace, with the first terms in pairs -------------------------

    def series(self, z: Term, coefficients: tuple[Fraction, ...]) -> Pair:
        z = self.pair(z)
        if self._single:
            return self.pair(self.plain.series(z.head, coefficients))
        first, rest = self.constant(coefficients[0]), coefficients[1:]
        return self.add(first, z * self.plain.series(z.head, rest))

    def entropy_gap(self, t: Term) -> Pair:
        gap: Pair = self.entropy_series(t)
        return gap

    def power(self, x: Term, exponent: Term) -> Pair:
        x, exponent = self.pair(x), self.pair(exponent)
        plain = self.plain.power(x.head, exponent.head)
        if self._single:
            slope = exponent.head * plain
            return self._over(plain, None if x.tail is None else slope * x.tail, x.head)
        inside = (x.head > 0) & (x.head < math.inf)
        logarithm = self._logarithm(x)
        return self.where(inside, self.exp(exponent * logarithm), plain)

    def _logarithm(self, x: Pair) -> Pair:
        """The logarithm of a positive number, to 64 bits.

        x = 2^k (1 + f) with f from -1/4 to 1/2, and log(1 + f) = 2 artanh(f / (2 + f)).
        """
        k, f = self.exponent(x), self.fraction(x) - 1
        s = f / (f + 2)
        z = s * s
        near = 2 * s + s * (z * self.series(z, _ARTANH))
        logarithm = k * self.constant(LN2) + near
        return logarithm if x.tail is None else logarithm + self._finite(x.tail / x.head)


class ThoroughMaths(CompensatedMaths):
    """Exponentials and logarithms, too, bring along what they have rounded away.

    What exp has lost is found by going back: exp(x) = e exp(x - log e), for the rounded e.
    """

    def exp(self, x: Term) -> Pair:
        x = self.pair(x)
        head = self.plain.exp(x.head)
        missing = self.rounded(x - self._logarithm(self.pair(head)))
        return Pair(self, head, self._finite(head * missing))

    def expm1(self, x: Term) -> Pair:
        x = self.pair(x)
        head = self.plain.expm1(x.head)
        missing = self.rounded(x - self.log1p(head))
        return Pair(self, head, self._finite((head + 1) * missing))

    def log(self, x: Term) -> Pair:
        x = self.pair(x)
        inside = (x.head > 0) & (x.head < math.inf)
        return self.where(inside, self._logarithm(x), self.plain.log(x.head))

    def log1p(self, x: Term) -> Pair:
        x = self.pair(x)
        inside = (x.head > -1) & (x.head < math.inf)
        return self.where(inside, self._logarithm(x + 1), self.plain.log1p(x.head))


def two_sum(x: Term, y: Term) -> tuple[Term, Term]:
    """The rounded sum and what it has lost (Knuth)."""
    total = x + y
    back = total - x
    return total, (x - (total - back)) + (y - back)


def _is_power_of_two(term: Term) -> bool:
    return isinstance(term, int | float) and abs(math.frexp(term)[0]) == 0.5


# 2 artanh(s) = 2 s + s z (2/3 + 2/5 z + ...), z = s^2. With |s| at most 1/5 the terms left out are
# below 2^-66 of the first.
_ARTANH = tuple(Fraction(2, 2 * n + 1) for n in range(1, 15))
