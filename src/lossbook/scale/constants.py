"""The best constant prediction over a file: one or a few passes over its labels, flat memory."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from bisect import bisect_left
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from lossbook import floats
from lossbook.floats import Floats, Keys
from lossbook.functionals import CircularMean, Expectile, Functional, Mean, PerColumn, Quantile
from lossbook.scale.exact import ExactSums, nearest_float

__all__ = ["Search", "search_for"]

DIGIT_BITS = 16
DIGITS = 1 << DIGIT_BITS
MOST_COLLECTED = 1 << 20


class Search(ABC):
    """Finds a functional of the labels by reading them as many times as it takes."""

    def __init__(self) -> None:
        self.value: Any = None
        self.is_done = False

    @abstractmethod
    def update(self, y_true: Floats, weight: Floats | None) -> None:
        """Take up labels of positive or zero weight."""

    @abstractmethod
    def end_pass(self) -> None:
        """Called when all labels have been seen once more."""


def search_for(functional: Functional, classes: int) -> Search | None:
    """The search for a functional, None for one that is not searched for in files.

    ``classes`` is 0 where labels are not classes.
    """
    if isinstance(functional, PerColumn):
        return SeveralSearches(functional)
    if isinstance(functional, Quantile):
        return QuantileSearch(functional.tau)
    if isinstance(functional, Expectile):
        return ExpectileSearch(functional.tau)
    if isinstance(functional, CircularMean):
        return CircularMeanSearch(functional)
    if not isinstance(functional, Mean):
        return None
    return FrequencySearch(classes) if classes else MeanSearch()


class SeveralSearches(Search):
    """One functional of the same labels per column of a row."""

    def __init__(self, functional: PerColumn) -> None:
        super().__init__()
        self._searches = [search for part in functional.parts if (search := search_for(part, 0))]

    def update(self, y_true: Floats, weight: Floats | None) -> None:
        for search in self._searches:
            if not search.is_done:
                search.update(y_true, weight)

    def end_pass(self) -> None:
        for search in self._searches:
            if not search.is_done:
                search.end_pass()
        self.is_done = all(search.is_done for search in self._searches)
        if self.is_done:
            self.value = np.array([float(search.value) for search in self._searches])


class MeanSearch(Search):
    """The weighted mean, exact until it is rounded once."""

    def __init__(self) -> None:
        super().__init__()
        self._labels = ExactSums()
        self._weight = ExactSums()
        self._rows = 0

    def update(self, y_true: Floats, weight: Floats | None) -> None:
        self._rows += len(y_true)
        if weight is None:
            self._labels.add(y_true)
        else:
            self._labels.add(np.where(weight > 0, y_true, 0.0) * weight)
            self._weight.add(weight)

    def end_pass(self) -> None:
        weight = self._weight.exact() or Fraction(self._rows)
        self.value = nearest_float(self._labels.exact() / weight)
        self.is_done = True


class CircularMeanSearch(Search):
    """The direction of the weighted sum of arrows, whose coordinates are added up exactly."""

    def __init__(self, functional: CircularMean) -> None:
        super().__init__()
        self._functional = functional
        self._coordinates = ExactSums(), ExactSums()

    def update(self, y_true: Floats, weight: Floats | None) -> None:
        if weight is not None:
            y_true, weight = y_true[weight > 0], weight[weight > 0]
        with np.errstate(invalid="ignore"):  # an infinite label has no direction
            arrows = self._functional.arrows(y_true)
        for sums, part in zip(self._coordinates, arrows, strict=True):
            sums.add(part if weight is None else part * weight)

    def end_pass(self) -> None:
        along, across = (sums.value() for sums in self._coordinates)
        self.value = float(self._functional.direction(along, across))
        self.is_done = True


class ExpectileSearch(Search):
    """The weighted mean with labels above it weighed ``tau`` and labels below it ``1 - tau``.

    Each pass takes the mean that the last one's split gives; the sums are exact, so the split of
    the labels settles after a few passes, and the result does not depend on their order.
    """

    def __init__(self, tau: float) -> None:
        super().__init__()
        self._shares = Fraction(1 - tau), Fraction(tau)
        self._seen: set[float] = set()
        self._start()

    def _start(self) -> None:
        # Below and above.
        self._labels, self._weights = ExactSums(2), ExactSums(2)

    def update(self, y_true: Floats, weight: Floats | None) -> None:
        weights = np.ones(len(y_true)) if weight is None else weight
        side = np.zeros(len(y_true), np.intp) if self.value is None else y_true > self.value
        self._labels.add(np.where(weights > 0, y_true, 0.0) * weights, side.astype(np.intp))
        self._weights.add(weights, side.astype(np.intp))

    def end_pass(self) -> None:
        shares = (Fraction(1), Fraction(1)) if self.value is None else self._shares
        labels, weight = (
            sum((share * sums.exact(side) for side, share in enumerate(shares)), Fraction(0))
            for sums in (self._labels, self._weights)
        )
        self.value = nearest_float(labels / weight) if weight else math.nan
        self.is_done = self.value in self._seen or math.isnan(self.value)
        self._seen.add(self.value)
        self._start()


class FrequencySearch(Search):
    """Weighted frequencies of classes, from class indices or from rows of probabilities."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self._classes = classes
        self._sums = ExactSums(classes)

    def update(self, y_true: Floats, weight: Floats | None) -> None:
        weights = np.ones(len(y_true)) if weight is None else weight
        if y_true.ndim == 2:
            for index in range(self._classes):
                column = y_true[:, index]
                self._sums.add(column * weights, np.full(len(column), index, dtype=np.intp))
            return
        # Labels that are no class are left to the loss, whose error names the row and the rule.
        valid = (y_true >= 0) & (y_true < self._classes)
        self._sums.add(weights[valid], y_true[valid].astype(np.intp))

    def end_pass(self) -> None:
        total = self._sums.total().exact()
        shares = (
            [self._sums.exact(index) / total for index in range(self._classes)] if total else []
        )
        self.value = np.array([nearest_float(share) for share in shares])
        self.is_done = True


class QuantileSearch(Search):
    """The smallest label at or below which the share ``tau`` of the weight lies.

    The bits of a float64 can be made into a 64-bit key that sorts like the numbers. The first pass
    adds up the weight per leading 16 bits and so finds the leading 16 bits of the quantile; each
    further pass looks only at the labels that begin like the quantile. As soon as few enough are
    left, they are collected and sorted: two passes, as a rule.
    """

    def __init__(self, tau: float) -> None:
        super().__init__()
        self._tau = tau
        self._target: Fraction | None = None  # weight that must be reached
        self._before = Fraction(0)  # weight of the labels below all that begin with the prefix
        self._prefix = 0
        self._known_bits = 0
        # Of the current pass, and of the labels that begin with the prefix:
        self._is_collecting = False
        self._rows = np.zeros(DIGITS, dtype=np.int64)
        self._weights: ExactSums | None = None
        self._collected: list[tuple[Keys, Floats | None]] = []
        self._lowest, self._highest = 1 << 64, -1

    def update(self, y_true: Floats, weight: Floats | None) -> None:
        if weight is not None:
            y_true, weight = y_true[weight > 0], weight[weight > 0]
        keys = floats.keys(y_true)
        if self._known_bits:
            inside = (keys >> np.uint64(64 - self._known_bits)) == self._prefix
            keys, weight = keys[inside], None if weight is None else weight[inside]
        if len(keys) == 0:
            return
        self._lowest = min(self._lowest, int(keys.min()))
        self._highest = max(self._highest, int(keys.max()))
        if self._is_collecting:
            self._collected.append((keys, weight))
            return
        shift = np.uint64(64 - self._known_bits - DIGIT_BITS)
        digits = ((keys >> shift) & np.uint64(DIGITS - 1)).astype(np.intp)
        self._rows += np.bincount(digits, minlength=DIGITS)
        if weight is not None:
            self._weights = self._weights or ExactSums(DIGITS)
            self._weights.add(weight, digits)

    def end_pass(self) -> None:
        if self._lowest > self._highest:  # no label of positive weight
            self.value, self.is_done = math.nan, True
        elif self._lowest == self._highest:
            self._found(self._lowest)
        elif self._is_collecting:
            keys = np.concatenate([keys for keys, _ in self._collected])
            distinct, position = np.unique(keys, return_inverse=True)
            sums = None
            if self._collected[0][1] is not None:
                sums = ExactSums(len(distinct))
                weights = [part for _, part in self._collected if part is not None]
                sums.add(np.concatenate(weights), position)
            rows = np.bincount(position)
            self._found(int(distinct[self._choose(rows, sums)]))
        else:
            self._narrow()

    def _narrow(self) -> None:
        """Append the digit in which the quantile lies to the prefix."""
        digit = self._choose(self._rows, self._weights)
        self._prefix = self._prefix << DIGIT_BITS | digit
        self._known_bits += DIGIT_BITS
        if self._known_bits == 64:
            self._found(self._prefix)
        self._is_collecting = int(self._rows[digit]) <= MOST_COLLECTED
        self._rows[:] = 0
        self._weights = None
        self._lowest, self._highest = 1 << 64, -1

    def _choose(self, rows: npt.NDArray[np.int64], weights: ExactSums | None) -> int:
        """Position at which the target is reached; moves ``_before`` up to just below it."""
        running_rows = np.cumsum(rows)
        running = None if weights is None else weights.accumulated()

        def reached(position: int) -> Fraction:
            if position < 0:
                return self._before
            here = int(running_rows[position]) if running is None else running.exact(position)
            return self._before + Fraction(here)

        if self._target is None:
            # The same rounding as for labels in memory: 0.9 of 10 rows are 9, not 9 and a bit.
            total = nearest_float(reached(len(rows) - 1))
            self._target = Fraction(max(self._tau * total, np.nextafter(0, 1)))
        target = self._target
        position = bisect_left(range(len(rows)), True, key=lambda place: reached(place) >= target)
        self._before = reached(position - 1)
        return position

    def _found(self, key: int) -> None:
        self.value = floats.from_key(key)
        self.is_done = True
