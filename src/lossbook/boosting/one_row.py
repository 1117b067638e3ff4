"""Gradient and Hessian of a single row, for a library that asks for nothing else.

A call of a loss checks its arguments, which takes several times as long as the formulas of one row:
here the formulas go alone, on labels that were checked before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lossbook.boosting.probes import facts_of
from lossbook.engine.libraries import HOME
from lossbook.losses.multiclass.cross_entropy import CrossEntropy

# From an array with the label of a row, and the row in an array of one, to both of it.
OneRow = Callable[[Any, Any], tuple[Any, Any]]


def one_row(loss: Any, curvature: str) -> OneRow | None:
    """Gradient and matrix of a row loss; None where the curvature is more than a formula."""
    if not loss.is_row:
        return None
    if curvature == "exact":
        if isinstance(loss, CrossEntropy):
            return lambda y_true, raw: _of_softmax(loss, y_true, raw)
        return lambda y_true, raw: _exact(loss, y_true, raw)
    if curvature in ("unit", "bound"):
        largest = 1.0 if curvature == "unit" else facts_of(loss).smoothness
        return lambda y_true, raw: (_gradient(loss, y_true, raw)[1], _diagonal(largest, raw))
    return None


def _exact(loss: Any, y_true: Any, raw: Any) -> tuple[Any, Any]:
    labels, gradient = _gradient(loss, y_true, raw)
    with np.errstate(all="ignore"):
        return gradient, loss.hessian_matrix(HOME, labels, raw)[0]


def _gradient(loss: Any, y_true: Any, raw: Any) -> tuple[Any, Any]:
    with np.errstate(all="ignore"):
        labels = loss.label_domain.terms(HOME, y_true, raw.shape)
        return labels, (loss.derivative(HOME, 1, labels, raw) + 0 * raw)[0]


def _diagonal(value: float, raw: Any) -> Any:
    return np.diag(np.full(raw.shape[-1], value))


def _of_softmax(loss: Any, y_true: Any, raw: Any) -> tuple[Any, Any]:
    """By the compiled kernel, and the matrix at a tenth of what any loss's takes."""
    gradient = loss.gradient(y_true, raw, reduction="sum")[0]
    with np.errstate(invalid="ignore"):
        shares = np.exp(raw[0] - np.maximum.reduce(raw[0]))
    shares /= np.add.reduce(shares)
    matrix = -np.multiply.outer(shares, shares)
    matrix.flat[:: len(shares) + 1] += shares
    return gradient, matrix
