"""Arrays of other libraries: the reference formulas, on their device, in their dtype."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.engine import arguments
from lossbook.engine.blocks import label_rows, weigh
from lossbook.engine.libraries import derivative, device_of, is_traced
from lossbook.errors import InputTypeError
from lossbook.maths.arrays import ArrayMaths

if TYPE_CHECKING:
    from lossbook.loss import Loss


def evaluate(
    loss: Loss,
    xp: Any,
    want: int,
    y_true: Any,
    y_pred: Any,
    sample_weight: Any,
    reduction: str,
    out: Any,
) -> Any:
    """The wanted results as arrays of ``xp``; a reduced value is an array without dimensions."""
    samples = read_samples(loss, xp, y_true, y_pred, sample_weight)
    m, labels, predictions, weights, dtype = samples
    orders = [order for order in range(3) if want >> order & 1]
    sample_axes = predictions.ndim - loss.is_multiclass
    results = []
    for order in orders:
        term = derivative(loss, m, order, labels, predictions)
        term = scale(m, term, sample_axes, weights, reduction)
        if order == 0 and reduction != "none":
            term = xp.sum(term)
        results.append(xp.astype(term, dtype, copy=False))
    if out is not None:
        results = _write(out, results)
    return results[0] if len(results) == 1 else tuple(results)


def read_samples(loss: Loss, xp: Any, y_true: Any, y_pred: Any, sample_weight: Any) -> Any:
    """Checked arguments in one floating dtype, with the maths that fits them."""
    device = device_of(xp, y_pred) if hasattr(y_pred, "shape") else None
    y_pred = _real(xp, "y_pred", y_pred, device)
    y_true = _real(xp, "y_true", y_true, device)
    weights = None if sample_weight is None else _real(xp, "sample_weight", sample_weight, device)
    arguments.check_shapes(loss, y_true, y_pred, weights)
    dtype = y_pred.dtype if xp.isdtype(y_pred.dtype, "real floating") else _default_float(xp)
    working = xp.float32 if _is_half(dtype) else dtype
    if not any(is_traced(array) for array in (y_true, y_pred, weights) if array is not None):
        _check_values(loss, y_true, y_pred, weights)
    m = ArrayMaths(xp, working, device)
    labels, predictions = xp.astype(y_true, working), xp.astype(y_pred, working)
    if loss.is_multiclass and labels.ndim < predictions.ndim:
        labels = label_rows(m, labels, predictions.shape[-1])
    weights = None if weights is None else xp.astype(weights, working)
    return m, labels, predictions, weights, dtype


def scale(m: ArrayMaths, term: Any, sample_axes: int, weights: Any, reduction: str) -> Any:
    """Weights and the mean's 1 / N applied to a term whose leading axes count samples."""
    if weights is not None:
        term = weigh(m, weights[(..., *(None,) * (term.ndim - sample_axes))], term)
    if reduction != "mean":
        return term
    return term / (math.prod(term.shape[:sample_axes]) if weights is None else m.xp.sum(weights))


def _real(xp: Any, name: str, value: Any, device: Any) -> Any:
    if not hasattr(value, "dtype"):
        value = xp.asarray(value, device=device)
    if not xp.isdtype(value.dtype, ("real floating", "integral", "bool")) and not _is_half(
        value.dtype
    ):
        raise InputTypeError(f"{name} must hold real numbers, got dtype {value.dtype}.")
    return value


def _is_half(dtype: Any) -> bool:
    """float16 and bfloat16, which the array API standard does not know."""
    return str(dtype).rsplit(".", maxsplit=1)[-1] in ("float16", "bfloat16")


def _default_float(xp: Any) -> Any:
    # float64 as the conventions say; a JAX without 64-bit support gives float32 for it.
    return xp.asarray(0.0, dtype=xp.float64).dtype


def _check_values(loss: Loss, y_true: Any, y_pred: Any, weights: Any) -> None:
    """The rules of the NumPy path; only where one is broken do values leave their device."""
    from lossbook.engine.checked import check_values

    if weights is not None:
        arguments.check_weights(_on_host(weights))
    if loss.is_multiclass or not _all_inside(loss, y_true, y_pred):
        tolerance = arguments.row_sum_tolerance(y_true.dtype, y_pred.dtype)
        check_values(loss, _on_host(y_true), _on_host(y_pred), tolerance)


def _all_inside(loss: Loss, y_true: Any, y_pred: Any) -> bool:
    pairs: Any = ((loss.label_domain, y_true), (loss.prediction_domain, y_pred))
    for domain, array in pairs:
        if not domain.checks_nothing and bool(domain.outside(array).any()):
            return False
    return True


def _on_host(array: Any) -> np.ndarray[Any, Any]:
    from array_api_compat import to_device

    if hasattr(array, "detach"):
        array = array.detach()
    if _is_half(array.dtype):
        array = (
            array.to(dtype=_torch().float32) if hasattr(array, "to") else array.astype("float32")
        )
    return (
        np.asarray(to_device(array, "cpu"))
        if hasattr(array, "__array__")
        else np.from_dlpack(array)
    )


def _torch() -> Any:
    import torch

    return torch


def _write(out: Any, results: list[Any]) -> list[Any]:
    arrays = [array for array in (out if isinstance(out, tuple) else (out,)) if array is not None]
    slots = [position for position, result in enumerate(results) if result.ndim > 0]
    if len(arrays) != len(slots):
        raise InputTypeError(f"out must hold one array per returned array: {len(slots)}.")
    for position, array in zip(slots, arrays, strict=True):
        if array.shape != results[position].shape or array.dtype != results[position].dtype:
            raise InputTypeError(
                f"out must have shape {tuple(results[position].shape)} and dtype "
                f"{results[position].dtype}, got {tuple(array.shape)} and {array.dtype}."
            )
        try:
            array[...] = results[position]
        except TypeError as error:
            raise InputTypeError(f"out cannot be written to: {error}.") from None
        results[position] = array
    return results
