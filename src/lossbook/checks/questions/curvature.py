"""Where the Hessian is zero or negative, and what each booster does with that.

What they do was seen by training them: XGBoost 3.2, LightGBM 4.7, CatBoost 1.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lossbook.checks.findings import Evidence, Finding, Held, Said
from lossbook.checks.points import everyday, far_out
from lossbook.checks.subjects.subject import FunctionsSubject, Subject

Array = np.ndarray[Any, Any]

COUNT = 400

_NEVER = (
    "XGBoost then predicts base_score for every row, LightGBM never splits and predicts 0, both "
    "without an error; CatBoost's Newton steps {catboost}"
)
_PARTLY = (
    "a leaf of XGBoost or LightGBM divides by the sum of its Hessians, so steps grow without bound "
    "where such rows meet (raise reg_lambda or min_child_weight, or give them a floor){catboost}"
)


def check_curvature(subject: Subject) -> Iterator[Said]:
    """A note, or a finding where an objective can train nothing at all."""
    if "hessian" not in subject.outputs:
        return
    y_true, y_pred, hessian = _hessians(subject)
    finite = np.isfinite(hessian)
    zero, negative = (hessian == 0) & finite, (hessian < 0) & finite
    if not (zero | negative).any():
        yield Held("curvature", "the Hessian is positive wherever it was looked at")
        return
    whole = (zero | negative)[finite].all()
    is_objective = isinstance(subject, FunctionsSubject) and subject.is_objective
    if whole:
        what = "negative" if not zero[finite].any() else "zero"
        if what == "zero" and negative.any():
            what = "zero or negative"
        catboost = "stop at once" if negative.any() else "rest on l2_leaf_reg alone"
        yield Finding(
            "curvature",
            what,
            f"The Hessian is {what} everywhere: {_NEVER.format(catboost=catboost)}.",
            "For boosters give a positive stand-in, such as 1 per row.",
            _evidence(y_true, y_pred, hessian, zero | negative),
            is_note=not is_objective,
        )
        return
    if zero.any():
        share = zero.sum() / finite.sum()
        yield Finding(
            "curvature",
            "partly zero",
            f"The Hessian is 0 at {share:.0%} of ordinary samples: {_PARTLY.format(catboost='')}.",
            "",
            _evidence(y_true, y_pred, hessian, zero),
            is_note=True,
        )
    if negative.any():
        share = negative.sum() / finite.sum()
        yield Finding(
            "curvature",
            "partly negative",
            f"The Hessian is negative at {share:.0%} of ordinary samples, where the loss is not "
            f"convex: {_PARTLY.format(catboost='; CatBoost stops early')}.",
            "",
            _evidence(y_true, y_pred, hessian, negative),
            is_note=True,
        )


def _hessians(subject: Subject) -> tuple[Array, Array, Array]:
    """Everyday samples; and the ends, where a Hessian may fade but must not turn negative."""
    sets = everyday(subject, COUNT)
    parts = [(s.y_true, s.y_pred, subject.compute("hessian", s.y_true, s.y_pred)) for s in sets]
    if subject.is_row:
        return np.zeros(0), np.zeros(0), np.concatenate([h.ravel() for _, _, h in parts])
    for s in far_out(subject, np.float64):
        hessian = subject.compute("hessian", s.y_true, s.y_pred)
        below = hessian < 0
        parts.append((s.y_true[below], s.y_pred[below], hessian[below]))
    y, p, h = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return y, p, h


def _evidence(y_true: Array, y_pred: Array, hessian: Array, where: Array) -> Evidence | None:
    """The smallest prediction where it is so."""
    if not len(y_true):
        return None
    places = np.flatnonzero(where)
    first = places[np.argmin(np.abs(y_pred[places]))]
    row = tuple(float(array[first]) for array in (y_true, y_pred, hessian))
    return Evidence(("y_true", "y_pred", "Hessian"), (row,))
