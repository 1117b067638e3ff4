"""What the best constant prediction of a loss is: a property of the labels' distribution.

A loss *elicits* a functional when that functional minimises the expected loss (Gneiting, "Making
and Evaluating Point Forecasts", JASA 2011). Named as data, it serves the constant in memory and the
constant of a file that is read in pieces alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Mean:
    """The weighted mean, along the samples (axis 0 of rows of class probabilities)."""

    def __call__(self, y: Any, weight: Any = None) -> Any:
        if weight is None:
            return np.mean(y, axis=0, dtype=np.float64)
        return np.average(np.asarray(y, dtype=np.float64), axis=0, weights=weight)

    def describe(self) -> str:
        return "mean"


@dataclass(frozen=True)
class Quantile:
    """The smallest label at or below which the share ``tau`` of the weight lies.

    >>> from lossbook.functionals import Quantile
    >>> float(Quantile(0.5)([3.0, 1.0, 2.0]))
    2.0
    """

    tau: float

    def __call__(self, y: Any, weight: Any = None) -> Any:
        y = np.asarray(y, dtype=np.float64)
        if np.isnan(y).any():
            return np.nan
        order = np.argsort(y, kind="stable")
        share = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=np.float64)[order]
        reached = np.cumsum(share)
        # A label of weight 0 at the front would be chosen for a tiny tau: look past it.
        position = np.searchsorted(reached, max(self.tau * reached[-1], np.nextafter(0, 1)))
        return y[order][min(int(position), len(y) - 1)]

    def describe(self) -> str:
        return "median" if self.tau == 0.5 else f"quantile {self.tau:g}"


@dataclass(frozen=True)
class Expectile:
    """The mean with labels above it weighed ``tau`` and labels below it ``1 - tau``.

    The mean itself at ``tau`` = 0.5 (Newey and Powell, Econometrica 55 (1987)).

    >>> from lossbook.functionals import Expectile
    >>> float(Expectile(0.75)([0.0, 4.0]))
    3.0
    """

    tau: float

    def __call__(self, y: Any, weight: Any = None) -> Any:
        y = np.asarray(y, dtype=np.float64)
        constant = np.average(y, weights=weight)
        seen: set[float] = set()
        # The mean that the last one's split gives: the split settles after a few turns.
        while np.isfinite(constant) and float(constant) not in seen:
            seen.add(float(constant))
            share = np.where(y > constant, self.tau, 1 - self.tau)
            constant = np.average(y, weights=share if weight is None else share * weight)
        return constant

    def describe(self) -> str:
        return "mean" if self.tau == 0.5 else f"expectile {self.tau:g}"


@dataclass(frozen=True)
class MeanAndVariance:
    """The mean, and the mean squared distance from it.

    >>> from lossbook.functionals import MeanAndVariance
    >>> MeanAndVariance()([0.0, 4.0]).tolist()
    [2.0, 4.0]
    """

    def __call__(self, y: Any, weight: Any = None) -> Any:
        y = np.asarray(y, dtype=np.float64)
        mean = np.average(y, weights=weight)
        return np.asarray([mean, np.average((y - mean) ** 2, weights=weight)])

    def describe(self) -> str:
        return "mean and variance"


@dataclass(frozen=True)
class MedianAndDeviation:
    """The median, and the mean distance from it.

    >>> from lossbook.functionals import MedianAndDeviation
    >>> MedianAndDeviation()([0.0, 1.0, 5.0]).tolist()
    [1.0, 1.6666666666666667]
    """

    def __call__(self, y: Any, weight: Any = None) -> Any:
        y = np.asarray(y, dtype=np.float64)
        median = Quantile(0.5)(y, weight)
        return np.asarray([median, np.average(abs(y - median), weights=weight)])

    def describe(self) -> str:
        return "median and mean distance from it"


@dataclass(frozen=True)
class CircularMean:
    """The direction of the sum of labels that come round again, as arrows on a dial.

    It lies within half a period of 0 (Mardia and Jupp, Directional Statistics (2000), 2.2.1).

    >>> from lossbook.functionals import CircularMean
    >>> round(float(CircularMean(24)([23.0, 3.0])), 12)
    1.0
    """

    period: float

    def __call__(self, y: Any, weight: Any = None) -> Any:
        along, across = (np.average(part, weights=weight) for part in self.arrows(y))
        return self.direction(along, across)

    def arrows(self, y: Any) -> tuple[Any, Any]:
        """The two coordinates of each label's arrow."""
        way = np.fmod(np.asarray(y, dtype=np.float64), self.period)
        # The shorter way round, so that labels on either side of 0 balance to the last bit.
        way = np.where(abs(way) > self.period / 2, way - np.copysign(self.period, way), way)
        angle = 2 * np.pi * (way / self.period)
        return np.cos(angle), np.sin(angle)

    def direction(self, along: float, across: float) -> Any:
        """The label of an arrow."""
        return np.arctan2(across, along) / (2 * np.pi) * self.period

    def describe(self) -> str:
        return f"circular mean of period {self.period:g}"


@dataclass(frozen=True)
class PerColumn:
    """One functional of the labels for each column of a row.

    >>> from lossbook.functionals import PerColumn, Quantile
    >>> PerColumn((Quantile(0.25), Quantile(0.5)))([3.0, 1.0, 2.0, 5.0]).tolist()
    [1.0, 2.0]
    """

    parts: tuple[Mean | Quantile | Expectile, ...]

    def __call__(self, y: Any, weight: Any = None) -> Any:
        return np.asarray([float(part(y, weight)) for part in self.parts])

    def describe(self) -> str:
        return ", ".join(part.describe() for part in self.parts)


@dataclass(frozen=True)
class Exceedances:
    """For each class but the last of an order, the share of the labels beyond it.

    >>> from lossbook.functionals import Exceedances
    >>> Exceedances()([0, 1, 2, 2]).tolist()
    [0.75, 0.5]
    """

    def __call__(self, y: Any, weight: Any = None) -> Any:
        y = np.asarray(y, dtype=np.float64)
        last = 0 if np.isnan(y).all() else int(np.nanmax(y))
        beyond = np.where(np.isnan(y)[:, None], np.nan, y[:, None] > np.arange(max(last, 1)))
        return np.average(beyond, axis=0, weights=weight)

    def describe(self) -> str:
        return "shares beyond each class"


@dataclass(frozen=True)
class MeanDirection:
    """The direction of the mean of the directions of rows; rows of zeros have none.

    >>> from lossbook.functionals import MeanDirection
    >>> MeanDirection()([[1.0, 0.0], [0.0, 5.0]]).round(3).tolist()
    [0.707, 0.707]
    """

    def __call__(self, y: Any, weight: Any = None) -> Any:
        y = np.asarray(y, dtype=np.float64)
        mean = np.average(_directions(y), axis=0, weights=weight)
        return _directions(mean)

    def describe(self) -> str:
        return "mean direction"


def _directions(rows: Any) -> Any:
    largest = abs(rows).max(axis=-1, keepdims=True)
    scaled = rows / np.where(largest > 0, largest, 1.0)
    length = np.linalg.norm(scaled, axis=-1, keepdims=True)
    return scaled / np.where(length > 0, length, 1.0)


Functional = (
    Mean
    | Quantile
    | Expectile
    | CircularMean
    | MeanAndVariance
    | MedianAndDeviation
    | PerColumn
    | Exceedances
    | MeanDirection
)
