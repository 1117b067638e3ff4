"""The best constant prediction: by name where the loss elicits a functional, else by descent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.engine import arguments
from lossbook.engine.libraries import HOME
from lossbook.errors import InputError

if TYPE_CHECKING:
    from lossbook.loss import Loss


def optimal_constant(loss: Loss, y_true: Any, sample_weight: Any) -> Any:
    """The constant ``y_pred`` of smallest weighted loss; a row for losses of rows."""
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
    shape = _shape_of_predictions(loss, labels)
    tolerance = arguments.row_sum_tolerance(labels.dtype)
    arguments.check_breaches("y_true", loss.label_domain.breaches(HOME, labels, shape, tolerance))
    if loss.is_row:
        labels = loss.label_domain.terms(HOME, labels.astype(np.float64), shape)
        labels = labels.reshape(-1, labels.shape[-1])
    if not loss.is_row or labels.shape[-1] == 1:
        labels = labels.reshape(-1)
    if weights is not None and len(weights) != len(labels):
        raise InputError(
            f"sample_weight has {len(weights)} entries for {len(labels)} labels.",
            argument="sample_weight",
        )
    if weights is not None and not weights.all():
        # A sample of weight 0 counts for nothing, even where its label is missing.
        labels, weights = labels[weights > 0], weights[weights > 0]
    return labels, weights


def _shape_of_predictions(loss: Loss, labels: Any) -> tuple[int, ...]:
    """The shape of the predictions that such labels belong to."""
    if not loss.is_row:
        return tuple(labels.shape)
    columns = loss.columns.count or loss.label_domain.columns_of(labels, loss.columns.fewest)
    is_row = loss.label_domain.layouts[-1].is_row and labels.ndim > 1
    return (*(labels.shape[:-1] if is_row else labels.shape), columns)


def _by_bisection(loss: Loss, labels: Any, weights: Any) -> float:
    """Where the mean gradient of a convex loss changes sign, to the last bit."""
    name = type(loss).__name__
    if loss.is_row:
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
