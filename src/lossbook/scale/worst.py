"""The rows of largest loss per group, kept while the rows stream by."""

from __future__ import annotations

import dataclasses
from typing import Any, Self

import numpy as np
import numpy.typing as npt

__all__ = ["Rows", "WorstRows"]


@dataclasses.dataclass(frozen=True)
class Rows:
    """Some rows with their losses, column by column, all of the same length.

    ``code`` is the number of a row's group; ``y_true`` and ``y_pred`` may have a second axis.
    """

    loss: npt.NDArray[np.float64]
    row: npt.NDArray[np.int64]
    code: npt.NDArray[np.intp]
    weight: npt.NDArray[np.float64]
    y_true: npt.NDArray[np.float64]
    y_pred: npt.NDArray[np.float64]

    def take(self, which: Any) -> Self:
        """The rows at these positions, or where this mask is True."""
        columns = (getattr(self, field.name)[which] for field in dataclasses.fields(self))
        return type(self)(*columns)

    def join(self, other: Self) -> Self:
        """These rows, then the others."""
        return type(self)(
            *(
                np.concatenate([getattr(self, field.name), getattr(other, field.name)])
                for field in dataclasses.fields(self)
            )
        )


class WorstRows:
    """At most ``limit`` rows per group, those of largest loss, ties by row number."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.kept: Rows | None = None
        # A row of less than its group's threshold cannot enter: nearly all rows stop here.
        self._thresholds = np.zeros(0)

    def add(self, rows: Rows, groups: int) -> None:
        """Consider these rows; their codes are below ``groups``."""
        if self.limit == 0:
            return
        missing = groups - len(self._thresholds)
        if missing > 0:
            self._thresholds = np.append(self._thresholds, np.full(missing, -np.inf))
        bar = self._thresholds[0] if groups == 1 else self._thresholds[rows.code]
        candidates = rows.loss >= bar
        if not candidates.any():
            return
        rows = rows.take(candidates)
        if self.kept is not None:
            rows = self.kept.join(rows)
        order = np.lexsort((rows.row, -rows.loss, rows.code))
        codes = rows.code[order]
        first_of_group = np.searchsorted(codes, codes)
        rank = np.arange(len(codes)) - first_of_group
        self.kept = rows.take(order[rank < self.limit])
        is_last = rank == self.limit - 1
        self._thresholds[codes[is_last]] = rows.loss[order[is_last]]

    def merge(self, other: WorstRows, codes: npt.NDArray[np.intp], groups: int) -> None:
        """Consider the rows another one kept; its group ``i`` is our group ``codes[i]``."""
        if other.kept is not None:
            kept = other.kept
            self.add(dataclasses.replace(kept, code=codes[kept.code]), groups)

    def of_group(self, code: int) -> Rows | None:
        """The rows kept for a group, worst first."""
        return None if self.kept is None else self.kept.take(self.kept.code == code)

    def overall(self) -> Rows | None:
        """The worst rows of all groups together, worst first."""
        if self.kept is None:
            return None
        order = np.lexsort((self.kept.row, -self.kept.loss))
        return self.kept.take(order[: self.limit])
