"""The labels and predictions that a bare function is meant for, where nobody says.

The first pair of domains is taken on which all results are finite, and in which no label pushes its
prediction away without end: a logistic loss is finite at a label of 3, but has no lowest value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.domains import PROBABILITIES, REALS, Interval, Labels

if TYPE_CHECKING:
    from lossbook.checks.subjects.subject import FunctionsSubject

Array = np.ndarray[Any, Any]

_ZERO_ONE, _SIGNS = Labels(0, 1), Labels(-1, 1)
_NOT_NEGATIVE = Interval(0)
_POSITIVE = Interval(0, without_low=True)

# From the widest to the narrowest, labels and predictions.
_CANDIDATES: tuple[tuple[Any, Any], ...] = (
    (REALS, REALS),
    (_NOT_NEGATIVE, REALS),
    (_POSITIVE, REALS),
    (_NOT_NEGATIVE, _NOT_NEGATIVE),
    (_NOT_NEGATIVE, _POSITIVE),
    (_POSITIVE, _POSITIVE),
    (PROBABILITIES, REALS),
    (_ZERO_ONE, REALS),
    (_SIGNS, REALS),
    (PROBABILITIES, PROBABILITIES),
    (_ZERO_ONE, PROBABILITIES),
)
_LABELS = np.asarray([-7.5, -2.0, -1.0, 0.0, 0.25, 0.7, 1.0, 2.0, 3.0, 8.0])
_FAR = 20.0


def guess_domains(subject: FunctionsSubject) -> None:
    """Fill in what the caller left open."""
    if subject.is_row:
        subject.label_domain = subject.label_domain or REALS
        subject.prediction_domain = subject.prediction_domain or _for_rows(subject)
        return
    if subject.label_domain is None and _sees_two_classes(subject):
        subject.label_domain = _ZERO_ONE
    # A booster hands over raw scores; and of labels that are told, one may well be a mistake.
    lenient = subject.is_objective or subject.label_domain is not None
    raw = [pair for pair in _CANDIDATES if pair[1] == REALS]
    tries = [(raw, True), *([(raw, False)] if lenient else []), (_CANDIDATES, True)]
    for candidates, must_hold in tries:
        for labels, predictions in candidates:
            y = subject.label_domain or labels
            p = subject.prediction_domain or predictions
            if _fits(subject, y, p, must_hold):
                subject.label_domain, subject.prediction_domain = y, p
                return
    subject.label_domain = subject.label_domain or REALS
    subject.prediction_domain = subject.prediction_domain or REALS


def _sees_two_classes(subject: FunctionsSubject) -> bool:
    """Whether all labels but one kind count alike, as where a formula asks for y == 1 or y > 0."""
    places = np.linspace(-9.7, 9.7, 21)
    for output in subject.outputs:
        rows = (subject.compute(output, np.full(len(places), y), places) for y in _LABELS)
        if len({row.tobytes() for row in rows}) == 2:
            return True
    return False


def _for_rows(subject: FunctionsSubject) -> Any:
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 2, (20, subject.classes))
    subject.prediction_domain = REALS
    fine = all(
        np.isfinite(subject.compute(output, np.arange(20) % subject.classes, scores)).all()
        for output in subject.outputs
    )
    return REALS if fine else PROBABILITIES


def _fits(subject: FunctionsSubject, labels: Any, predictions: Any, must_hold: bool) -> bool:
    """Whether all results are finite, and gradients lead somewhere."""
    inner = _LABELS[~np.asarray(labels.outside(_LABELS))]
    places = _places(predictions)
    y, p = (grid.ravel() for grid in np.meshgrid(inner, places, indexing="ij"))
    results = {output: subject.compute(output, y, p) for output in subject.outputs}
    if not all(np.isfinite(result).all() for result in results.values()):
        return False
    if not must_hold:
        return True
    slopes = results["gradient"].reshape(len(inner), len(places))
    return _holds(slopes, predictions) or _holds(-slopes, predictions)


def _places(domain: Any) -> Array:
    if domain.checks_nothing:
        return np.asarray([-_FAR, -2.5, -0.4, 0.3, 1.7, _FAR])
    if np.isfinite(domain.high):
        return np.asarray([1e-4, 0.2, 0.6, 1 - 1e-4])
    return np.asarray([1e-4, 0.3, 1.7, _FAR])


def _holds(slopes: Array, domain: Any) -> bool:
    """No slope that leads on and on at an end that is none."""
    nothing = 1e-2 * np.median(np.abs(slopes), axis=1)
    left = np.isfinite(domain.low) or bool((slopes[:, 0] <= nothing).all())
    right = np.isfinite(domain.high) or bool((slopes[:, -1] >= -nothing).all())
    return left and right
