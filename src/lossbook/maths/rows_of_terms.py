"""Rows of terms: comparing them gives terms, of which nobody knows yet whether they are true."""

from __future__ import annotations

from typing import Any

import numpy as np


class RowOfTerms(np.ndarray[Any, Any]):
    """An array of terms; NumPy would ask of a comparison whether it is true."""

    def __lt__(self, other: Any) -> Any:
        return np.less(self, other, dtype=object)

    def __le__(self, other: Any) -> Any:
        return np.less_equal(self, other, dtype=object)

    def __gt__(self, other: Any) -> Any:
        return np.greater(self, other, dtype=object)

    def __ge__(self, other: Any) -> Any:
        return np.greater_equal(self, other, dtype=object)
