"""Clips and epsilons, seen where they take over: a derivative that fades must not stop or turn."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np

from lossbook.checks.exactly.slopes import DIGITS, exact_numbers
from lossbook.checks.exactly.truths import REFUSALS
from lossbook.checks.findings import Evidence, Finding, Said
from lossbook.checks.points import label_pair
from lossbook.checks.subjects.subject import FunctionsSubject, Subject

Array = np.ndarray[Any, Any]
At = Callable[[float], Any]

_WORDS = {"gradient": "gradient", "hessian": "Hessian"}
_EVERYDAY = np.linspace(-4, 4, 9)
_FAR = (100.0, 140.0, 200.0)
_FADED = 1e-6  # of the largest everyday result: what comes after is a tail
_ROUNDS = 40


def check_tails(subject: Subject) -> Iterator[Said]:
    """Of functions for two classes on raw scores; the formulas themselves, without rounding."""
    pair = label_pair(subject)
    reals = subject.prediction_domain.checks_nothing
    if pair is None or not reals or not isinstance(subject, FunctionsSubject):
        return
    for output in ("gradient", "hessian"):
        if output in subject.outputs:
            for finding in (_frozen(subject, output, pair), _turned(subject, output, pair)):
                if finding is not None:
                    yield finding


def _at(subject: FunctionsSubject, output: str, label: float) -> At | None:
    """The exact result by the prediction, for one label."""

    def at(prediction: float) -> Any:
        with mpmath.workdps(DIGITS):
            y, p = (exact_numbers(np.asarray([number])) for number in (label, prediction))
            return subject.exactly(output, y, p)[0]

    try:
        at(0.5)
    except REFUSALS:
        return None
    return at


def _tails(
    subject: FunctionsSubject, output: str, pair: tuple[float, float]
) -> Iterator[tuple[float, float, At, Any]]:
    """Label, side, result and everyday size, wherever the result fades out."""
    for label in pair:
        at = _at(subject, output, label)
        if at is None:
            return
        largest = max(abs(at(place)) for place in _EVERYDAY)
        for side in (-1.0, 1.0):
            if all(abs(at(side * far)) < _FADED * largest for far in _FAR):
                yield label, side, at, largest


def _frozen(subject: FunctionsSubject, output: str, pair: tuple[float, float]) -> Finding | None:
    """A result that stays at one number that is small but not 0."""
    rows = []
    for label, side, at, _ in _tails(subject, output, pair):
        last = at(side * _FAR[-1])
        if output == "hessian" and last > 0:
            continue  # a floor, which the comparison with slopes judges
        if last != 0 and all(at(side * far) == last for far in _FAR):
            start = _first(functools.partial(_stays, at, side, last))
            rows.append((label, side * start, float(last)))
    if not rows:
        return None
    what = _WORDS[output]
    return Finding(
        output,
        "clipped",
        f"The {what} is clipped: from some prediction on it stays at a small number, and no longer "
        "fades.",
        "Clip nothing: a stable form in terms of sigmoid(-z) needs no bounds.",
        Evidence(("y_true", "from y_pred", f"{what} stays at"), tuple(rows)),
    )


def _turned(subject: FunctionsSubject, output: str, pair: tuple[float, float]) -> Finding | None:
    """A result that changes its sign where it has faded."""
    if output != "gradient":
        return None
    rows = []
    for label, side, at, largest in _tails(subject, output, pair):
        last = at(side * _FAR[0])
        start = _first(functools.partial(_agrees, at, side, last))
        if last == 0 or start < 0.5:
            continue
        before = at(side * (start - 0.5))
        if before * last < 0 and abs(before) < _FADED * largest:
            rows.append((label, side * start, float(at(side * (start + 1)))))
    if not rows:
        return None
    return Finding(
        output,
        "tail sign",
        "The gradient turns round far out, where it has faded, and leads away from the label.",
        "Look for an epsilon that is added inside a logarithm; a stable form needs none.",
        Evidence(("y_true", "from y_pred", "gradient beyond it"), tuple(rows)),
    )


def _stays(at: At, side: float, last: Any, place: float) -> bool:
    return bool(at(side * place) == last)


def _agrees(at: At, side: float, last: Any, place: float) -> bool:
    return bool(at(side * place) * last > 0)


def _first(holds: Callable[[float], bool]) -> float:
    """The smallest place from which on something holds, if it does so in one stretch."""
    low, high = 0.0, _FAR[0]
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
