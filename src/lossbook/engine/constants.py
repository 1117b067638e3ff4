"""The best constant prediction: by name where the loss elicits a functional, else by descent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.engine import arguments
from lossbook.engine.blocks import _MATHS, label_rows
from lossbook.errors import InputError

if TYPE_CHECKING:
    from lossbook.loss import Loss


def optimal_constant(loss: Loss, y_true: Any, sample_weight: Any) -> Any:
    """The constant ``y_pred`` of smallest weighted loss; a row of K scores for class losses."""
    labels, weights = _read(loss, y_true, sample_weight)
    if loss.functional is not None:
        return loss.constant_from(loss.functional(labels, weights))
    return _by_bisection(loss, labels, weights)


def _read(loss: Loss, y_true: Any, sample_weight: Any) -> tuple[Any, Any]:
    labels = arguments.real_array("y_true", y_true)
    if labels.size == 0:
        raise InputError("y_true is empty.", argument="y_true")
    weights = None
    if sample_weight is not None:
        weights = arguments.real_array("sample_weight", sample_weight)
        arguments.check_weights(weights)
        weights = weights.reshape(-1).astype(np.float64)
    if not loss.is_multiclass:
        arguments.check_domain("y_true", loss.label_domain, labels)
        labels = labels.reshape(-1)
    elif labels.ndim == 1:
        classes = max(2, int(np.max(labels)) + 1)
        arguments.check_class_indices(labels, classes)
        labels = label_rows(_MATHS, labels, classes)
    else:
        arguments.check_probability_rows(labels, arguments.row_sum_tolerance(labels.dtype))
        labels = labels.reshape(-1, labels.shape[-1])
    if weights is not None and len(weights) != len(labels):
        raise InputError(
            f"sample_weight has {len(weights)} entries for {len(labels)} labels.",
            argument="sample_weight",
        )
    if weights is not None and not weights.all():
        # A sample of weight 0 counts for nothing, even where its label is missing.
        labels, weights = labels[weights > 0], weights[weights > 0]
    return labels, weights


def _by_bisection(loss: Loss, labels: Any, weights: Any) -> float:
    """Where the mean gradient of a convex loss changes sign, to the last bit."""
    name = type(loss).__name__
    if loss.is_multiclass:
        raise InputError(
            f"{name} names no functional: the best constant row of scores is not searched for; "
            "give the loss a `functional`."
        )
    if not loss.facts.convex:
        raise InputError(
            f"{name} is not convex and names no functional: its best constant cannot be found by "
            "bisection."
        )

    def slope(constant: float) -> float:
        predictions = np.full(labels.shape, constant)
        return float(
            np.sum(loss.gradient(labels, predictions, sample_weight=weights, reduction="mean"))
        )

    low, high = _bracket(slope, loss.prediction_domain)
    while low < (middle := low + (high - low) / 2) < high:
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return middle


def _bracket(slope: Any, domain: Any) -> tuple[float, float]:
    """Two predictions with the sign change between them; the ends of the domain are the widest."""
    start = min(max(0.0, domain.low), domain.high)
    if math.isnan(slope(start)):
        return math.nan, math.nan
    low = high = start
    step = 1.0
    while low > domain.low and slope(low) > 0:
        low, step = max(domain.low, start - step), 2 * step
    while high < domain.high and slope(high) < 0:
        high, step = min(domain.high, start + step), 2 * step
    return low, high
