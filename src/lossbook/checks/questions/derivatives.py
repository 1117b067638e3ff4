"""Whether the gradient is the slope of the value, and the Hessian the slope of the gradient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np

from lossbook.checks.exactly.slopes import DIGITS, EXACT, exact_numbers, slopes
from lossbook.checks.findings import Held, Said
from lossbook.checks.points import everyday, far_out
from lossbook.checks.questions.diagnosis import Compared, diagnose
from lossbook.checks.sampling import Samples
from lossbook.checks.subjects.subject import LossSubject, Subject

Array = np.ndarray[Any, Any]

COUNT = 24
# Relative. A formula of a user's own may hold constants of a few digits; ours may not.
_LOOSE, _TIGHT = 1e-6, 1e-12

_BELOW = {"gradient": "value", "hessian": "gradient"}
_WORDS = {"value": "value", "gradient": "gradient", "hessian": "Hessian"}


def check_derivatives(subject: Subject) -> Iterator[Said]:
    """One finding or one thing that held per derivative."""
    if isinstance(subject, LossSubject):
        yield from _check_textbook(subject)
    for output, below in _BELOW.items():
        if output in subject.outputs and below in subject.outputs:
            yield from _check_one(subject, output, below)


def _check_textbook(subject: LossSubject) -> Iterator[Said]:
    """The value in its stable form is the one that the books have."""
    sets = []
    with mpmath.workdps(DIGITS):
        for samples in everyday(subject, COUNT // 2):
            y, p = _labels(samples.y_true), exact_numbers(samples.y_pred)
            got, right = subject.exactly("value", y, p), subject.textbook(y, p)
            sets.append(Compared(samples, got, right, np.zeros(got.shape), _TIGHT, EXACT))
    finding = diagnose(subject, sets, "value", "the value of its textbook formula")
    if finding is not None:
        yield finding


def _check_one(subject: Subject, output: str, below: str) -> Iterator[Said]:
    near = [compare(subject, output, below, s) for s in everyday(subject, COUNT)]
    finding = diagnose(subject, near, _WORDS[output], f"the slope of the {_WORDS[below]}")
    rows_of_loss = subject.is_row and isinstance(subject, LossSubject)
    if finding is None and all(one.how == EXACT for one in near) and not rows_of_loss:
        far = [compare(subject, output, below, s) for s in _far_points(subject)]
        finding = diagnose(
            subject, far, _WORDS[output], f"the slope of the {_WORDS[below]}", is_far=True
        )
        near += far
    if finding is not None:
        yield finding
        return
    points = sum(len(one.samples) for one in near)
    yield Held(output, f"is the slope of the {_WORDS[below]} at {points} points ({near[0].how})")


def compare(subject: Subject, output: str, below: str, samples: Samples) -> Compared:
    """One derivative beside the slope of what it belongs to."""
    y_true, y_pred = samples.y_true, samples.y_pred
    slope = slopes(subject, below, y_true, y_pred)
    if slope.how == EXACT:
        try:
            got = _exact(subject, output, y_true, y_pred)
        except TypeError:
            got = exact_numbers(subject.compute(output, y_true, y_pred))
    else:
        got = exact_numbers(subject.compute(output, y_true, y_pred))
    tolerance = _TIGHT if isinstance(subject, LossSubject) else _LOOSE
    return Compared(samples, got, slope.numbers, slope.errors, tolerance, slope.how)


def _exact(subject: Subject, output: str, y_true: Array, y_pred: Array) -> Array:
    with mpmath.workdps(DIGITS):
        return subject.exactly(output, _labels(y_true), exact_numbers(y_pred))


def _labels(y_true: Array) -> Array:
    return y_true if y_true.dtype.kind == "i" else exact_numbers(y_true)


def _far_points(subject: Subject) -> list[Samples]:
    """Every third, which is enough for formulas, and none at an end, where no step fits.

    None at 0 or another round number either, where a kink may be.
    """
    sets = []
    for samples in far_out(subject, np.float64):
        y_true, y_pred = samples.y_true[::3], samples.y_pred[::3] * (1 - 2.0**-20)
        domain = subject.prediction_domain
        fits = (y_pred > domain.low) & (y_pred < domain.high) & (y_pred != 0)
        fits = fits.reshape(len(y_pred), -1).all(axis=1)
        sets.append(Samples(samples.labels, y_true[fits], y_pred[fits]))
    return sets
