"""NumPy in blocks: the path that needs no compiled code.

Every block is converted to float64, evaluated there and rounded once, so float32 results are
correctly rounded but for a few in a million, and no full-size temporary is made.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.engine.libraries import derivative
from lossbook.maths.arrays import ArrayMaths

if TYPE_CHECKING:
    from lossbook.loss import Loss

Array = np.ndarray[Any, Any]

BLOCK = 8192
# Numbers per block: a dozen float64 temporaries of this length stay in a 1 MiB second-level cache.

_MATHS = ArrayMaths(np, np.dtype(np.float64))


def evaluate(
    loss: Loss, want: int, y_true: Array, y_pred: Array, weight: Array | None, reduction: str
) -> tuple[Any, ...]:
    """The wanted results, from checked arguments of equal layout."""
    orders = [order for order in range(3) if want >> order & 1]
    total = _total_weight(loss, y_pred, weight)
    sums: list[float] = []
    arrays = {
        order: np.empty(y_pred.shape[:-1] if _per_row(loss, order) else y_pred.shape, y_pred.dtype)
        for order in orders
        if order > 0 or reduction == "none"
    }
    flat = {order: _flat(loss, order, array) for order, array in arrays.items()}
    with np.errstate(all="ignore"):
        for part, y, p, w in _blocks(loss, y_true, y_pred, weight):
            for order in orders:
                term = derivative(loss, _MATHS, order, y, p)
                if w is not None:
                    term = weigh(_MATHS, w if term.ndim == 1 else w[:, None], term)
                if order in flat:
                    flat[order][part] = term / total if reduction == "mean" else term
                else:
                    sums.append(float(np.sum(term)))
    results: list[Any] = [arrays.get(order) for order in orders]
    if 0 in orders and reduction != "none":
        results[0] = _sum(sums) / (total if reduction == "mean" else 1.0)
    return tuple(results)


def weigh(m: ArrayMaths, weight: Any, term: Any) -> Any:
    """``weight * term``, where a weight of 0 gives 0 whatever the term is, NaN included."""
    return m.where(weight == 0, 0.0, weight * term)


def label_rows(m: ArrayMaths, indices: Any, classes: int) -> Any:
    """One-hot rows of class indices; a missing label (NaN) makes a missing row."""
    columns = m.xp.arange(classes, dtype=m.dtype, device=m.device)
    rows = m.where(indices[..., None] == columns, 1.0, 0.0)
    return m.where((indices != indices)[..., None], math.nan, rows)


def _per_row(loss: Loss, order: int) -> bool:
    return loss.is_multiclass and order == 0


def _flat(loss: Loss, order: int, array: Array) -> Array:
    classes = loss.is_multiclass and order > 0
    return array.reshape(-1, array.shape[-1]) if classes else array.reshape(-1)


def _total_weight(loss: Loss, y_pred: Array, weight: Array | None) -> float:
    if weight is not None:
        return float(np.sum(weight, dtype=np.float64))
    return y_pred.size / (y_pred.shape[-1] if loss.is_multiclass else 1)


def _blocks(
    loss: Loss, y_true: Array, y_pred: Array, weight: Array | None
) -> Iterator[tuple[slice, Array, Array, Array | None]]:
    classes = y_pred.shape[-1] if loss.is_multiclass else 1
    p = y_pred.reshape(-1, classes) if loss.is_multiclass else y_pred.reshape(-1)
    rows = loss.is_multiclass and y_true.ndim == y_pred.ndim
    y = y_true.reshape(-1, classes) if rows else y_true.reshape(-1)
    w = None if weight is None else weight.reshape(-1)
    step = max(1, BLOCK // classes)
    for start in range(0, len(p), step):
        part = slice(start, start + step)
        if loss.is_multiclass and not rows:
            labels = label_rows(_MATHS, y[part].astype(np.float64), classes)
        else:
            # As in the compiled kernels: labels count in the dtype of the predictions.
            labels = y[part].astype(p.dtype).astype(np.float64)
        block_weight = None if w is None else w[part].astype(np.float64)
        yield part, labels, p[part].astype(np.float64), block_weight


def _sum(parts: list[float]) -> float:
    """The exact sum of the blocks' sums, rounded once; infinities and NaN as usual."""
    try:
        return math.fsum(parts)
    except (OverflowError, ValueError):  # a sum beyond the largest number, or inf - inf
        with np.errstate(all="ignore"):
            return float(np.sum(np.asarray(parts)))
