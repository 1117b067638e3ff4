"""Slopes of every entry of a row's gradient by every score."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

from lossbook.checks.exactly.slopes import exact_numbers
from lossbook.checks.subjects.subject import LossSubject, Subject

Array = np.ndarray[Any, Any]

_DIGITS = 60
_STEP = 20


def jacobians(subject: Subject, y_true: Array, y_pred: Array) -> Array:
    """Of each row, the matrix of d gradient_j / d score_k."""
    with mpmath.workdps(_DIGITS):
        p, step = exact_numbers(y_pred), mpmath.mpf(10) ** -_STEP
        labels = _labels(y_true)
        columns = []
        for place in range(y_pred.shape[1]):
            moved = np.zeros(p.shape, dtype=object)
            moved[:, place] = step
            above, below = (subject.exactly("gradient", labels, p + s * moved) for s in (1, -1))
            columns.append((above - below) / (2 * step))
        return np.stack(columns, axis=2).astype(float)


def stated_matrices(subject: LossSubject, y_true: Array, y_pred: Array) -> Array:
    """The same as the loss's own ``hessian_matrix`` gives them, through the public call."""
    loss: Any = subject.loss
    return np.asarray(loss.full_hessian(y_true, y_pred, reduction="none"))


def _labels(y_true: Array) -> Array:
    return y_true if y_true.dtype.kind == "i" else exact_numbers(y_true)
