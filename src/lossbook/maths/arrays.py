"""Formulas over arrays: the reference implementation, on any library that has the array API."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossbook.maths.namespace import RowMaths, Term


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

    # PyTorch and JAX differentiate these formulas by themselves. The next three methods change no
    # number, but without them those derivatives are 0 at a logit of 0 (the slope of |x| is taken as
    # 0 there) and NaN where a label of 0 silences an infinite logarithm (0 times infinity).

    def magnitude(self, x: Term) -> Term:
        return self.where(x >= 0, x, -x)

    def xlogy(self, x: Term, y: Term) -> Term:
        return x * self.log(self.where(x == 0, 1.0, y))

    def xlog1py(self, x: Term, y: Term) -> Term:
        return x * self.log1p(self.where(x == 0, 0.0, y))

    def row(self, entries: tuple[Term, ...]) -> Term:
        return self.xp.asarray(entries, dtype=self.dtype, device=self.device)

    def sum(self, x: Term) -> Term:
        return self.xp.sum(x, axis=-1, keepdims=True)

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
        is_top = self._is_top(x)
        rest = self.sum(self.where(is_top, 0.0, x))
        top = self.xp.max(x, axis=-1, keepdims=True)
        return self.where(is_top, rest, top + (rest - x))

    def softmax(self, x: Term) -> Term:
        # With what rounding takes from 1 + rest put back: half a ULP less for every product of p.
        shifted = self._shifted(x)
        rest, whole = shifted.rest, 1 + shifted.rest
        back = whole - 1
        lost = (1 - (whole - back)) + (rest - back)
        p = shifted.weights / whole
        return p - p * (lost / whole)

    def softmax_rest(self, x: Term) -> Term:
        # 1 - p is right wherever p is at most 1/2. Above, rest / (1 + rest) would inherit the whole
        # rounding of 1 + rest; this way only a share rest of it arrives.
        shifted = self._shifted(x)
        rest, whole = shifted.rest, 1 + shifted.rest
        small = rest - rest * (rest / whole)
        return self.where(shifted.is_top & (rest < 1), small, 1 - shifted.weights / whole)

    def log_softmax(self, x: Term) -> Term:
        shifted = self._shifted(x)
        return shifted.distance - self.log1p(shifted.rest)

    def at_top(self, x: Term, scores: Term) -> Term:
        """The entry of ``x`` at each row's largest score."""
        return self.sum(self.where(self._is_top(scores), x, 0.0))

    def diagonal(self, diagonal: Term, elsewhere: Term) -> Term:
        """A matrix per row, from its diagonal and what stands elsewhere."""
        classes = self.xp.arange(diagonal.shape[-1], device=self.device)
        return self.where(classes[:, None] == classes, diagonal[..., None], elsewhere)

    def _is_top(self, x: Term) -> Term:
        classes = self.xp.arange(x.shape[-1], device=self.device)
        return classes == self.xp.argmax(x, axis=-1, keepdims=True)

    def _shifted(self, x: Term) -> _Shifted:
        is_top = self._is_top(x)
        # Not max(x), whose slope is shared among equal scores when a library differentiates it.
        top = self.sum(self.where(is_top, x, 0.0))
        distance = self.where(is_top, 0.0, x - top)
        weights = self._exp_compensated(distance, x, top)
        rest = self.sum(self.where(is_top, 0.0, weights))
        return _Shifted(is_top, distance, weights, rest)

    def _exp_compensated(self, distance: Term, x: Term, top: Term) -> Term:
        # x - top is rounded, and exp turns that absolute error into a relative one of up to
        # |x - top| * 2^-53: tens of ULP for spread-out scores. Knuth's TwoSum recovers what was
        # rounded away, and exp(d + lost) = exp(d) (1 + lost) to first order.
        back = distance - x
        lost = (x - (distance - back)) - (top + back)
        weights = self.exp(distance)
        return weights + weights * self.where(self.xp.isfinite(lost), lost, 0.0)


@dataclass(frozen=True)
class _Shifted:
    """Scores relative to the row's largest; ``rest`` sums exp of all of them but that one."""

    is_top: Term
    distance: Term
    weights: Term
    rest: Term
