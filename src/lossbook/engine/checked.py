"""The path with every check: arguments are read, prepared and, where they are wrong, explained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.engine import arguments, blocks, foreign, outputs
from lossbook.engine.ignoring import without_ignored
from lossbook.engine.libraries import HOME, namespace_of

if TYPE_CHECKING:
    from lossbook.loss import Loss

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Samples:
    """Checked arguments as native C-ordered NumPy arrays, and the dtype that results get."""

    y_true: Array
    y_pred: Array
    sample_weight: Array | None
    dtype: np.dtype[Any]
    row_sum_tolerance: float


def evaluate_checked(
    loss: Loss,
    want: int,
    y_true: Any,
    y_pred: Any,
    sample_weight: Any,
    reduction: str,
    out: Any,
) -> Any:
    arguments.check_reduction(reduction)
    xp = namespace_of(y_true=y_true, y_pred=y_pred, sample_weight=sample_weight)
    if xp is not np:
        return foreign.evaluate(loss, xp, want, y_true, y_pred, sample_weight, reduction, out)
    samples = read_samples(loss, y_true, y_pred, sample_weight)
    value_shape = samples.y_pred.shape[: -1 if loss.is_row else None]
    inputs = {"y_true": y_true, "y_pred": y_pred, "sample_weight": sample_weight}
    shapes = outputs.expected_outputs(want, value_shape, samples.y_pred.shape, reduction)
    targets = outputs.read_out(out, shapes, samples.dtype, inputs)
    results = list(_compute(loss, want, samples, reduction))
    for position, target in enumerate(targets):
        if target is not None:
            target[...] = results[position]
            results[position] = target
    return results[0] if len(results) == 1 else tuple(results)


def read_samples(loss: Loss, y_true: Any, y_pred: Any, sample_weight: Any) -> Samples:
    """The arguments as arrays that the kernels take, shapes and weights checked."""
    labels = arguments.real_array("y_true", y_true)
    predictions = arguments.real_array("y_pred", y_pred)
    weights = None
    if sample_weight is not None:
        weights = arguments.real_array("sample_weight", sample_weight)
    arguments.check_shapes(loss, labels, predictions, weights)
    labels, weights = without_ignored(loss, HOME, labels, predictions.ndim, weights)
    if weights is not None:
        arguments.check_weights(weights)
        weights = _native(weights)
    dtype = predictions.dtype if predictions.dtype.kind == "f" else np.dtype(np.float64)
    working = np.promote_types(dtype, np.float32)
    return Samples(
        _native(labels),
        _native(predictions, working),
        weights,
        dtype.newbyteorder("="),
        arguments.row_sum_tolerance(labels.dtype, predictions.dtype),
    )


def _native(array: Array, dtype: Any = None) -> Array:
    """Aligned, in C order and native bytes; float16 and integers become what is computed in."""
    chosen = array.dtype.newbyteorder("=") if dtype is None else dtype
    if chosen == np.float16:
        chosen = np.dtype(np.float32)
    return np.require(array, chosen, ["C", "ALIGNED", "ENSUREARRAY"])


def _compute(loss: Loss, want: int, samples: Samples, reduction: str) -> tuple[Any, ...]:
    y_true, y_pred, weight = samples.y_true, samples.y_pred, samples.sample_weight
    results: Any = NotImplemented
    if loss._kernel is not None:
        results = loss._kernel(want, y_true, y_pred, weight, reduction, None)
    if results is NotImplemented:
        check_values(loss, y_true, y_pred, samples.row_sum_tolerance)
        results = blocks.evaluate(loss, want, y_true, y_pred, weight, reduction)
    if not isinstance(results, tuple):
        results = (results,)
    with np.errstate(over="ignore"):  # a float16 result may be infinite like any other
        return tuple(
            result.astype(samples.dtype, copy=False) if isinstance(result, np.ndarray) else result
            for result in results
        )


def check_values(loss: Loss, y_true: Array, y_pred: Array, row_sum_tolerance: float) -> None:
    """Labels and predictions inside their domains, or an error with the first that is not."""
    breaches = loss.label_domain.breaches(HOME, y_true, y_pred.shape, row_sum_tolerance)
    arguments.check_breaches("y_true", breaches)
    arguments.check_domain("y_pred", loss.prediction_domain, y_pred)
