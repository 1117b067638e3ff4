"""Labels of several numbers per row, for a library whose labels are one number per row."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook.errors import InputError

# Where float32, as which such labels are kept, begins to skip whole numbers.
_MOST = 2**24


class LabelRows:
    """Rows of labels, found by their number.

    Parameters
    ----------
    labels : array of shape (rows, columns)
    """

    def __init__(self, labels: Any) -> None:
        self._labels = np.asarray(labels)
        shape = self._labels.shape
        if len(shape) != 2:
            raise InputError(
                f"labels must have two axes, rows and columns, got the shape {shape}: one number "
                "per row needs no with_rows.",
                argument="labels",
            )
        if len(self._labels) > _MOST:
            raise InputError(
                f"labels must have at most {_MOST} rows, which float32 can number, got {shape[0]}.",
                argument="labels",
            )

    def at(self, numbers: Any) -> Any:
        """The rows of these numbers, each of which is there once at most."""
        numbers = np.asarray(numbers)
        count = len(self._labels)
        advice = f"give label=numpy.arange({count}), cut where one data set ends."
        wrong = ~((numbers >= 0) & (numbers < count) & (numbers == np.floor(numbers)))
        if wrong.any():
            index = int(np.argmax(wrong))
            raise InputError(
                f"the label is {numbers[index]:g} at index {index}, but must be the number of a "
                f"row, from 0 to {count - 1}: {advice}",
                argument="y_true",
                index=index,
            )
        numbers = numbers.astype(np.intp)
        times = np.bincount(numbers, minlength=1)
        if times.max() > 1:
            raise InputError(
                f"{times.max()} labels are {times.argmax()}, but each must be the number of its "
                f"own row: {advice}",
                argument="y_true",
            )
        return self._labels[numbers]
