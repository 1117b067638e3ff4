"""What a loss states about itself is true, and no larger than it must be."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

import lossbook as lb
from laws.collection import law
from lossbook.checks.extremes import extreme
from lossbook.checks.sampling import Samples, ordinary
from lossbook.families import MarginLoss
from lossbook.maths.oracle import ORACLE

ROUNDING = 1 + 1e-12
TIGHT = 0.999
UNBOUNDED = 1e6


def _samples(loss: lb.Loss) -> list[Samples]:
    sets = [*extreme(loss, np.float64, 1500, seed=11), *ordinary(loss, 500, seed=12)]
    if loss.is_multiclass:
        # Every label for every row: the steepest one is met for sure.
        rows = [s for s in sets if s.labels.startswith("index")]
        for s in rows:
            classes = s.y_pred.shape[1]
            labels = np.tile(np.arange(classes), len(s))
            sets.append(Samples("every label", labels, np.repeat(s.y_pred, classes, axis=0)))
    return sets


def _sizes(loss: lb.Loss, samples: Samples) -> tuple[Any, Any]:
    """Slope and curvature of each sample, for class losses as norms."""
    if not loss.is_multiclass:
        results = loss.gradient_and_hessian(samples.y_true, samples.y_pred, reduction="none")
        return abs(results[0]), results[1]
    gradient = loss.gradient(samples.y_true, samples.y_pred, reduction="none")
    few = slice(0, 100)
    matrices = loss.full_hessian(samples.y_true[few], samples.y_pred[few], reduction="none")
    finite = np.isfinite(matrices).all(axis=(1, 2))
    return np.linalg.norm(gradient, axis=-1), np.linalg.eigvalsh(matrices[finite])[:, -1]


def _check_bound(largest: float, stated: float, what: str, loss: lb.Loss) -> None:
    if np.isfinite(stated):
        assert largest <= stated * ROUNDING, f"{loss}: {what} {largest} above the stated {stated}"
        assert largest >= stated * TIGHT, f"{loss}: {what} {largest} far below the stated {stated}"
    else:
        assert largest > UNBOUNDED, f"{loss}: {what} is stated unbounded, found {largest}"


@law
def the_lipschitz_constant_is_the_largest_slope(loss: lb.Loss) -> None:
    largest = max(float(_sizes(loss, samples)[0].max()) for samples in _samples(loss))
    _check_bound(largest, loss.facts.lipschitz, "slope", loss)


@law
def the_smoothness_constant_is_the_largest_curvature(loss: lb.Loss) -> None:
    if loss.facts.kinks:
        assert loss.facts.smoothness == np.inf, f"{loss}: a kink has no curvature bound"
        return
    largest = max(float(_sizes(loss, samples)[1].max()) for samples in _samples(loss))
    _check_bound(largest, loss.facts.smoothness, "curvature", loss)


@law
def convexity_is_stated_as_it_is(loss: lb.Loss) -> None:
    falls = 0
    for first, second in zip(
        ordinary(loss, 2000, seed=1), ordinary(loss, 2000, seed=2), strict=True
    ):
        y = first.y_true
        slopes = [loss.gradient(y, s.y_pred, reduction="none") for s in (first, second)]
        step = first.y_pred - second.y_pred
        rises = (slopes[0] - slopes[1]) * step
        room = 1e-13 * (abs(slopes[0]) + abs(slopes[1])) * abs(step)
        if loss.is_multiclass:
            rises, room = rises.sum(axis=-1), room.sum(axis=-1)
        falls += int((rises < -room).sum())
    assert (falls == 0) == loss.facts.convex, f"{loss}: the slope falls {falls} times"


@law
def the_minimum_is_reached_and_never_passed(loss: lb.Loss) -> None:
    sets = _samples(loss)
    values = [loss(s.y_true, s.y_pred, reduction="none") for s in sets]
    least = min(float(value.min()) for value in values)
    stated = loss.facts.minimum
    assert stated <= least <= stated + 1e-6, f"{loss}: least value {least}, stated {stated}"


@law
def the_slope_jumps_at_the_kinks_and_nowhere_else(loss: lb.Loss) -> None:
    if loss.is_multiclass:
        assert not loss.facts.kinks
        return
    with mpmath.workdps(60):
        exactly, step = loss.over(ORACLE), mpmath.mpf(10) ** -40
        jumps = set()
        for y in ordinary(loss, 4, seed=5)[0].y_true:
            label = mpmath.mpf(float(y))
            for place in np.arange(-8, 8, 0.25):
                p = _prediction(loss, label, mpmath.mpf(place))
                if loss.prediction_domain.checks_nothing or 0 < p < 1:
                    # A jump does not shrink with the step.
                    near, far = (_rise(exactly, label, p, size) for size in (step, 1000 * step))
                    if abs(near) > 0.5 * abs(far):
                        jumps.add(float(place))
    assert jumps == set(loss.facts.kinks), f"{loss}: slopes jump at {sorted(jumps)}"


def _rise(loss: lb.Loss, label: Any, p: Any, step: Any) -> Any:
    below, above = (loss.derivative(ORACLE, 1, label, p + s) for s in (-step, step))
    return above - below


def _prediction(loss: lb.Loss, label: Any, place: Any) -> Any:
    """The prediction where the variable of the loss's family has this value."""
    if isinstance(loss, MarginLoss):
        return place / label
    return label + place if isinstance(loss, lb.ResidualLoss) else place
