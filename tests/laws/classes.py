"""Losses of a row of class scores: an index is its one-hot row, and the Hessian is a matrix."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

import lossbook as lb
from laws.collection import law
from lossbook.checks.sampling import Samples, class_labels, ordinary, terms_of, weights
from lossbook.checks.truth import as_rows, exact
from lossbook.domains import ClassLabels
from lossbook.maths.oracle import ORACLE

DTYPES = (np.float32, np.float64)


@law
def an_index_is_its_one_hot_row(loss: lb.Loss) -> None:
    if not isinstance(loss.label_domain, ClassLabels):
        return
    for dtype in DTYPES:
        bound = np.array([loss.accuracy.value, loss.accuracy.gradient, loss.accuracy.hessian])
        y_pred = ordinary(loss, 1500, dtype, seed=71)[0].y_pred
        labels = class_labels(np.random.default_rng(72), 1500, y_pred.shape[1])
        index, rows = (
            loss.value_gradient_hessian(labels[kind], y_pred, reduction="none")
            for kind in ("index", "one-hot")
        )
        for one, other, ulps in zip(index, rows, 2 * bound, strict=True):
            np.testing.assert_allclose(one, other, rtol=ulps * np.finfo(dtype).eps, atol=0)


@law
def the_whole_hessian_has_the_diagonal_and_the_product(loss: lb.Loss) -> None:
    if not isinstance(loss, lb.RowLoss):
        return
    for samples in ordinary(loss, 300, seed=73):
        vector = np.random.default_rng(74).normal(size=samples.y_pred.shape)
        for w in (None, weights(300)):
            for reduction in ("none", "sum", "mean"):
                more: dict[str, Any] = {"sample_weight": w, "reduction": reduction}
                matrix = loss.full_hessian(samples.y_true, samples.y_pred, **more)
                product = loss.hessian_vector_product(
                    samples.y_true, samples.y_pred, vector, **more
                )
                diagonal = loss.hessian(samples.y_true, samples.y_pred, **more)
                assert matrix.shape == (*samples.y_pred.shape, samples.y_pred.shape[-1])
                np.testing.assert_array_equal(matrix, matrix.swapaxes(-1, -2))
                np.testing.assert_allclose(
                    np.diagonal(matrix, axis1=-2, axis2=-1), diagonal, rtol=1e-14, atol=0
                )
                direct = np.einsum("nij,nj->ni", matrix, vector)
                room = 1e-13 * np.einsum("nij,nj->ni", abs(matrix), abs(vector))
                room += 1e-13 * _sizes(loss, samples, w, reduction) * abs(vector).max()
                room += np.finfo(float).smallest_normal  # subnormal numbers have few digits
                assert (abs(direct - product) <= room).all(), loss
        _check_definite(loss, samples)


@law
def the_whole_hessian_is_the_slope_of_the_gradient(loss: lb.Loss) -> None:
    if not isinstance(loss, lb.RowLoss):
        return
    for samples in ordinary(loss, 8, seed=76):
        matrix = loss.full_hessian(samples.y_true, samples.y_pred, reduction="none")
        with mpmath.workdps(60):
            exactly = loss.over(ORACLE)
            predictions = exact(samples.y_pred)
            labels = as_rows(loss, exact(samples.y_true), predictions)
            slopes = np.asarray(
                [_jacobian(exactly, y, p) for y, p in zip(labels, predictions, strict=True)]
            )
        # Entries of a row differ in size; those that cancel are relative to the largest.
        size = abs(slopes).max(axis=(1, 2), keepdims=True)
        assert (abs(matrix - slopes) <= 1e-12 * size).all(), loss


def _jacobian(loss: lb.Loss, y: Any, p: Any) -> Any:
    step = mpmath.mpf(10) ** -20
    columns = []
    for place in range(len(p)):
        moved = [p.copy(), p.copy()]
        moved[0][place] -= step
        moved[1][place] += step
        below, above = (loss.derivative(ORACLE, 1, y, row) for row in moved)
        columns.append(((above - below) / (2 * step)).astype(float))
    return np.stack(columns, axis=-1)


def _sizes(loss: lb.RowLoss, samples: Samples, w: Any, reduction: str) -> Any:
    """What the diagonal is the sum of, in the units of the reduction."""
    each = np.ones(len(samples)) if w is None else w
    return terms_of(loss, samples, 2) * (each / (each.sum() if reduction == "mean" else 1))[:, None]


def _check_definite(loss: lb.RowLoss, samples: Samples) -> None:
    if loss.facts.convex:
        matrix = loss.full_hessian(samples.y_true, samples.y_pred, reduction="none")
        eigenvalues = np.linalg.eigvalsh(matrix)
        largest = np.maximum(abs(eigenvalues).max(axis=-1), terms_of(loss, samples, 2).max(axis=-1))
        assert (eigenvalues[:, 0] >= -1e-14 * largest).all(), loss


@law
def classes_may_be_renamed(loss: lb.Loss) -> None:
    if not isinstance(loss.label_domain, ClassLabels) or loss.columns.count:
        return  # no classes, or each with a weight of its own
    order = np.array([2, 0, 3, 1])
    for samples in ordinary(loss, 400, seed=75):
        if samples.y_true.ndim == 1:
            renamed = np.argsort(order)[samples.y_true]
        else:
            renamed = samples.y_true[:, order]
        plain = loss.value_gradient_hessian(samples.y_true, samples.y_pred, reduction="none")
        other = loss.value_gradient_hessian(renamed, samples.y_pred[:, order], reduction="none")
        assert (abs(other[0] - plain[0]) <= 1e-14 * terms_of(loss, samples, 0)).all(), loss
        room = 1e-14 * terms_of(loss, samples, 2)[:, order]
        assert (abs(other[2] - plain[2][:, order]) <= room).all(), loss
