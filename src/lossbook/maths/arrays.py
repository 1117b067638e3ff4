"""Formulas over arrays: the reference implementation, on any library that has the array API."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossbook.maths import thresholds
from lossbook.maths.namespace import Term
from lossbook.maths.rows import RowMaths


@dataclass(frozen=True)
class ArrayMaths(RowMaths):
    """The functions of one array namespace ``xp``, for one dtype on one device.

    Python numbers inside a formula become arrays of exactly this dtype, on exactly this device.
    """

    xp: Any
    dtype: Any
    device: Any = None

    def array(self, value: Term) -> Term:
        if isinstance(value, int | float):
            return self.xp.asarray(value, dtype=self.dtype, device=self.device)
        return value

    def exp(self, x: Term) -> Term:
        return self.xp.exp(self.array(x))

    def expm1(self, x: Term) -> Term:
        return self.xp.expm1(self.array(x))

    def log(self, x: Term) -> Term:
        return self.xp.log(self.array(x))

    def log1p(self, x: Term) -> Term:
        return self.xp.log1p(self.array(x))

    def sqrt(self, x: Term) -> Term:
        return self.xp.sqrt(self.array(x))

    def where(self, condition: Term, if_true: Term, if_false: Term) -> Term:
        if isinstance(condition, bool):  # of parameters, which are Python numbers here
            return self.array(if_true if condition else if_false)
        return self.xp.where(condition, self.array(if_true), self.array(if_false))

    def maximum(self, x: Term, y: Term) -> Term:
        return self.xp.maximum(self.array(x), self.array(y))

    def minimum(self, x: Term, y: Term) -> Term:
        return self.xp.minimum(self.array(x), self.array(y))

    def exponent(self, x: Term) -> Term:
        fraction, exponent = self.xp.frexp(x)
        return self.where(fraction < 0.75, exponent - 1.0, exponent + 0.0)

    def fraction(self, x: Term) -> Term:
        fraction, _ = self.xp.frexp(x)
        return self.where(fraction < 0.75, 2 * fraction, fraction)

    def fmod(self, x: Term, y: Term) -> Term:
        rest = self.xp.remainder(abs(x), self.array(y))
        return self.where(x < 0, -rest, rest)

    def power(self, x: Term, exponent: Term) -> Term:
        if self.xp is np:
            return super().power(x, exponent)
        # In float32 the product in exp(exponent * log(x)) would cost up to 88 epsilons.
        return self.xp.pow(x, self.array(exponent))

    # PyTorch and JAX differentiate these formulas by themselves. The next four methods change no
    # number, but without them those derivatives are 0 at a logit of 0 (the slope of |x| is taken as
    # 0 there) and NaN where a label of 0 silences an infinite logarithm (0 times infinity).

    def magnitude(self, x: Term) -> Term:
        return self.where(x >= 0, x, -x)

    def share(self, part: Term, whole: Term) -> Term:
        nothing = part == 0
        return self.where(nothing, 0.0, part / abs(self.where(nothing, 1.0, whole)))

    def xlogy(self, x: Term, y: Term) -> Term:
        return x * self.log(self.where(x == 0, 1.0, y))

    def xlog1py(self, x: Term, y: Term) -> Term:
        return x * self.log1p(self.where(x == 0, 0.0, y))

    def row(self, entries: tuple[Term, ...]) -> Term:
        return self.xp.asarray(entries, dtype=self.dtype, device=self.device)

    def total(self, *terms: Term) -> Term:
        whole, lost = terms[0], 0.0
        for term in terms[1:]:
            whole, rounding = self._two_sum(whole, term)
            lost = lost + rounding
        return whole + self.where(self.xp.isfinite(lost), lost, 0.0)

    def entropy_gap(self, t: Term) -> Term:
        return self.entropy_series(t)

    def exp_of_quotient(self, x: Term, y: Term) -> Term:
        # What rounding took from the quotient, which exp turns into a relative error of that size.
        quotient, lost = self._quotient(x, y)
        exponential = self.exp(quotient)
        return exponential + exponential * lost

    def difference(self, x: Term, y: Term) -> tuple[Term, Term]:
        """``x - y``, and what its rounding took away."""
        whole, lost = self._two_sum(x, -y)
        return whole, self.where(self.xp.isfinite(lost), lost, 0.0)

    def coarse(self, x: Term) -> Term:
        """``x`` rounded to so few bits after the point that sums of squares of it are exact."""
        scale = 2.0 ** (-round(math.log2(self.xp.finfo(self.dtype).eps)) // 2 - 2)
        return self.xp.round(x * scale) / scale

    def sum(self, x: Term) -> Term:
        return self.xp.sum(x, axis=-1, keepdims=True)

    def mass(self, x: Term) -> Term:
        whole, lost = self.sum_and_lost(x)
        return whole + self.where(self.xp.isfinite(lost), lost, 0.0)

    def sum_and_lost(self, x: Term, lost: Term | None = None) -> tuple[Term, Term]:
        """The sum of each row, and what roundings took away, from its terms too.

        Halves are added until one column is left: the logarithm of the columns in steps.
        """
        lost = 0 * x if lost is None else lost
        while (columns := x.shape[-1]) > 1:
            left = columns - columns % 2
            one, other = slice(0, left // 2), slice(left // 2, left)
            both, rounding = self._two_sum(x[..., one], x[..., other])
            rounding = rounding + (lost[..., one] + lost[..., other])
            odd = left < columns
            x = self.beside(both, x[..., left:]) if odd else both
            lost = self.beside(rounding, lost[..., left:]) if odd else rounding
        return x, lost

    def beside(self, *columns: Term) -> Term:
        return self.xp.concat(columns, axis=-1)

    def places(self, x: Term) -> Term:
        return self.xp.arange(x.shape[-1], dtype=self.dtype, device=self.device)

    def running(self, x: Term) -> Term:
        places = self.places(x)
        return self.sum(self.where(places <= places[:, None], x[..., None, :], 0.0))[..., 0]

    def tails(self, x: Term) -> Term:
        places = self.places(x)
        return self.sum(self.where(places >= places[:, None], x[..., None, :], 0.0))[..., 0]

    def scaled(self, x: Term) -> tuple[Term, Term]:
        largest = self.xp.max(abs(x), axis=-1, keepdims=True)
        scale = self.where((largest > 0) & (largest < math.inf), largest, 1.0)
        return x / scale, scale

    def others(self, x: Term) -> Term:
        # Without the largest entry, so that a row like (1, 1e-20) keeps what the largest leaves.
        is_top = self.is_top(abs(x))
        rest = self.sum(self.where(is_top, 0.0, x))
        top = self.sum(self.where(is_top, x, 0.0))
        return self.where(is_top, rest, top + (rest - x))

    def top(self, x: Term) -> Term:
        return self.where(self.is_top(x), 1.0, 0.0)

    def runner_up(self, x: Term) -> Term:
        low = float(self.xp.finfo(self.dtype).min)
        return self.top(self.where(self.is_top(x), -math.inf, self.maximum(x, low)))

    def each_class(self, weight: Term, x: Term) -> Iterator[tuple[Term, Term, Term]]:
        classes = self.xp.arange(x.shape[-1], device=self.device)
        for place in range(x.shape[-1]):
            column = weight[..., place : place + 1]
            # Only NumPy's numbers can be looked at: another library's may not be known yet.
            if not isinstance(column, np.ndarray) or column.any():
                yield classes == place, column, x[..., place : place + 1]

    def sparsemax_excess(self, x: Term) -> Term:
        return thresholds.sparsemax_excess(self, x)

    def entmax15_excess(self, x: Term) -> Term:
        return thresholds.entmax15_excess(self, x)

    def softmax(self, x: Term) -> Term:
        # With what roundings took put back: half a ULP less for every product of p.
        shifted = self._shifted(x)
        whole, lost = self._whole(shifted)
        p = shifted.weights / whole
        return p + (shifted.weights_lost - p * lost) / whole

    def softmax_variance(self, x: Term) -> Term:
        # w (W - w) / W² for the sum W of all weights w; the largest weight is 1, and W - 1 is known
        # better. A product of p and 1 - p, each rounded, would have twice the error.
        shifted = self._shifted(x)
        whole, lost = self._whole(shifted)
        is_top, others = shifted.is_top, whole - shifted.weights
        back = whole - others
        others_lost = ((back - shifted.weights) + lost) - shifted.weights_lost
        one, one_lost = self.where(is_top, 1.0, others), self.where(is_top, 0.0, others_lost)
        other = self.where(is_top, shifted.rest, shifted.weights)
        other_lost = self.where(is_top, shifted.rest_lost, shifted.weights_lost)
        p, rest = other / whole, one / whole
        variance = p * rest
        return variance + ((p * one_lost + rest * other_lost) - 2 * variance * lost) / whole

    def _whole(self, shifted: _Shifted) -> tuple[Term, Term]:
        """The sum of all weights, and what its rounding took away."""
        whole = 1 + shifted.rest
        back = whole - 1
        return whole, ((1 - (whole - back)) + (shifted.rest - back)) + shifted.rest_lost

    def softmax_rest(self, x: Term) -> Term:
        # 1 - p is right wherever p is at most 1/2. Above, rest / (1 + rest) would inherit the whole
        # rounding of 1 + rest; this way only a share rest of it arrives.
        shifted = self._shifted(x)
        rest, whole = shifted.rest, 1 + shifted.rest
        small = rest - (rest * (rest / whole) - shifted.rest_lost / (whole * whole))
        return self.where(shifted.is_top & (rest < 1), small, 1 - shifted.weights / whole)

    def log_softmax(self, x: Term) -> Term:
        shifted = self._shifted(x)
        return shifted.distance - (self.log1p(shifted.rest) - shifted.lost)

    def softmax_power(self, x: Term, exponent: Term) -> Term:
        # exp of a product takes over its rounding as |product| units in the last place.
        shifted = self._shifted(x)
        product, lost = self._two_product(shifted.distance, exponent)
        lost = lost + exponent * shifted.lost
        power = self.exp(product)
        power = power + power * self.where(self.xp.isfinite(lost), lost, 0.0)
        return power / self.exp(exponent * self.log1p(shifted.rest))

    def softmax_rest_power(self, x: Term, exponent: Term) -> Term:
        return self.xp.pow(self.softmax_rest(x), self.array(exponent))

    def softmax_spread(self, x: Term, scores: Term) -> Term:
        # The likeliest class apart: what it lacks to 1 may be too small to be divided by, but no
        # other class has more.
        is_top = self.is_top(scores)
        p, rest = self.softmax(scores), self.softmax_rest(scores)
        lack = self.sum(self.where(is_top, rest, 0.0))
        from_top = self.share(p, lack) * self.sum(self.where(is_top, x, 0.0))
        of_others = self.where(is_top, 0.0, x / self.where(is_top, 1.0, rest))
        return p * (self.where(is_top, 0.0, from_top) + p * self.others(of_others))

    def at_top(self, x: Term, scores: Term) -> Term:
        """The entry of ``x`` at each row's largest score."""
        return self.sum(self.where(self.is_top(scores), x, 0.0))

    def diagonal(self, diagonal: Term, elsewhere: Term) -> Term:
        """A matrix per row, from its diagonal and what stands elsewhere."""
        classes = self.xp.arange(diagonal.shape[-1], device=self.device)
        return self.where(classes[:, None] == classes, diagonal[..., None], elsewhere)

    def tempered(self, x: Term, temperature: Term) -> Term:
        return _Tailed(*self._quotient(x, temperature))

    def log_sum_exp(self, x: Term) -> Term:
        scores, tail = _parts(x)
        top = self.sum(self.where(self.is_top(x), scores, 0.0))
        lost = self.sum(self.where(self.is_top(x), tail, 0.0))
        return top + (self.log1p(self._shifted(x).rest) + lost)

    def is_top(self, x: Term) -> Term:
        x, _ = _parts(x)
        classes = self.xp.arange(x.shape[-1], device=self.device)
        return classes == self.xp.argmax(x, axis=-1, keepdims=True)

    def _shifted(self, x: Term) -> _Shifted:
        is_top = self.is_top(x)
        x, tail = _parts(x)
        # Not max(x), whose slope is shared among equal scores when a library differentiates it.
        top = self.sum(self.where(is_top, x, 0.0))
        # x - top is rounded, and exp turns that absolute error into a relative one of up to
        # |x - top| * 2^-53: tens of ULP for spread-out scores. What was rounded away is known, and
        # exp(d + lost) = exp(d) (1 + lost) to first order.
        distance, lost = self.difference(x, top)
        lost = lost + (tail - self.sum(self.where(is_top, tail, 0.0)))
        distance = self.where(is_top, 0.0, distance)
        exponential = self.exp(distance)
        weights = exponential + exponential * lost
        weights_lost = (exponential - weights) + exponential * lost
        rest, rest_lost = (
            self.sum(self.where(is_top, 0.0, part)) for part in (weights, weights_lost)
        )
        return _Shifted(is_top, distance, lost, weights, weights_lost, rest, rest_lost)

    def _two_sum(self, x: Term, y: Term) -> tuple[Term, Term]:
        """A sum and the rounding error of it (Knuth)."""
        whole = x + y
        back = whole - x
        return whole, (x - (whole - back)) + (y - back)

    def _two_product(self, x: Term, y: float) -> tuple[Term, Term]:
        """A product and the rounding error of it (Veltkamp and Dekker)."""
        y, less = self._in_dtype(y)
        product = x * y
        (x_high, x_low), (y_high, y_low) = self._halves(x), self._halves(self.array(y))
        error = x_low * y_low - (((product - x_high * y_high) - x_low * y_high) - x_high * y_low)
        return product, error + x * less

    def _in_dtype(self, number: float) -> tuple[float, float]:
        """A parameter as a number of this dtype, and what it loses by that."""
        if self.xp.finfo(self.dtype).bits > 32:
            return number, 0.0
        rounded = float(np.float32(number))
        return rounded, number - rounded

    def _quotient(self, x: Term, y: float) -> tuple[Term, Term]:
        """A quotient, and what its rounding took away."""
        y, less = self._in_dtype(y)
        quotient = x / y
        product, error = self._two_product(quotient, y)
        lost = (((x - product) - error) - quotient * less) / y
        return quotient, self.where(self.xp.isfinite(lost), lost, 0.0)

    def _halves(self, x: Term) -> tuple[Term, Term]:
        digits = 1 - round(math.log2(self.xp.finfo(self.dtype).eps))
        lifted = x * (2.0 ** ((digits + 1) // 2) + 1)
        high = lifted - (lifted - x)
        return high, x - high


@dataclass(frozen=True)
class _Shifted:
    """Scores relative to the row's largest; ``rest`` sums exp of all of them but that one.

    With what rounding took from each: exp(distance + lost) is weights + weights_lost.
    """

    is_top: Term
    distance: Term
    lost: Term
    weights: Term
    weights_lost: Term
    rest: Term
    rest_lost: Term


@dataclass(frozen=True)
class _Tailed:
    """Scores with what their rounding took away, which a softmax of them makes good."""

    head: Term
    tail: Term


def _parts(x: Term) -> tuple[Term, Term]:
    return (x.head, x.tail) if isinstance(x, _Tailed) else (x, 0.0)
