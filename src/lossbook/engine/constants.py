"""The best constant prediction: by name where the loss elicits a functional, else by search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.engine import arguments
from lossbook.engine.ignoring import without_ignored
from lossbook.engine.libraries import HOME
from lossbook.engine.minima import minimum
from lossbook.engine.row_constants import best_row
from lossbook.engine.score_constants import best_scores
from lossbook.errors import InputError

if TYPE_CHECKING:
    from lossbook.loss import Loss


def optimal_constant(loss: Loss, y_true: Any, sample_weight: Any) -> Any:
    """The constant ``y_pred`` of smallest weighted loss; a row for losses of rows."""
    labels, weights = _read(loss, y_true, sample_weight)
    if loss.functional is not None:
        return loss.constant_from(loss.functional(labels, weights))
    if loss.is_row:
        row_loss: Any = loss
        of_classes = loss.link.name == "softmax" or "from_logits" in loss.parameters
        return (best_scores if of_classes else best_row)(row_loss, labels, weights)
    return minimum(loss, labels, weights)


def _read(loss: Loss, y_true: Any, sample_weight: Any) -> tuple[Any, Any]:
    labels = arguments.real_array("y_true", y_true)
    if labels.size == 0:
        raise InputError("y_true is empty.", argument="y_true")
    weights = None
    if sample_weight is not None:
        weights = arguments.real_array("sample_weight", sample_weight)
    labels, weights = without_ignored(loss, HOME, labels, max(labels.ndim, 2), weights)
    if weights is not None:
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
