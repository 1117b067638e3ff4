"""The elementary functions of the compiled kernels, for losses that are compiled on the spot.

The same algorithms as in ``native/elementary.hpp`` and ``native/logistic.hpp``, where they are
explained, on the same coefficients: straight-line code without a branch, fused multiply-adds
written out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lossbook.compiler.coefficients import TABLES
from lossbook.compiler.values import Number, Value, fma, select


@dataclass(frozen=True)
class Format:
    """What the algorithms know about a floating-point format."""

    element: str
    bits: str
    fraction_bits: int
    bias: int
    smallest_normal: float
    exp_low: float
    exp_high: float
    exp_offset: int

    @property
    def round_magic(self) -> float:
        return 1.5 * 2.0**self.fraction_bits

    @property
    def tiny(self) -> float:
        """A quarter of the distance from 1 to the next number."""
        return 2.0 ** (-self.fraction_bits - 2)

    def table(self, name: str) -> tuple[float, ...]:
        return TABLES[name, self.element]


_FORMATS = {
    "float": Format("float", "i32", 23, 127, 2.0**-126, -104, 89, 64),
    "double": Format("double", "i64", 52, 1023, 2.0**-1022, -746, 710, 512),
}


def _format(x: Value) -> Format:
    return _FORMATS[x.kind.element]


def _bits(x: Value) -> Value:
    return x.as_bits(_format(x).bits)


def _bits_of(number: float, form: Format) -> int:
    """The bits of a normal number of few digits."""
    fraction, exponent = math.frexp(number)
    digits = int((2 * fraction - 1) * 2**form.fraction_bits)
    return (exponent - 1 + form.bias << form.fraction_bits) + digits


def minimum(a: Value, b: Value | Number) -> Value:
    other = a.lift(b)
    smaller = select(other < a, other, a, like=a)
    return smaller if other.is_literal else select(other.is_nan, other, smaller, like=a)


def maximum(a: Value, b: Value | Number) -> Value:
    other = a.lift(b)
    larger = select(a < other, other, a, like=a)
    return larger if other.is_literal else select(other.is_nan, other, larger, like=a)


def _horner2(x2: Value, table: tuple[float, ...], first: int) -> Value:
    powers = table[first::2]
    total: Value | Number = powers[-1]
    for coefficient in powers[-2::-1]:
        total = fma(x2, total, coefficient)
    return x2.lift(total)


def _polynomial(x: Value, x2: Value, table: tuple[float, ...]) -> Value:
    return fma(x, _horner2(x2, table, 1), _horner2(x2, table, 0))


def sqrt(x: Value) -> Value:
    return x.code.call(f"llvm.sqrt.{x.kind.suffix}", x.kind, x)


@dataclass(frozen=True)
class _ExpReduction:
    k: Value
    scale: Value
    head: Value


def _reduce_exp(x: Value, magic: Value | Number) -> _ExpReduction:
    form = _format(x)
    (log2_e,) = form.table("log2_e")
    shifted = fma(x, log2_e, magic)
    k = shifted - magic
    scale = (_bits(shifted) << form.fraction_bits).as_bits(form.element)
    return _ExpReduction(k, scale, fma(-k, form.table("ln2")[0], x))


def _exp_of(x: Value, magic: Value | Number) -> Value:
    """exp(x) times the power of two that is in ``magic``."""
    form = _format(x)
    e = _reduce_exp(x, magic)
    ln2_low = form.table("ln2")[1]
    r = fma(-e.k, ln2_low, e.head)
    r2 = r * r
    total = 1 + e.head
    lost = fma(-e.k, ln2_low, (1 - total) + e.head)
    return (total + fma(r2, _polynomial(r, r2, form.table("exp_tail")), lost)) * e.scale


def _scale_magic(form: Format, offset: int) -> float:
    return form.round_magic + form.bias + offset


def exp_nonpositive(x: Value) -> Value:
    form = _format(x)
    result = _exp_of(x, _scale_magic(form, form.exp_offset)) * 2.0**-form.exp_offset
    return select(x < form.exp_low, 0, result, like=x)


def exp(x: Value) -> Value:
    form = _format(x)
    offset = form.exp_offset
    large = x > 0
    magic = select(large, _scale_magic(form, -offset), _scale_magic(form, offset), like=x)
    unscale = select(large, 2.0**offset, 2.0**-offset, like=x)
    limit = select(large, math.inf, 0, like=x)
    outside = abs(x) > select(large, form.exp_high, -form.exp_low, like=x)
    return select(outside, limit, _exp_of(x, magic) * unscale, like=x)


def expm1(x: Value) -> Value:
    form = _format(x)
    low = -3 * (form.fraction_bits + 1) / 4
    above = select(x < low, low, x, like=x)
    clipped = select(above > form.exp_high, form.exp_high, above, like=x)
    e = _reduce_exp(clipped, _scale_magic(form, -1))
    missing = -e.k * form.table("ln2")[1]
    r = e.head + missing
    r2 = r * r
    first, *others = form.table("exp_tail")
    table = (first - 0.5, *others)
    tail = fma(r2, _polynomial(r, r2, table), fma(missing, e.head, missing))
    offset = e.scale - 0.5
    unity = (e.scale - offset) - 0.5
    total = fma(e.scale, e.head, offset)
    total_lost = fma(e.scale, e.head, offset - total)
    half = 0.5 * e.scale * e.head
    main = fma(half, e.head, total)
    main_lost = fma(half, e.head, total - main)
    result = 2 * (main + fma(e.scale, tail, (total_lost + unity) + main_lost))
    return select(abs(x) < form.tiny, x, result, like=x)


@dataclass(frozen=True)
class _LogReduction:
    k: Value
    biased: Value
    fraction: Value


def _reduce_log(y: Value) -> _LogReduction:
    form = _format(y)
    first = _bits_of(0.75, form)
    mask = (1 << form.fraction_bits) - 1
    base = 2.0**form.fraction_bits
    shifted = _bits(y) + (_bits_of(1, form) - first)
    exponent = ((shifted >> form.fraction_bits) | _bits_of(base, form)).as_bits(form.element)
    return _LogReduction(exponent - (base + form.bias), shifted & ~mask, (shifted & mask) + first)


def _finish_log(k: Value, f: Value) -> Value:
    form = _format(f)
    ln2, tail = form.table("ln2"), form.table("log_tail")
    f2 = f * f
    total = fma(k, ln2[0], f)
    lost = fma(k, ln2[0], -total) + f
    half = -0.5 * f
    main = fma(half, f, total)
    main_lost = fma(half, f, total - main)
    rest = fma(k, ln2[1], lost) + main_lost
    return main + fma(f2, _polynomial(f, f2, (tail[0] + 0.5, *tail[1:])), rest)


def _reduce_lifted(x: Value) -> tuple[_LogReduction, Value]:
    form = _format(x)
    subnormal = x < form.smallest_normal
    return _reduce_log(select(subnormal, x * 2.0 ** (form.fraction_bits + 1), x, like=x)), subnormal


def exponent(x: Value) -> Value:
    reduced, subnormal = _reduce_lifted(x)
    return select(subnormal, reduced.k - (_format(x).fraction_bits + 1), reduced.k, like=x)


def fraction(x: Value) -> Value:
    reduced, _ = _reduce_lifted(x)
    return reduced.fraction.as_bits(_format(x).element)


def product_error(x: Value, y: Value, product: Value) -> Value:
    return fma(x, y, -product)


def log(x: Value) -> Value:
    finite = _finish_log(exponent(x), fraction(x) - 1)
    positive = select(x < math.inf, finite, x, like=x)
    limit = select(x < 0, math.nan, -math.inf, like=x)
    return select(x <= 0, limit, positive, like=x)


def log1p(x: Value) -> Value:
    form = _format(x)
    reduced = _reduce_log(1 + x)
    mirror = reduced.biased.number((2 * form.bias + 2) << form.fraction_bits)
    scale4 = (mirror - reduced.biased).as_bits(form.element)
    f = fma(x * 0.25, scale4, fma(scale4, 0.25, -1))
    finite = _finish_log(reduced.k, f)
    above = select(x < math.inf, finite, x, like=x)
    inside = select(abs(x) < form.tiny, x, above, like=x)
    limit = select(x < -1, math.nan, -math.inf, like=x)
    return select(x <= -1, limit, inside, like=x)


def log1p_unit(x: Value) -> Value:
    form = _format(x)
    (factor,), (step,) = form.table("unit_factor"), form.table("unit_offset")
    upper = x > 2 * factor - 1
    f = select(upper, fma(x, factor, factor - 1), x, like=x)
    offset = select(upper, step, 0, like=x)
    f2 = f * f
    head = offset + f
    lost = (offset - head) + f
    return head + fma(f2, _polynomial(f, f2, form.table("log1p_unit_tail")), lost)


def over_one_plus(power: int, top: Value, e: Value) -> Value:
    """``top / (1 + e)**power`` for e in [0, 1]."""
    total = 1 + e
    lost = e - (total - 1)
    inverse = 1 / total
    correction = fma(-inverse, total, 1) - inverse * lost
    if power == 1:
        quotient = top * inverse
        return quotient + fma(quotient, correction, fma(top, inverse, -quotient))
    square = inverse * inverse
    square_lost = fma(2 * square, correction, fma(inverse, inverse, -square))
    quotient = top * square
    return quotient + fma(top, square_lost, fma(top, square, -quotient))
