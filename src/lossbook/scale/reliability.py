"""Are predicted probabilities right as often as they say?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lossbook.scale.exact import ExactSums, nearest_float
from lossbook.scale.results import ReliabilityBin

__all__ = ["ReliabilityCounts"]

BINS = 10

Floats = npt.NDArray[np.float64]


class ReliabilityCounts:
    """Weighted labels and probabilities in bins of equal width."""

    def __init__(self) -> None:
        self._rows = np.zeros(BINS, dtype=np.int64)
        self._weight = ExactSums(BINS)
        self._prediction = ExactSums(BINS)
        self._label = ExactSums(BINS)

    def add(self, y_true: Floats, probability: Floats, weight: Floats | None) -> None:
        """Count rows of positive weight."""
        codes = np.minimum((probability * BINS).astype(np.intp), BINS - 1)
        self._rows += np.bincount(codes, minlength=BINS)
        if weight is None:
            self._prediction.add(probability, codes)
            self._label.add(y_true, codes)
        else:
            self._weight.add(weight, codes)
            self._prediction.add(weight * probability, codes)
            self._label.add(weight * y_true, codes)

    def merge(self, other: ReliabilityCounts) -> None:
        """Add the counts of another one."""
        self._rows += other._rows
        self._weight.merge(other._weight)
        self._prediction.merge(other._prediction)
        self._label.merge(other._label)

    def bins(self, is_weighted: bool) -> tuple[ReliabilityBin, ...]:
        """The bins from 0 to 1, empty ones included."""
        return tuple(self._bin(index, is_weighted) for index in range(BINS))

    def _bin(self, index: int, is_weighted: bool) -> ReliabilityBin:
        rows = int(self._rows[index])
        weight = self._weight.exact(index) if is_weighted else rows
        return ReliabilityBin(
            lower=index / BINS,
            upper=(index + 1) / BINS,
            rows=rows,
            weight=nearest_float(weight),
            mean_prediction=nearest_float(self._prediction.exact(index) / weight) if rows else None,
            mean_label=nearest_float(self._label.exact(index) / weight) if rows else None,
        )
