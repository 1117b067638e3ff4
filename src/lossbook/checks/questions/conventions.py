"""Conventions that formulas silently assume: labels, raw scores, which way the gradient points."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lossbook.checks.exactly.jacobians import jacobians
from lossbook.checks.exactly.truths import REFUSALS
from lossbook.checks.findings import Evidence, Finding, Held, Said
from lossbook.checks.points import everyday, label_pair
from lossbook.checks.sampling import Samples
from lossbook.checks.subjects.subject import FunctionsSubject, Subject

Array = np.ndarray[Any, Any]

_FAR = 25.0
_NOTHING = 1e-3


def check_conventions(subject: Subject) -> Iterator[Said]:
    """What can be seen from gradients alone."""
    if subject.is_row:
        yield from _belongs_to_a_value(subject)
        return
    yield from _direction(subject)
    if isinstance(subject, FunctionsSubject):
        yield from _labels(subject)
        yield from _raw_scores(subject)


def _direction(subject: Subject) -> Iterator[Said]:
    """For predictions far above all labels the gradient is not negative, far below not positive."""
    if isinstance(subject, FunctionsSubject) and "value" in subject.outputs:
        return  # the value tells which sign is right
    if not isinstance(subject, FunctionsSubject):
        return
    for part in everyday(subject, 12):
        low, high = _ends(subject, part.y_true)
        at_low, at_high = (subject.compute("gradient", part.y_true, end) for end in (low, high))
        size = np.maximum(np.abs(at_low), np.abs(at_high)) * _NOTHING
        wrong = (at_high < -size) | (at_low > size)
        right = (at_high > size) | (at_low < -size)
        if wrong.any() and not right.any():
            i = int(np.argmax(wrong))
            yield Finding(
                "gradient",
                "sign",
                "The gradient points the wrong way: it falls where predictions are too high. "
                "XGBoost and LightGBM step against it; only CatBoost wants it negated.",
                _turned(subject, part),
                Evidence(
                    ("y_true", "y_pred", "gradient"),
                    (
                        (float(part.y_true[i]), float(low[i]), float(at_low[i])),
                        (float(part.y_true[i]), float(high[i]), float(at_high[i])),
                    ),
                ),
            )
            return
    yield Held("direction", "gradients lead predictions towards their labels")


def _turned(subject: FunctionsSubject, part: Samples) -> str:
    """Which signs to change: a positive Hessian belongs to a gradient that points the right way."""
    if "hessian" not in subject.outputs:
        return "Change its sign."
    curvatures = subject.compute("hessian", part.y_true, part.y_pred)
    if (curvatures < 0).any():
        return "Change the signs of gradient and Hessian."
    return "Change its sign; that of the Hessian is right."


def _ends(subject: Subject, y_true: Array) -> tuple[Array, Array]:
    domain = subject.prediction_domain
    away = _FAR + 2 * np.abs(y_true)
    low, high = -away, away
    if np.isfinite(domain.low):
        low = np.full(len(y_true), domain.low + 1e-3)
    if np.isfinite(domain.high):
        high = np.full(len(y_true), domain.high - 1e-3)
    return low, high


def _labels(subject: FunctionsSubject) -> Iterator[Said]:
    """Two labels, for each of which the loss must say something and have a lowest value."""
    pair = label_pair(subject)
    if pair is None or subject.domains_are_guessed:
        return
    other = "-1 and 1" if pair == (0.0, 1.0) else "0 and 1"
    change = "2 * y - 1" if pair == (0.0, 1.0) else "(y + 1) / 2"
    for label in pair:
        domain = subject.prediction_domain
        inner = np.linspace(-3, 3, 7) if domain.checks_nothing else np.linspace(0.1, 0.9, 7)
        y = np.full(len(inner), label)
        slopes = subject.compute("gradient", y, inner)
        low, high = _ends(subject, y)
        ends = [subject.compute("gradient", y[:1], end[:1])[0] for end in (low, high)]
        size = _NOTHING * float(np.abs(slopes).max())
        if not slopes.any():
            says = f"For label {label:g} the gradient is 0, whatever the prediction"
        elif domain.checks_nothing and _runs_away(label, pair, ends, size):
            says = f"For label {label:g} the loss falls without end"
        else:
            continue
        yield Finding(
            "labels",
            "convention",
            f"{says}: the formula is written for other labels, perhaps {other}.",
            f"Give it {change}, or rewrite it for labels {pair[0]:g} and {pair[1]:g}.",
            Evidence(
                ("y_true", "y_pred", "gradient"),
                tuple((label, float(p), float(g)) for p, g in zip(inner, slopes, strict=True))[::3],
            ),
        )
        return
    yield Held("labels", f"{pair[0]:g} and {pair[1]:g} both lead somewhere")


def _runs_away(label: float, pair: tuple[float, float], ends: list[Any], size: float) -> bool:
    """A gradient far out that does not fade, on the side where this label should be content."""
    content = ends[1] if label == max(pair) else ends[0]
    outward = -content if label == max(pair) else content
    return bool(outward > size)


def _raw_scores(subject: FunctionsSubject) -> Iterator[Said]:
    """A booster's raw scores are any numbers."""
    if subject.is_objective and not subject.prediction_domain.checks_nothing:
        domain = subject.prediction_domain.describe()
        kind = "probabilities" if domain == "[0, 1]" else "predictions"
        yield Finding(
            "labels",
            "scores",
            f"It takes {kind} in {domain}, but boosters hand over raw scores: any numbers.",
            "Apply the inverse link first, and multiply derivatives by its slope (for a sigmoid: "
            "p (1 - p)).",
        )


def _belongs_to_a_value(subject: Subject) -> Iterator[Said]:
    """A gradient of rows has a symmetric Jacobian; nothing else is the gradient of a value."""
    if "value" in subject.outputs:
        return
    for samples in everyday(subject, 6):
        try:
            slopes = jacobians(subject, samples.y_true, samples.y_pred)
        except REFUSALS:
            return
        gap = np.abs(slopes - slopes.swapaxes(1, 2))
        if (gap > 1e-6 * np.abs(slopes).max(axis=(1, 2), keepdims=True)).any():
            i = int(gap.max(axis=(1, 2)).argmax())
            j, k = np.unravel_index(int(gap[i].argmax()), gap[i].shape)
            yield Finding(
                "gradient",
                "no value",
                "The gradient belongs to no value: its classes do not answer each other as slopes "
                "of one function do.",
                "Derive it again from the value, through the softmax: each score moves the "
                "probabilities of all classes.",
                Evidence(
                    ("slope of", "by score", "is", "and the other way round"),
                    ((f"gradient {j}", f"{k}", float(slopes[i, j, k]), float(slopes[i, k, j])),),
                ),
            )
            return
    yield Held("gradient", "can be the gradient of a value: slopes between classes are symmetric")
