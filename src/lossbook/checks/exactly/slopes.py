"""Slopes of a function by the prediction, each with how far it may be off.

With exact numbers differences are exact but for digits that nobody reads. A function that cannot be
run exactly is differentiated by a complex step, where it takes complex numbers and the result
agrees with real differences; else by differences, extrapolated (Ridders), with the error that they
show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from lossbook.checks.exactly.numbers import NotExactError
from lossbook.checks.subjects.calling import quietly
from lossbook.checks.subjects.subject import FunctionsSubject, Subject

Array = np.ndarray[Any, Any]

DIGITS = 560  # a difference of 1 + exp(-1000) by such a step keeps 60 of them
_STEP = 60  # digits of the step, relative to the prediction
EXACT, COMPLEX, REAL = "exact differences", "complex step", "extrapolated differences"


@dataclass(frozen=True)
class Slopes:
    """Slopes, and what is known of their errors (0 where exact), in the shape of predictions."""

    numbers: Array
    errors: Array
    how: str


def slopes(subject: Subject, output: str, y_true: Array, y_pred: Array) -> Slopes:
    """The derivatives of one output by the predictions; of a gradient of rows, the diagonal."""
    try:
        numbers = _exactly(subject, output, y_true, y_pred)
    except (NotExactError, TypeError, AttributeError, ValueError, OverflowError):
        return _in_floats(subject, output, y_true, y_pred)
    return Slopes(numbers, np.zeros(numbers.shape), EXACT)


def exact_numbers(numbers: Array) -> Array:
    """Floats as mpmath numbers."""
    return np.asarray(np.frompyfunc(lambda number: mpmath.mpf(float(number)), 1, 1)(numbers))


def _exactly(subject: Subject, output: str, y_true: Array, y_pred: Array) -> Array:
    with mpmath.workdps(DIGITS):
        p = exact_numbers(y_pred)
        labels = y_true if y_true.dtype.kind == "i" else exact_numbers(y_true)
        sizes = np.frompyfunc(lambda x: abs(x) or mpmath.mpf(1), 1, 1)(p)
        step = sizes * mpmath.mpf(10) ** -_STEP
        return _along_each(
            p, output, lambda at: subject.exactly(output, labels, at), step, 2 * step
        )


def _along_each(p: Array, output: str, function: Any, step: Array, width: Array) -> Array:
    """Central differences; of rows, one class at a time."""
    if p.ndim == 1:
        return np.asarray((function(p + step) - function(p - step)) / width)
    columns = []
    for place in range(p.shape[1]):
        moved = np.zeros(p.shape, dtype=p.dtype)
        moved[:, place] = step[:, place]
        rise = function(p + moved) - function(p - moved)
        columns.append((rise if output == "value" else rise[:, place]) / width[:, place])
    return np.stack(columns, axis=1)


def _in_floats(subject: Subject, output: str, y_true: Array, y_pred: Array) -> Slopes:
    real = _ridders(subject, output, y_true, y_pred)
    imaginary = _complex_step(subject, output, y_true, y_pred)
    if imaginary is not None:
        known = np.isfinite(real.numbers) & np.isfinite(imaginary)
        off = np.abs(imaginary - real.numbers) > 10 * real.errors
        if known.any() and not (off & known).any():
            return Slopes(imaginary, np.abs(imaginary) * 1e-12, COMPLEX)
    return real


def _complex_step(subject: Subject, output: str, y_true: Array, y_pred: Array) -> Array | None:
    """f(p + ih) / ih, without a difference that could cancel."""
    if not isinstance(subject, FunctionsSubject) or y_pred.ndim > 1:
        return None
    step = 1e-200
    try:
        result = np.asarray(
            quietly(subject.functions[output].function, y_true, y_pred + 1j * step), complex
        )
    except Exception:
        return None
    return result.imag / step if result.shape == y_pred.shape else None


def _ridders(subject: Subject, output: str, y_true: Array, y_pred: Array) -> Slopes:
    """Central differences over halved steps, extrapolated; of two first steps the better one."""
    room = _room(subject, y_pred)
    found = [_tableau(subject, output, y_true, y_pred, first * room) for first in (0.3, 0.01)]
    better = found[1].errors < found[0].errors
    return Slopes(
        np.where(better, found[1].numbers, found[0].numbers),
        np.where(better, found[1].errors, found[0].errors),
        REAL,
    )


def _room(subject: Subject, y_pred: Array) -> Array:
    """How far a step may go: as far as the prediction is large, and not out of the domain."""
    room = np.minimum(np.maximum(np.abs(y_pred), 1e-3), 1.0)
    for end in (subject.prediction_domain.low, subject.prediction_domain.high):
        if np.isfinite(end):
            room = np.minimum(room, np.abs(y_pred - end))
    return room


def _tableau(
    subject: Subject, output: str, y_true: Array, y_pred: Array, first: Array, rounds: int = 6
) -> Slopes:
    results = subject.compute(output, y_true, y_pred)
    # An objective may round to what its booster reads.
    is_narrow = results.dtype in (np.float16, np.float32)
    eps = np.finfo(results.dtype if is_narrow else float).eps
    size = np.abs(results).astype(float)
    size = size if size.shape == y_pred.shape else size.reshape(-1, *[1] * (y_pred.ndim - 1))
    best, errors = np.full(y_pred.shape, np.nan), np.full(y_pred.shape, np.inf)
    above: list[Array] = []
    for turn in range(rounds):
        step = first / 2**turn
        row = [
            _along_each(
                y_pred, output, lambda at: subject.compute(output, y_true, at), step, 2 * step
            )
        ]
        for order, old in enumerate(above, start=1):
            factor = 4.0**order
            row.append((factor * row[-1] - old) / (factor - 1))
        rounding = 4 * eps * size / step
        for new, old in zip(row[1:], above, strict=True):
            error = np.maximum(np.abs(new - old), np.abs(new - row[-2])) + rounding
            better = error < errors
            best, errors = np.where(better, new, best), np.where(better, error, errors)
        above = row
    return Slopes(best, errors, REAL)
