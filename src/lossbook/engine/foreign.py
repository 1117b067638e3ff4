"""Arrays of other libraries: the reference formulas, on their device, in their dtype."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.engine import arguments, outputs
from lossbook.engine.blocks import weigh
from lossbook.engine.ignoring import without_ignored
from lossbook.engine.libraries import (
    default_float,
    derivative,
    device_of,
    is_foreign,
    is_traced,
    on_host,
)
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
    sample_axes = predictions.ndim - loss.is_row
    shape = arguments.shape_of(predictions)
    shapes = outputs.expected_outputs(want, shape[:sample_axes], shape, reduction)
    inputs = {"y_true": y_true, "y_pred": y_pred, "sample_weight": sample_weight}
    targets = outputs.read_out(out, shapes, dtype, inputs, xp)
    results = []
    for order in (order for order in range(3) if want >> order & 1):
        if "torch" in xp.__name__:  # whose compiler cannot trace NumPy's settings
            term = derivative(loss, m, order, labels, predictions)
        else:
            with np.errstate(all="ignore"):  # of libraries that are NumPy underneath
                term = derivative(loss, m, order, labels, predictions)
        term = scale(m, term, sample_axes, weights, reduction)
        if order == 0 and reduction != "none":
            term = xp.sum(term)
        results.append(xp.astype(term, dtype, copy=False))
    for position, target in enumerate(targets):
        if target is not None:
            target[...] = results[position]
            results[position] = target
    return results[0] if len(results) == 1 else tuple(results)


def read_samples(loss: Loss, xp: Any, y_true: Any, y_pred: Any, sample_weight: Any) -> Any:
    """Checked arguments in one floating dtype, with the maths that fits them."""
    given = next(array for array in (y_pred, y_true, sample_weight) if is_foreign(array))
    device = device_of(xp, given)
    y_pred = real_array(xp, "y_pred", y_pred, device)
    y_true = real_array(xp, "y_true", y_true, device)
    weights = None
    if sample_weight is not None:
        weights = real_array(xp, "sample_weight", sample_weight, device)
    arguments.check_shapes(loss, y_true, y_pred, weights)
    dtype = y_pred.dtype if xp.isdtype(y_pred.dtype, "real floating") else default_float(xp)
    m = ArrayMaths(xp, working_dtype(xp, dtype), device)
    y_true, weights = without_ignored(loss, m, y_true, y_pred.ndim, weights)
    if not any(is_traced(array) for array in (y_true, y_pred, weights) if array is not None):
        _check_values(loss, m, y_true, y_pred, weights)
    labels, predictions = xp.astype(y_true, m.dtype), xp.astype(y_pred, m.dtype)
    if loss.is_row:
        labels = loss.label_domain.terms(m, labels, predictions.shape)
    weights = None if weights is None else xp.astype(weights, m.dtype)
    return m, labels, predictions, weights, dtype


def scale(m: ArrayMaths, term: Any, sample_axes: int, weights: Any, reduction: str) -> Any:
    """Weights and the mean's 1 / N applied to a term whose leading axes count samples."""
    if weights is not None:
        term = weigh(m, weights[(..., *(None,) * (term.ndim - sample_axes))], term)
    if reduction != "mean":
        return term
    return term / (math.prod(term.shape[:sample_axes]) if weights is None else m.xp.sum(weights))


def working_dtype(xp: Any, dtype: Any) -> Any:
    """What is computed in: float16 and bfloat16 go through float32."""
    return xp.float32 if xp.finfo(dtype).bits < 32 else dtype


def real_array(xp: Any, name: str, value: Any, device: Any) -> Any:
    """The argument as an array of ``xp`` that holds real numbers."""
    if not is_foreign(value):
        # NumPy finds the words for what is wrong with a list.
        value = xp.asarray(arguments.real_array(name, value).tolist(), device=device)
    if not xp.isdtype(value.dtype, ("real floating", "integral", "bool")):
        raise InputTypeError(f"{name} must hold real numbers, got dtype {value.dtype}.")
    if xp.isdtype(value.dtype, "real floating") and xp.finfo(value.dtype).bits < 16:
        raise InputTypeError(
            f"{name} has dtype {value.dtype}, which no library computes in: convert it to float32."
        )
    return value


def _check_values(loss: Loss, m: ArrayMaths, y_true: Any, y_pred: Any, weights: Any) -> None:
    """The rules of the NumPy path; only where one seems broken do values leave their device."""
    from lossbook.engine.checked import check_values

    if weights is not None and not _good_weights(m.xp, _floating(m, weights)):
        arguments.check_weights(on_host(weights))
    tolerance = arguments.row_sum_tolerance(y_true.dtype, y_pred.dtype)
    if not _all_inside(loss, m, _floating(m, y_true), _floating(m, y_pred), tolerance):
        check_values(loss, on_host(y_true), on_host(y_pred), tolerance)


def _floating(m: ArrayMaths, array: Any) -> Any:
    """Integers and booleans as floats, since not every library compares them with numbers."""
    return array if m.xp.isdtype(array.dtype, "real floating") else m.xp.astype(array, m.dtype)


def _good_weights(xp: Any, weights: Any) -> bool:
    total = xp.sum(weights)
    return bool(xp.all(weights >= 0) & (total > 0) & xp.isfinite(total))


def _all_inside(loss: Loss, m: ArrayMaths, y_true: Any, y_pred: Any, tolerance: float) -> bool:
    domain = loss.prediction_domain
    if not domain.checks_nothing and bool(m.xp.any(domain.outside(y_pred))):
        return False
    # Half the tolerance, since a row's sum is rounded: what is close to it is judged on the host.
    breaches = loss.label_domain.breaches(m, y_true, y_pred.shape, tolerance / 2)
    return not any(bool(m.xp.any(breach.where)) for breach in breaches)
