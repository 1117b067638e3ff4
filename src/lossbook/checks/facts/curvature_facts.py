"""Stated of the curvature: convex or not, straight pieces, the smallest and the largest of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np

import lossbook as lb
from lossbook.checks.places import generic_predictions, labels, predictions
from lossbook.checks.sampling import Array, Samples, ordinary
from lossbook.checks.searching import largest, row_jumps
from lossbook.checks.stating import require, require_largest, require_smallest, statement
from lossbook.checks.truth import as_rows, exact, truth
from lossbook.maths.oracle import ORACLE

NOISE = 1e-13
DIGITS = 100
STEP = 30  # digits; the square of the step is what differences are off by
_FACTORS = (1, 30, 1000, 10**5)
FLAT = 1e-20  # of the largest eigenvalue: what is 0 but for that


@statement
def convexity_is_stated_as_it_is(loss: lb.Loss) -> None:
    for what, places, is_hill in _hills_of_rows(loss) if loss.is_row else _hills(loss):
        if is_hill.any():
            where = places[np.argmax(is_hill)]
            require(loss, "convex", False, f"{what} at y_pred = {where}")
            return
    # Where floats are too coarse to tell: a focal loss bends down by e^-1000. An eigenvalue of 0,
    # which scores have along a shift of all, is lost in rounding whatever the digits.
    curvature, place = (
        (0, "") if loss.is_row else min(_curvatures(loss), key=lambda found: found[0])
    )
    if curvature < 0:
        require(loss, "convex", False, f"the curvature is {float(curvature):g} at {place}")
    else:
        require(loss, "convex", True, "no slope falls and no value lies above a chord")


def _hills(loss: lb.Loss) -> Iterator[tuple[str, Array, Array]]:
    """Where slopes fall from one place to the next, and where values lie above their chords."""
    for label in labels(loss):
        p = predictions(loss, label)
        value, slope = loss.value_and_gradient(np.full(len(p), label), p, reduction="none")
        usable = (abs(value) < 1e300) & (abs(slope) < 1e300)
        p, value, slope = p[usable], value[usable], slope[usable]
        room = NOISE * (abs(slope[1:]) + abs(slope[:-1]))
        yield f"the slope for label {label} falls", p, slope[1:] - slope[:-1] < -room
        share = (p[1:-1] - p[:-2]) / (p[2:] - p[:-2])
        chord = value[:-2] * (1 - share) + value[2:] * share
        room = NOISE * (abs(value[:-2]) + abs(value[2:]))
        yield f"the value for label {label} is above a chord", p[1:], value[1:-1] > chord + room


def _hills_of_rows(loss: lb.Loss) -> Iterator[tuple[str, Array, Array]]:
    """The same on the way from one random row to another."""
    for one, other in zip(ordinary(loss, 2000, seed=1), ordinary(loss, 2000, seed=2), strict=True):
        way = [one.y_pred, (one.y_pred + other.y_pred) / 2, other.y_pred]
        at = [loss.value_and_gradient(one.y_true, p, reduction="none") for p in way]
        (first, _, last), (start, _, end) = zip(*at, strict=True)
        rise = ((end - start) * (way[2] - way[0])).sum(axis=-1)
        room = NOISE * ((abs(end) + abs(start)) * abs(way[2] - way[0])).sum(axis=-1)
        yield "the slope falls on the way from a row", way[0], rise < -room
        room = NOISE * (abs(first) + abs(last))
        yield "the value is above a chord", way[1], at[1][0] > (first + last) / 2 + room
    # Far out, where slopes differ by less than their rounding, the exact curvatures tell.
    for factor in _FACTORS if loss.prediction_domain.checks_nothing else ():
        for some in ordinary(loss, 4, seed=3):
            curvatures = truth(loss, 2, some.y_true, factor * some.y_pred)
            falls = (curvatures < 0).any(axis=-1)
            yield "the curvature is negative", factor * some.y_pred, falls


@statement
def straight_pieces_are_stated_as_they_are(loss: lb.Loss) -> None:
    if not loss.facts.convex:
        require(loss, "strictly_convex", False, "it states that it is not convex")
        return
    curvature, where = min(_curvatures(loss), key=lambda found: found[0])
    if curvature > 0:
        require(
            loss, "strictly_convex", True, "the curvature is positive wherever it was looked at"
        )
    else:
        require(loss, "strictly_convex", False, f"the value is straight around {where}")


@statement
def the_strong_convexity_is_the_smallest_curvature(loss: lb.Loss) -> None:
    if loss.facts.convex:
        smallest = min(curvature for curvature, _ in _curvatures(loss))
        if smallest > 0 and not loss.is_row:
            smallest = min(smallest, -largest(loss, lambda samples: -_hessian(loss, samples)))
        # That it is not negative is for the statement of convexity to say.
        require_smallest(loss, "strong_convexity", max(0.0, float(smallest)), "curvature")
    else:
        require(loss, "strong_convexity", 0.0, "it states that it is not convex")


def _curvatures(loss: lb.Loss) -> Iterator[tuple[Any, str]]:
    """Exact curvatures, of rows the smallest, at points that lie on no kink."""
    with mpmath.workdps(DIGITS):
        exactly = loss.over(ORACLE)
        if loss.is_row:
            spreads = (1, 4) if loss.prediction_domain.checks_nothing else (1,)
            for samples, spread in itertools.product(ordinary(loss, 4, seed=6), spreads):
                y_pred = spread * exact(samples.y_pred)
                for y, p in zip(as_rows(loss, exact(samples.y_true), y_pred), y_pred, strict=True):
                    yield _smallest_eigenvalue(exactly, y, p), f"y_pred = {p.astype(float)}"
            return
        for label in labels(loss):
            for p in generic_predictions(loss, label):
                curvature = exactly.derivative(ORACLE, 2, mpmath.mpf(label), p)
                yield mpmath.mpf(curvature), f"y_pred = {mpmath.nstr(p, 8)} for label {label}"


def _smallest_eigenvalue(loss: lb.Loss, y: Any, p: Any) -> Any:
    step = mpmath.mpf(10) ** -STEP
    columns = []
    for place in range(len(p)):
        moved = [p.copy(), p.copy()]
        moved[0][place] -= step
        moved[1][place] += step
        below, above = (loss.derivative(ORACLE, 1, y, row) for row in moved)
        columns.append(list((above - below) / (2 * step)))
    matrix = mpmath.matrix(columns)
    eigenvalues = list(mpmath.eigsy((matrix + matrix.T) / 2, eigvals_only=True))
    sizes = max(abs(value) for value in eigenvalues)
    return mpmath.mpf(0) if abs(eigenvalues[0]) <= FLAT * sizes else eigenvalues[0]


@statement
def the_smoothness_constant_is_the_largest_curvature(loss: lb.Loss) -> None:
    kinks = row_jumps(loss) if loss.is_row else bool(loss.facts.kinks or loss.facts.jumps)
    curvature = np.inf if kinks else largest(loss, lambda samples: _curvature(loss, samples))
    require_largest(loss, "smoothness", curvature, "size of a curvature")


def _curvature(loss: lb.Loss, samples: Samples) -> Array:
    """The size of each sample's curvature; for rows, of the largest eigenvalue."""
    if not isinstance(loss, lb.RowLoss):
        return abs(_hessian(loss, samples))
    few = slice(0, 100)
    matrices = loss.full_hessian(samples.y_true[few], samples.y_pred[few], reduction="none")
    finite = np.isfinite(matrices).all(axis=(1, 2), keepdims=True)
    return np.asarray(abs(np.linalg.eigvalsh(np.where(finite, matrices, 0.0))).max(axis=-1))


def _hessian(loss: lb.Loss, samples: Samples) -> Array:
    return np.asarray(loss.hessian(samples.y_true, samples.y_pred, reduction="none"))
