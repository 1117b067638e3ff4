"""The true results of what is checked, by the best means that it allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from lossbook.checks.exactly.numbers import NotExactError
from lossbook.checks.exactly.slopes import DIGITS, exact_numbers
from lossbook.checks.sampling import Samples
from lossbook.checks.subjects.subject import Subject

Array = np.ndarray[Any, Any]

# What a function may raise when it meets numbers that it was not written for.
REFUSALS = (NotExactError, TypeError, AttributeError, ValueError, OverflowError, KeyError)

# Where true results are known from.
EXACTLY = f"the same function at {DIGITS} digits"
LONG_DOUBLE = "the same function in long double"
NEIGHBOURS = "results nearby: it runs in double precision alone"

# Below this no function that is made of exponentials can truly be infinite.
_NEAR = 100.0


@dataclass(frozen=True)
class Truth:
    """True results, where they are known, and in words where from."""

    numbers: Array
    is_known: Array
    source: str
    is_exact: bool


def truth_of(subject: Subject, output: str, samples: Samples) -> Truth:
    """Exact, else in long double, else only that nearby results are finite."""
    try:
        with mpmath.workdps(DIGITS):
            labels = samples.y_true
            labels = labels if labels.dtype.kind == "i" else exact_numbers(labels)
            numbers = subject.exactly(output, labels, exact_numbers(samples.y_pred))
        known = np.frompyfunc(lambda number: not mpmath.isnan(number), 1, 1)(numbers)
        return Truth(numbers, known.astype(bool), EXACTLY, True)
    except REFUSALS:
        return _in_long_double(subject, output, samples)


def _in_long_double(subject: Subject, output: str, samples: Samples) -> Truth:
    wide = np.longdouble
    labels = samples.y_true
    labels = labels if labels.dtype.kind == "i" else labels.astype(wide)
    try:
        results = subject.compute(output, labels, samples.y_pred.astype(wide))
    except REFUSALS:
        results = np.zeros(0)
    if results.dtype != wide or np.finfo(wide).eps == np.finfo(float).eps:
        return _by_neighbours(subject, output, samples)
    known = np.isfinite(results)
    numbers = np.frompyfunc(_from_wide, 1, 1)(np.where(known, results, 0))
    return Truth(numbers, known, LONG_DOUBLE, False)


def _from_wide(number: Any) -> Any:
    """A long double, exactly."""
    high = float(number)
    if not np.isfinite(high):
        mantissa, exponent = np.frexp(number)
        return mpmath.ldexp(mpmath.mpf(float(mantissa)), int(exponent))
    return mpmath.mpf(high) + mpmath.mpf(float(number - np.longdouble(high)))


def _by_neighbours(subject: Subject, output: str, samples: Samples) -> Truth:
    """Only what is not finite can be seen: NaN anywhere, infinity for small predictions."""
    got = subject.compute(output, samples.y_true, samples.y_pred).astype(float)
    near: Array = np.abs(samples.y_pred) <= _NEAR
    if near.shape != got.shape:
        near = np.asarray(near.reshape(len(got), -1).all(axis=1))
    suspicious = np.isnan(got) | (np.isinf(got) & near)
    numbers = exact_numbers(np.where(np.isfinite(got), got, 1.0))
    return Truth(numbers, suspicious, NEIGHBOURS, False)
