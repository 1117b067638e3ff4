"""Where the Hessian is zero or negative, and what each booster does with that.

What they do was seen by training them: XGBoost 3.2, LightGBM 4.7, CatBoost 1.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossbook.checks.findings import Evidence, Finding, Held, Said
from lossbook.checks.points import everyday, far_out
from lossbook.checks.questions.diagnosis import shown
from lossbook.checks.sampling import Samples
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


@dataclass(frozen=True)
class _Curved:
    """Samples with their gradients and Hessians, one number each; labels may be rows of text."""

    y_true: list[Any]
    y_pred: list[Any]
    gradient: Array
    hessian: Array

    @property
    def zero(self) -> Array:
        """Where the curvature is 0 although there is a slope; where both are 0, nothing pulls."""
        return np.asarray((self.hessian == 0) & (self.gradient != 0))

    @property
    def negative(self) -> Array:
        return np.asarray(self.hessian < 0)

    def share(self, where: Array) -> str:
        return f"{where.sum() / max(np.isfinite(self.hessian).sum(), 1):.0%}"

    def evidence(self, where: Array) -> Evidence:
        """The first place where it is so."""
        first = int(np.argmax(where))
        row = (self.y_true[first], self.y_pred[first])
        numbers = (float(self.gradient[first]), float(self.hessian[first]))
        return Evidence(("y_true", "y_pred", "gradient", "Hessian"), ((*row, *numbers),))


def check_curvature(subject: Subject) -> Iterator[Said]:
    """A note, or a finding where an objective can train nothing at all."""
    if "hessian" not in subject.outputs:
        return
    near = _curved(subject, everyday(subject, COUNT))
    flat = near.zero | near.negative
    if flat.any() and not (near.hessian > 0).any():
        yield _nowhere_positive(subject, near, flat)
        return
    if near.zero.any():
        yield Finding(
            "curvature",
            "partly zero",
            f"At {near.share(near.zero)} of ordinary samples the Hessian is 0 and the gradient is "
            f"not: {_PARTLY.format(catboost='')}.",
            "",
            near.evidence(near.zero),
            is_note=True,
        )
    far = near if near.negative.any() else _curved(subject, far_out(subject, np.float64))
    if far.negative.any():
        where = f"at {near.share(near.negative)} of ordinary samples" if far is near else "far out"
        yield Finding(
            "curvature",
            "partly negative",
            f"The Hessian is negative {where}, where the loss is not convex: "
            f"{_PARTLY.format(catboost='; CatBoost stops early')}.",
            "",
            far.evidence(far.negative),
            is_note=True,
        )
    if not near.zero.any() and not far.negative.any():
        yield Held("curvature", "the Hessian is positive wherever there is a slope")


def _nowhere_positive(subject: Subject, near: _Curved, flat: Array) -> Finding:
    what = "zero" if not near.negative.any() else "negative"
    if near.zero.any() and near.negative.any():
        what = "zero or negative"
    catboost = "stop at once" if near.negative.any() else "rest on l2_leaf_reg alone"
    return Finding(
        "curvature",
        what,
        f"The Hessian is {what} everywhere: {_NEVER.format(catboost=catboost)}.",
        "For boosters give a positive stand-in, such as 1 per row.",
        near.evidence(flat),
        is_note=not (isinstance(subject, FunctionsSubject) and subject.is_objective),
    )


def _curved(subject: Subject, sets: list[Samples]) -> _Curved:
    labels: list[Any] = []
    predictions: list[Any] = []
    slopes, curves = [], []
    for s in sets:
        gradient, hessian = (
            subject.compute(output, s.y_true, s.y_pred) for output in ("gradient", "hessian")
        )
        repeats = hessian.size // max(len(s), 1)
        labels += [shown(y) for y in s.y_true for _ in range(repeats)]
        predictions += [shown(p) for p in s.y_pred for _ in range(repeats)]
        slopes.append(gradient.ravel())
        curves.append(hessian.ravel())
    return _Curved(labels, predictions, np.concatenate(slopes), np.concatenate(curves))
