"""The whole Hessian of class losses, one K x K block per sample, and its product with a vector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.engine import arguments, checked, foreign
from lossbook.engine.blocks import label_rows
from lossbook.engine.libraries import namespace_of
from lossbook.errors import InputError
from lossbook.maths.arrays import ArrayMaths

if TYPE_CHECKING:
    from lossbook.families import ScoresLoss


def full_hessian(
    loss: ScoresLoss, y_true: Any, y_pred: Any, sample_weight: Any, reduction: str
) -> Any:
    m, labels, scores, weights, dtype = _read(loss, y_true, y_pred, sample_weight, reduction)
    with np.errstate(all="ignore"):
        matrix = loss.hessian_matrix(m, labels, scores)
        matrix = m.where(_missing(m, labels, scores)[..., None], float("nan"), matrix)
        matrix = foreign.scale(m, matrix, scores.ndim - 1, weights, reduction)
    return m.xp.astype(matrix, dtype, copy=False)


def hessian_vector_product(
    loss: ScoresLoss, y_true: Any, y_pred: Any, vector: Any, sample_weight: Any, reduction: str
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


def _read(loss: ScoresLoss, y_true: Any, y_pred: Any, sample_weight: Any, reduction: str) -> Any:
    arguments.check_reduction(reduction)
    xp = namespace_of(y_true=y_true, y_pred=y_pred, sample_weight=sample_weight)
    if xp is not np:
        return foreign.read_samples(loss, xp, y_true, y_pred, sample_weight)
    samples = checked.read_samples(loss, y_true, y_pred, sample_weight)
    checked.check_values(loss, samples.y_true, samples.y_pred, samples.row_sum_tolerance)
    m = ArrayMaths(np, np.dtype(np.float64))
    labels, scores = samples.y_true.astype(np.float64), samples.y_pred.astype(np.float64)
    if labels.ndim < scores.ndim:
        labels = label_rows(m, labels, scores.shape[-1])
    weights = None if samples.sample_weight is None else samples.sample_weight.astype(np.float64)
    return m, labels, scores, weights, samples.dtype


def _missing(m: ArrayMaths, labels: Any, scores: Any) -> Any:
    return m.xp.any(m.xp.isnan(labels) | m.xp.isnan(scores), axis=-1, keepdims=True)
