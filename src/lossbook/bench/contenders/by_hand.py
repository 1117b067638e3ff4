"""Gradients and Hessians as users of boosters write them down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lossbook.bench.cases import Array

# (y_true, raw predictions) -> gradient and Hessian, for a sum
Function = Callable[[Array, Array], tuple[Array, Array]]


def by_hand(job: dict[str, Any], softmax_factor: Callable[[int], float]) -> Function:
    """With NumPy, of all rows."""

    def squared(y: Array, p: Array) -> tuple[Array, Array]:
        return p - y, np.ones_like(p)

    def logistic(y: Array, z: Array) -> tuple[Array, Array]:
        p = 1 / (1 + np.exp(-z))
        return p - y, p * (1 - p)

    def softmax(y: Array, z: Array) -> tuple[Array, Array]:
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        hessian = softmax_factor(job["classes"]) * p * (1 - p)
        p[np.arange(len(y)), y] -= 1
        return p, hessian

    forms = {"squared_error": squared, "binary_cross_entropy": logistic, "cross_entropy": softmax}
    return forms[job["loss"]]


def row_by_hand(scores: Array, label: float, weight: float) -> tuple[Array, Array]:
    """Of one row of class scores, negated as CatBoost has it."""
    p = np.exp(scores - scores.max())
    p /= p.sum()
    hessian = np.outer(p, p) - np.diag(p)
    slopes = -p
    slopes[int(label)] += 1
    return weight * slopes, weight * hessian
