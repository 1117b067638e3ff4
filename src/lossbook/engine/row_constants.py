"""The best constant row of predictions, where no functional names it, by Newton's steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.errors import InputError

if TYPE_CHECKING:
    from lossbook.families import RowLoss

_MOST_STEPS = 200


def best_row(loss: RowLoss, labels: Any, weights: Any) -> Any:
    """Downhill to where the mean gradient vanishes, by steps that the whole Hessian gives.

    Where the Hessian is not positive definite, the size of its curvature counts.
    """
    if not loss.prediction_domain.checks_nothing:
        raise InputError(
            f"{type(loss).__name__} names no functional, and the best constant row in "
            f"{loss.prediction_domain.describe()} is not searched for: give it a `functional`."
        )
    row = np.asarray(loss.guess(labels, weights), dtype=np.float64)

    def at(call: Any, row: Any) -> Any:
        predictions = np.broadcast_to(row, (len(labels), len(row))).copy()
        return call(labels, predictions, sample_weight=weights, reduction="mean")

    value = at(loss, row)
    for _ in range(_MOST_STEPS):
        slope = at(loss.gradient, row).sum(axis=0)
        sizes, axes = np.linalg.eigh(at(loss.full_hessian, row).sum(axis=0))
        sizes = np.maximum(abs(sizes), 1e-12 * abs(sizes).max())
        step = axes @ (axes.T @ slope / sizes)
        share = 1.0
        while (lower := at(loss, row - share * step)) > value and share > 1e-20:
            share /= 2
        if not (share > 1e-20 and (row - share * step != row).any()):
            break
        is_last = lower == value and share == 1
        row, value = row - share * step, lower
        if is_last:
            break
    return row
