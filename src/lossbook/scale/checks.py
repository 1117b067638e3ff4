"""What every row must fulfil before it counts; a loss checks its own domains."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lossbook.errors import InputError

__all__ = ["check_no_nan", "check_weight"]


def check_no_nan(name: str, values: npt.NDArray[Any]) -> None:
    """Raise at the first NaN: a mean over rows that hide one would say nothing."""
    # The sum is NaN if any value is, and cheaper than a mask of the whole array.
    with np.errstate(invalid="ignore", over="ignore"):
        suspicious = np.isnan(np.sum(values))
    if suspicious:
        found = np.argwhere(np.isnan(values))
        if len(found):
            place = tuple(int(position) for position in found[0])
            index = place[0] if len(place) == 1 else place
            raise InputError(
                f"{name} has nan at index {index}: correct or remove the row.",
                argument=name,
                index=index,
            )


def check_weight(weight: npt.NDArray[np.float64]) -> None:
    """Raise at the first weight that is negative, infinite or NaN."""
    good = (weight >= 0) & (weight < np.inf)
    if not good.all():
        index = int(np.argmin(good))
        raise InputError(
            f"weight has {weight[index]} at index {index}: a weight must be finite and not "
            "negative.",
            argument="weight",
            index=index,
        )
