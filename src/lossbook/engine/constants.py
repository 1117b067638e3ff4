"""The best constant prediction: by name where the loss elicits a functional, else by search."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.engine import arguments
from lossbook.engine.libraries import HOME
from lossbook.errors import InputError

if TYPE_CHECKING:
    from lossbook.loss import Loss

# Where a loss is not convex: labels that are tried, and minima that are gone down to.
_STARTS, _DESCENTS = 1000, 20


def optimal_constant(loss: Loss, y_true: Any, sample_weight: Any) -> Any:
    """The constant ``y_pred`` of smallest weighted loss; a row for losses of rows."""
    labels, weights = _read(loss, y_true, sample_weight)
    if loss.functional is not None:
        return loss.constant_from(loss.functional(labels, weights))
    if loss.is_row:
        raise InputError(
            f"{type(loss).__name__} names no functional: the best constant row of scores is not "
            "searched for; give the loss a `functional`."
        )
    if np.isnan(labels).any():
        return math.nan
    mean = _Mean(loss, labels, weights)
    if loss.facts.convex:
        return _sign_change(mean.slope, *_bracket(mean.slope, loss.prediction_domain))
    return _lowest(mean, loss.prediction_domain)


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


@dataclass(frozen=True)
class _Mean:
    """The weighted mean of a loss as a function of a constant prediction."""

    loss: Loss
    labels: Any
    weights: Any

    def value(self, constant: float) -> float:
        return float(self.loss(self.labels, self._filled(constant), sample_weight=self.weights))

    def slope(self, constant: float) -> float:
        slopes = self.loss.gradient(self.labels, self._filled(constant), sample_weight=self.weights)
        return float(np.sum(slopes))

    def _filled(self, constant: float) -> Any:
        return np.full(self.labels.shape, constant)


def _lowest(mean: _Mean, domain: Any) -> float:
    """The lowest minimum that is found from starts at the labels.

    A loss that is not convex may have a minimum close to every label. With more labels than starts,
    those are quantiles of them.
    """
    starts = np.unique(np.clip(mean.labels.astype(np.float64), domain.low, domain.high))
    if len(starts) > _STARTS:
        starts = np.unique(np.quantile(starts, np.linspace(0, 1, _STARTS), method="nearest"))
    costs = np.array([mean.value(start) for start in starts])
    found = []
    for place in np.argsort(costs, kind="stable")[:_DESCENTS]:
        start, slope = starts[place], mean.slope(starts[place])
        # Downhill to the next start: it costs more, so there is a minimum on the way.
        low = starts[max(place - 1, 0)] if slope > 0 else start
        high = starts[min(place + 1, len(starts) - 1)] if slope < 0 else start
        found += [_sign_change(mean.slope, low, high), start]
    return float(min(found, key=mean.value))


def _sign_change(slope: Callable[[float], float], low: float, high: float) -> float:
    """Where a slope goes from below 0 to above, to the last bit."""
    middle = low
    while low < (middle := low + (high - low) / 2) < high:
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return middle


def _bracket(slope: Callable[[float], float], domain: Any) -> tuple[float, float]:
    """Two predictions with the sign change between them; the ends of the domain are the widest."""
    start = min(max(0.0, domain.low), domain.high)
    low = high = start
    step = 1.0
    while low > domain.low and slope(low) > 0:
        low, step = max(domain.low, start - step), 2 * step
    while high < domain.high and slope(high) < 0:
        high, step = min(domain.high, start + step), 2 * step
    return low, high
