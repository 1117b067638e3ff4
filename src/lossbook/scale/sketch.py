"""How losses are distributed, counted in fine bins that need not be known beforehand.

A float64 is a sign, an exponent and a fraction. Its topmost 20 bits, read as a whole number, order
the floats and cut every power of two into 256 equal bins, so a bin is at most 0.4 % wide wherever
the losses happen to lie (unless they are subnormal, below 2e-308). Counts of such bins merge by
addition, in any order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lossbook.scale.results import Histogram

__all__ = ["LossSketch"]

DROPPED_BITS = 44
DISPLAY_BINS = 40
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
# A linear axis hides everything but the tail once the tail is this many times the median.
LONGEST_LINEAR_TAIL = 25.0
DECADES_SHOWN = 12

Floats = npt.NDArray[np.float64]


class LossSketch:
    """Counts of losses in fine bins of constant relative width.

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook.scale.sketch import LossSketch
    >>> sketch = LossSketch()
    >>> sketch.add(np.array([0.0, 0.5, 1.0, 2.0, np.inf]))
    >>> histogram = sketch.histogram()
    >>> histogram.infinite, sum(histogram.counts)
    (1, 4)
    """

    def __init__(self) -> None:
        self._first = 0
        self._counts = np.zeros(0, dtype=np.int64)
        self._zeros = 0
        self._infinite = 0

    def add(self, losses: Floats) -> None:
        """Count losses; none may be NaN."""
        infinite = np.isinf(losses)
        self._infinite += int(infinite.sum())
        ordinary = losses[(losses != 0) & ~infinite]
        self._zeros += len(losses) - int(infinite.sum()) - len(ordinary)
        if len(ordinary) == 0:
            return
        keys = _keys(ordinary)
        lowest = int(keys.min())
        self._add_counts(lowest, np.bincount(keys - lowest))

    def merge(self, other: LossSketch) -> None:
        """Add the counts of another sketch."""
        self._zeros += other._zeros
        self._infinite += other._infinite
        self._add_counts(other._first, other._counts)

    def histogram(self) -> Histogram:
        """The counts in a few dozen bins for the eye, and some quantiles."""
        values, counts = self._finite()
        if len(values) == 0:
            return Histogram("linear", (0.0, 1.0), (0,), 0, 0, 0, self._infinite, ())
        scale, edges = self._edges(values, counts)
        is_log = scale == "log"
        if is_log:
            values, counts = values[values > 0], counts[values > 0]
        place = np.searchsorted(edges, values, side="right") - 1
        place = np.where(values == edges[-1], len(edges) - 2, place)
        shown = (place >= 0) & (place < len(edges) - 1)
        binned = np.zeros(len(edges) - 1, dtype=np.int64)
        np.add.at(binned, place[shown], counts[shown])
        return Histogram(
            scale=scale,
            edges=tuple(edges.tolist()),
            counts=tuple(binned.tolist()),
            zeros=self._zeros if is_log else 0,
            below=int(counts[place < 0].sum()),
            above=int(counts[place >= len(edges) - 1].sum()),
            infinite=self._infinite,
            quantiles=tuple(zip(LEVELS, self.quantiles(LEVELS), strict=True)),
        )

    def quantiles(self, levels: Sequence[float]) -> list[float]:
        """Losses at or below which these shares of the rows lie."""
        values, counts = self._finite()
        values = np.append(values, np.inf)
        reached = np.cumsum(np.append(counts, self._infinite))
        if reached[-1] == 0:
            return [math.nan for _ in levels]
        places = [int(np.searchsorted(reached, max(level * reached[-1], 1))) for level in levels]
        return [float(values[place]) for place in places]

    def _add_counts(self, first: int, counts: npt.NDArray[np.int64]) -> None:
        if len(self._counts) == 0:
            self._first = first
        before = max(self._first - first, 0)
        after = max(first + len(counts) - self._first - len(self._counts), 0)
        if before or after:
            self._counts = np.pad(self._counts, (before, after))
            self._first -= before
        start = first - self._first
        self._counts[start : start + len(counts)] += counts

    def _finite(self) -> tuple[Floats, npt.NDArray[np.int64]]:
        """The middle of every bin that has rows, in order, and the rows; zeros included."""
        used = np.flatnonzero(self._counts)
        values, counts = _middles(used + self._first), self._counts[used]
        if self._zeros:
            place = int(np.searchsorted(values, 0.0))
            values = np.insert(values, place, 0.0)
            counts = np.insert(counts, place, self._zeros)
        return values, counts

    def _edges(self, values: Floats, counts: npt.NDArray[np.int64]) -> tuple[str, Floats]:
        low, high = float(values[0]), float(values[-1])
        positive = values[values > 0]
        if low >= 0 and len(positive) > 1:
            middle = float(_quantile(positive, counts[values > 0], 0.5))
            if high > LONGEST_LINEAR_TAIL * middle:
                start = max(float(positive[0]), high * 10.0**-DECADES_SHOWN)
                edges = np.geomspace(start, high, DISPLAY_BINS + 1)
                edges[0], edges[-1] = start, high
                return "log", edges
        if 0 <= low < high / 2:
            low = 0.0
        if low < 0:
            low, high = (float(_quantile(values, counts, level)) for level in (0.005, 0.995))
        if low == high:
            low, high = (0.0, 2 * high) if high > 0 else (low - 1.0, high + 1.0)
        return "linear", np.linspace(low, high, DISPLAY_BINS + 1)


def _quantile(values: Floats, counts: npt.NDArray[np.int64], level: float) -> float:
    reached = np.cumsum(counts)
    return float(values[int(np.searchsorted(reached, max(level * reached[-1], 1)))])


def _keys(values: Floats) -> npt.NDArray[np.int64]:
    bits = values.view(np.int64)
    magnitude = (bits & np.int64(2**63 - 1)) >> DROPPED_BITS
    return np.where(bits < 0, -1 - magnitude, magnitude)


def _middles(keys: npt.NDArray[np.int64]) -> Floats:
    negative = keys < 0
    magnitude = np.where(negative, -1 - keys, keys)
    middle = ((magnitude << DROPPED_BITS) + (1 << (DROPPED_BITS - 1))).view(np.float64)
    return np.where(negative, -middle, middle)
