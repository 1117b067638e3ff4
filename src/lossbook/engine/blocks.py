"""NumPy in blocks: the path that needs no compiled code.

Every block is converted to float64, evaluated there and rounded once, so float32 results are
correctly rounded but for a few in a million, and no full-size temporary is made. Losses that ask
for it carry their rounding errors along.
"""

from __future__ import annotations

import functools
import itertools
import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.engine import steps
from lossbook.engine.libraries import HOME, derivative
from lossbook.engine.workers import share_out
from lossbook.maths import compensated
from lossbook.maths.arrays import ArrayMaths

if TYPE_CHECKING:
    from lossbook.loss import Loss

Array = np.ndarray[Any, Any]

# Numbers per block: the half-dozen float64 buffers of a formula's steps stay in the caches, and a
# step takes so long that threads seldom meet at Python's lock. One thread is as fast with a quarter
# of them; two then take 1.3 times as long as one, and with these 0.7 times.
BLOCK = 65536

# Numbers that one thread should at least work on, so that all have several blocks.
NUMBERS_PER_THREAD = 4 * BLOCK

# Numbers from which writing a formula down as steps takes less time than it saves.
_WORTH_STEPS = BLOCK


def evaluate(
    loss: Loss, want: int, y_true: Array, y_pred: Array, weight: Array | None, reduction: str
) -> tuple[Any, ...]:
    """The wanted results, from checked arguments of equal layout."""
    orders = [order for order in range(3) if want >> order & 1]
    total = _total_weight(loss, y_pred, weight)
    arrays = {
        order: np.empty(y_pred.shape[:-1] if _per_row(loss, order) else y_pred.shape, y_pred.dtype)
        for order in orders
        if order > 0 or reduction == "none"
    }
    flat = {order: _flat(loss, order, array) for order, array in arrays.items()}
    samples = _Samples(loss, y_true, y_pred, weight)
    job = _Job(loss, want, samples, flat, total if reduction == "mean" else 1.0)
    share_out(job.work, y_pred.size // NUMBERS_PER_THREAD)
    results: list[Any] = [arrays.get(order) for order in orders]
    if 0 in orders and reduction != "none":
        results[0] = _sum(job.sums) / (total if reduction == "mean" else 1.0)
    return tuple(results)


class _Job:
    """The blocks of one call, which threads take one after another."""

    def __init__(
        self, loss: Loss, want: int, samples: _Samples, outputs: dict[int, Array], divisor: float
    ) -> None:
        self._loss, self._samples, self._outputs, self._divisor = loss, samples, outputs, divisor
        self._orders = [order for order in range(3) if want >> order & 1]
        single = samples.y_pred.dtype == np.float32
        self._formulas = functools.partial(compensated.derivative, single=single)
        self._steps = None
        if not loss.is_row and samples.count >= _WORTH_STEPS:
            self._steps = steps.trace(loss, want, self._formulas)
        # By block, whichever thread makes them: the bits do not depend on threads.
        self.sums = [0.0] * samples.blocks
        self._next = itertools.count()
        self._lock = threading.Lock()

    def work(self) -> None:
        """Take blocks until there are no more."""
        terms = self._terms()
        buffers = self._samples.buffers()
        with np.errstate(all="ignore"):
            while (block := self._take()) < self._samples.blocks:
                part, y, p, w = self._samples.block(block, buffers)
                for order, term in terms(y, p):
                    self._deliver(block, part, order, term, w)

    def _take(self) -> int:
        with self._lock:
            return next(self._next)

    def _terms(self) -> Any:
        if self._steps is None:
            return lambda y, p: (
                (order, derivative(self._loss, HOME, order, y, p, self._formulas))
                for order in self._orders
            )
        runner, keeps_nan = self._steps.runner(self._samples.step), self._steps.keeps_nan
        return lambda y, p: _with_nan(runner(y, p), keeps_nan, y, p)

    def _deliver(self, block: int, part: slice, order: int, term: Array, w: Array | None) -> None:
        if w is not None:
            term = weigh(HOME, w if term.ndim == 1 else w[:, None], term)
        if order not in self._outputs:
            self.sums[block] = float(np.add.reduce(term))
            return
        target = self._outputs[order][part]
        if order == 0 or self._divisor == 1:
            np.copyto(target, term, casting="same_kind")
        elif w is None:
            np.multiply(term, 1 / self._divisor, out=target, casting="same_kind")
        else:  # by a sum of weights that may be too small to have a reciprocal
            np.divide(term, self._divisor, out=target, casting="same_kind")


def _with_nan(
    terms: dict[int, Any], keeps_nan: dict[int, bool], y: Array, p: Array
) -> Iterator[tuple[int, Array]]:
    """The terms, NaN where label or prediction are; as arrays, constants too."""
    missing = None
    # The sum of all is NaN if one of them is.
    if not all(keeps_nan.values()) and math.isnan(np.add.reduce(y) + np.add.reduce(p)):
        missing = np.isnan(y) | np.isnan(p)
    for order, term in terms.items():
        if missing is not None and not keeps_nan[order]:
            term = np.where(missing, math.nan, term)
        yield order, term if isinstance(term, np.ndarray) else np.full(p.shape, term)


def weigh(m: ArrayMaths, weight: Any, term: Any) -> Any:
    """``weight * term``, where a weight of 0 gives 0 whatever the term is, NaN included."""
    return m.where(weight == 0, 0.0, weight * term)


def _per_row(loss: Loss, order: int) -> bool:
    return loss.is_row and order == 0


def _flat(loss: Loss, order: int, array: Array) -> Array:
    rows = loss.is_row and order > 0
    return array.reshape(-1, array.shape[-1]) if rows else array.reshape(-1)


def _total_weight(loss: Loss, y_pred: Array, weight: Array | None) -> float:
    if weight is not None:
        return float(np.sum(weight, dtype=np.float64))
    return y_pred.size / (y_pred.shape[-1] if loss.is_row else 1)


@dataclass
class _Samples:
    """The arguments as flat columns, or rows, which are read block by block in float64."""

    loss: Loss
    y_true: Array
    y_pred: Array
    weight: Array | None
    count: int = field(init=False)

    def __post_init__(self) -> None:
        columns = self.y_pred.shape[-1] if self.loss.is_row else 1
        per_row = self.loss.is_row and self.y_true.ndim < self.y_pred.ndim
        shape = (-1, columns) if self.loss.is_row else (-1,)
        self._p = self.y_pred.reshape(shape)
        self._y = self.y_true.reshape(-1 if per_row else shape)
        self._w = None if self.weight is None else self.weight.reshape(-1)
        self.count = len(self._p)
        self.step = max(1, BLOCK // columns)
        self.blocks = -(-self.count // self.step)

    def buffers(self) -> list[_Buffer]:
        """Where one thread puts what has to be converted."""
        return [_Buffer() for _ in range(4)]

    def block(self, block: int, buffers: list[_Buffer]) -> tuple[slice, Array, Array, Array | None]:
        part = slice(block * self.step, (block + 1) * self.step)
        labels, rounded, predictions, weights = buffers
        # As in the compiled kernels: labels count in the dtype of the predictions.
        y = labels.take(rounded.take(self._y[part], self._p.dtype), np.float64)
        p = predictions.take(self._p[part], np.float64)
        if self.loss.is_row:
            y = self.loss.label_domain.terms(HOME, y, p.shape)
        return part, y, p, None if self._w is None else weights.take(self._w[part], np.float64)


class _Buffer:
    """Room for a block in another dtype, made when it is first needed."""

    def __init__(self) -> None:
        self._array: Array | None = None

    def take(self, numbers: Array, dtype: Any) -> Array:
        """The numbers in this dtype: as they are, or converted into the buffer."""
        if numbers.dtype == dtype:
            return numbers
        if self._array is None or len(self._array) < len(numbers):
            self._array = np.empty(numbers.shape, dtype)
        converted = self._array[: len(numbers)]
        np.copyto(converted, numbers, casting="unsafe")
        return converted


def _sum(parts: list[float]) -> float:
    """The exact sum of the blocks' sums, rounded once; infinities and NaN as usual."""
    try:
        return math.fsum(parts)
    except (OverflowError, ValueError):  # a sum beyond the largest number, or inf - inf
        with np.errstate(all="ignore"):
            return float(np.sum(np.asarray(parts)))
