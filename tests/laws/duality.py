"""Proximal points minimise what they say, conjugates are suprema, and each gives the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np
import pytest

import lossbook as lb
from laws.collection import law
from lossbook.checks.sampling import Samples, ordinary
from lossbook.maths.oracle import ORACLE

DIGITS = 120
STEPS = (0.125, 1.0, 7.0)
DUALS = (-3.0, -1.25, -0.7, -0.26, -0.04, 0.03, 0.31, 0.8, 1.6, 4.0)
FAR = (-1e6, -1e3, 1e-9, 1e3, 1e6)
# Less than any difference of formulas in 120 digits, more than their rounding.
TINY = mpmath.mpf(10) ** -60
ROUNDING = 64 * np.finfo(float).eps


@law
def proximal_points_are_minima(loss: lb.Loss) -> None:
    if not loss.has_prox:
        _check_refusal(loss.prox, 1.0)
        return
    for samples in _few(loss):
        for step in STEPS:
            y_true, points = samples.y_true, samples.y_pred * 2
            found = loss.prox(y_true, points, step)
            with mpmath.workdps(DIGITS):
                for y, v, place in zip(y_true, points, found, strict=True):
                    x = _prox(loss, y, v, step)
                    _check_minimum(loss, mpmath.mpf(float(y)), x, (_exact(v) - x) / step)
                    room = ROUNDING * max(abs(v), abs(y), abs(x))
                    assert abs(place - x) <= room, f"{loss}: prox({y}, {v}, {step}) = {place}"


def _check_minimum(loss: lb.Loss, y: Any, x: Any, pull: Any) -> None:
    """The pull back to the point lies between the slopes on either side."""
    domain: Any = loss.prediction_domain
    assert domain.low <= x <= domain.high, f"{loss}: {x} is no prediction"
    exactly = loss.over(ORACLE)
    room = mpmath.mpf(10) ** -30 * (1 + abs(pull))
    near = TINY * (1 + abs(x))
    if x - near > domain.low:
        below = exactly.derivative(ORACLE, 1, y, x - near)
        assert below <= pull + room, f"{loss}: slope {below} below {x}, pull {pull}"
    if x + near < domain.high:
        above = exactly.derivative(ORACLE, 1, y, x + near)
        assert pull - room <= above, f"{loss}: slope {above} above {x}, pull {pull}"


@law
def conjugates_are_suprema(loss: lb.Loss) -> None:
    if not loss.has_conjugate:
        _check_refusal(loss.conjugate)
        return
    for samples in _few(loss):
        with mpmath.workdps(DIGITS):
            exactly = loss.over(ORACLE)
            for y in map(_exact, samples.y_true):
                for dual in map(mpmath.mpf, DUALS):
                    supremum = exactly.conjugate_over(ORACLE, y, dual)
                    places = [*samples.y_pred, *FAR]
                    gains = [_gain(loss, y, p, dual) for p in _inside(loss, places)]
                    assert max(gains) <= supremum + TINY, f"{loss}: conjugate({y}, {dual})"
                    grows = max(gains) > 20
                    assert supremum < mpmath.inf or grows, f"{loss}: conjugate({y}, {dual}) = inf"
                for p in _inside(loss, samples.y_pred):
                    slope = exactly.derivative(ORACLE, 1, y, p)
                    _check_equality(loss, y, p, slope)


@law
def conjugates_are_computed_as_they_are_defined(loss: lb.Loss) -> None:
    if loss.has_conjugate:
        for samples in _few(loss):
            for dual in DUALS:
                found = loss.conjugate(samples.y_true, np.full(len(samples), dual))
                for y, value in zip(samples.y_true, found, strict=True):
                    with mpmath.workdps(DIGITS):
                        exactly = loss.over(ORACLE)
                        true = exactly.conjugate_over(ORACLE, _exact(y), mpmath.mpf(dual))
                        room = ROUNDING * (1 + abs(dual) + abs(dual * y) + abs(y))
                        assert value == true or abs(value - true) <= room * (1 + abs(true)), loss


@law
def proximal_points_and_conjugates_are_one(loss: lb.Loss) -> None:
    """Moreau: the pull to a proximal point is the proximal point of the conjugate.

    That is so if and only if Fenchel's and Young's inequality is an equality for the two.
    """
    if not (loss.has_prox and loss.has_conjugate):
        return
    for samples in _few(loss):
        with mpmath.workdps(DIGITS):
            for y, v in zip(samples.y_true, samples.y_pred * 2, strict=True):
                for step in STEPS:
                    x = _prox(loss, y, v, step)
                    # A hair towards 0, so that no rounding leaves the domain of the conjugate.
                    pull = (_exact(v) - x) / step * (1 - TINY)
                    _check_equality(loss, _exact(y), x, pull)


def _check_equality(loss: lb.Loss, y: Any, p: Any, dual: Any) -> None:
    supremum = loss.over(ORACLE).conjugate_over(ORACLE, y, dual)
    reached = _gain(loss, y, p, dual)
    room = mpmath.mpf(10) ** -40 * (1 + abs(p * dual) + abs(reached))
    assert abs(supremum - reached) <= room, f"{loss}: conjugate({y}, {dual}) at {p}"


def _gain(loss: lb.Loss, y: Any, p: Any, dual: Any) -> Any:
    return dual * p - loss.over(ORACLE).derivative(ORACLE, 0, y, p)


def _prox(loss: lb.Loss, y: Any, v: Any, step: float) -> Any:
    return loss.over(ORACLE).prox_over(ORACLE, _exact(y), _exact(v), mpmath.mpf(step))


def _few(loss: lb.Loss) -> Iterator[Samples]:
    yield from ordinary(loss, 6, seed=81)


def _inside(loss: lb.Loss, places: Any) -> list[Any]:
    domain: Any = loss.prediction_domain
    return [_exact(p) for p in places if domain.low < p < domain.high]


def _exact(number: Any) -> Any:
    return mpmath.mpf(float(number))


def _check_refusal(call: Any, *more: Any) -> None:
    with pytest.raises(lb.InputError, match="gives no"):
        call([1.0], [1.0], *more)
