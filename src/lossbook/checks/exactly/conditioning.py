"""How far off a result may be, given how much it changes with the last bits of its arguments."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

from lossbook.checks.exactly.slopes import exact_numbers
from lossbook.checks.exactly.truths import Truth
from lossbook.checks.points import label_pair
from lossbook.checks.sampling import Samples
from lossbook.checks.subjects.subject import Subject

Array = np.ndarray[Any, Any]

# Two digits: what a formula of some dozens of operations may lose and still be sound.
_ROOM = 100.0
_ROOM_WITHOUT_DIGITS = 1e6
_DIGITS = 560


def room_for(subject: Subject, output: str, samples: Samples, errors: Array, known: Truth) -> Array:
    """The errors, in ULP, that are no fault of the formula.

    A function whose results change by a thousand ULP when its arguments change by one cannot be
    held to less. Labels of two classes are what they are, and do not count as rounded.
    """
    if not known.is_exact:
        return np.full(errors.shape, _ROOM_WITHOUT_DIGITS)
    room = np.full(errors.shape, _ROOM)
    rows = np.unique(np.argwhere((errors > _ROOM) & np.isfinite(errors))[:, 0])
    if len(rows):
        part = Samples(samples.labels, samples.y_true[rows], samples.y_pred[rows])
        room[rows] = _ROOM * (1 + condition(subject, output, part))
    return room


def condition(subject: Subject, output: str, samples: Samples) -> Array:
    """The sum of |x df/dx| / |f| over the arguments x."""
    with mpmath.workdps(_DIGITS):
        y = samples.y_true
        y = y if y.dtype.kind == "i" else exact_numbers(y)
        p = exact_numbers(samples.y_pred)
        here = subject.exactly(output, y, p)
        shift = mpmath.mpf(10) ** -60
        total = np.zeros(here.shape, dtype=object)
        for moved in _moved(p, shift):
            total = total + abs(subject.exactly(output, y, moved) - here)
        if label_pair(subject) is None and y.dtype.kind != "i":
            total = total + abs(subject.exactly(output, y * (1 + shift), p) - here)
        pairs = zip(total.flat, here.flat, strict=True)
        ratio = [float(t / abs(h) / shift) if h else 0.0 for t, h in pairs]
    return np.asarray(ratio).reshape(here.shape)


def _moved(p: Array, shift: Any) -> list[Array]:
    """The predictions with a relative change; of rows, each class in turn."""
    if p.ndim == 1:
        return [p * (1 + shift)]
    rows = []
    for place in range(p.shape[1]):
        factor = np.ones(p.shape[1], dtype=object)
        factor[place] = 1 + shift
        rows.append(p * factor)
    return rows
