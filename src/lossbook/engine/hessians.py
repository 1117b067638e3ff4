"""The whole Hessian of row losses, one K x K block per sample, and its product with a vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.engine import arguments, checked, foreign
from lossbook.engine.libraries import HOME, namespace_of
from lossbook.errors import InputError
from lossbook.maths import compensated
from lossbook.maths.arrays import ArrayMaths

if TYPE_CHECKING:
    from lossbook.families import RowLoss


def row_matrix(
    loss: RowLoss,
    formula: Callable[..., Any],
    y_true: Any,
    y_pred: Any,
    sample_weight: Any,
    reduction: str,
) -> Any:
    """What a formula of the loss gives as a matrix per row, weighed and reduced like a Hessian."""
    m, labels, scores, weights, dtype = _read(loss, y_true, y_pred, sample_weight, reduction)
    with np.errstate(all="ignore"):
        matrix = formula(m, labels, scores)
        matrix = m.where(_missing(m, labels, scores)[..., None], float("nan"), matrix)
        matrix = foreign.scale(m, matrix, scores.ndim - 1, weights, reduction)
    return m.xp.astype(matrix, dtype, copy=False)


def whole_hessian(
    loss: RowLoss, y_true: Any, y_pred: Any, sample_weight: Any, reduction: str
) -> Any:
    """The matrix of each row, whose diagonal is what the other calls give."""

    def formula(m: ArrayMaths, labels: Any, scores: Any) -> Any:
        matrix = loss.hessian_matrix(m, labels, scores)
        if m is HOME and loss.compensated:
            matrix = m.diagonal(compensated.derivative(loss, m, 2, labels, scores), matrix)
        return matrix

    return row_matrix(loss, formula, y_true, y_pred, sample_weight, reduction)


def hessian_vector_product(
    loss: RowLoss, y_true: Any, y_pred: Any, vector: Any, sample_weight: Any, reduction: str
) -> Any:
    arguments.check_reduction(reduction)
    namespace_of(y_true=y_true, y_pred=y_pred, vector=vector, sample_weight=sample_weight)
    m, labels, scores, weights, dtype = _read(loss, y_true, y_pred, sample_weight, reduction)
    if m.xp is np:
        vector = arguments.real_array("vector", vector)
    else:
        vector = foreign.real_array(m.xp, "vector", vector, m.device)
    if tuple(vector.shape) != tuple(scores.shape):
        raise InputError(
            f"vector has shape {tuple(vector.shape)}, expected {tuple(scores.shape)}: that of "
            "y_pred.",
            argument="vector",
        )
    vector = m.xp.astype(vector, m.dtype)
    with np.errstate(all="ignore"):
        product = loss.hessian_product(m, labels, scores, vector)
        product = m.where(_missing(m, labels, scores), float("nan"), product)
        product = foreign.scale(m, product, scores.ndim - 1, weights, reduction)
    return m.xp.astype(product, dtype, copy=False)


def _read(loss: RowLoss, y_true: Any, y_pred: Any, sample_weight: Any, reduction: str) -> Any:
    arguments.check_reduction(reduction)
    xp = namespace_of(y_true=y_true, y_pred=y_pred, sample_weight=sample_weight)
    if xp is not np:
        return foreign.read_samples(loss, xp, y_true, y_pred, sample_weight)
    samples = checked.read_samples(loss, y_true, y_pred, sample_weight)
    checked.check_values(loss, samples.y_true, samples.y_pred, samples.row_sum_tolerance)
    labels, scores = samples.y_true.astype(np.float64), samples.y_pred.astype(np.float64)
    labels = loss.label_domain.terms(HOME, labels, scores.shape)
    weights = None if samples.sample_weight is None else samples.sample_weight.astype(np.float64)
    return HOME, labels, scores, weights, samples.dtype


def _missing(m: ArrayMaths, labels: Any, scores: Any) -> Any:
    return m.xp.any(m.xp.isnan(labels) | m.xp.isnan(scores), axis=-1, keepdims=True)
