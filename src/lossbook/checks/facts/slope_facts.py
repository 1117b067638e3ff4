"""Stated of the slope: the largest one, where it jumps, whether it goes back to 0 far out."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import lossbook as lb
from lossbook.checks.places import labels, place_of, predictions
from lossbook.checks.sampling import Array, Samples
from lossbook.checks.searching import jumps, largest
from lossbook.checks.stating import require, require_largest, statement

# Relative, for places of kinks that are worked out from parameters.
SAME_PLACE = 1e-9
GONE = 1e-6


@statement
def the_lipschitz_constant_is_the_largest_slope(loss: lb.Loss) -> None:
    slope = np.inf if loss.facts.jumps else largest(loss, lambda s: _slope(loss, s))
    require_largest(loss, "lipschitz", slope, "slope")


def _slope(loss: lb.Loss, samples: Samples) -> Array:
    """The size of each sample's slope; for rows, the norm, or the largest of separate columns."""
    gradient: Array = abs(loss.gradient(samples.y_true, samples.y_pred, reduction="none"))
    if not isinstance(loss, lb.RowLoss):
        return gradient
    largest: Array = gradient.max(axis=-1)
    if loss.is_separable:
        return largest
    # By the largest, so that no square overflows.
    scale = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)
    return np.asarray(scale * np.linalg.norm(gradient / scale[:, None], axis=-1))


@statement
def the_slope_jumps_at_the_kinks_and_nowhere_else(loss: lb.Loss) -> None:
    _require_places(loss, "kinks", _jumps_of(loss, loss.gradient), "slope")


@statement
def the_value_jumps_where_that_is_stated_and_nowhere_else(loss: lb.Loss) -> None:
    _require_places(loss, "jumps", _jumps_of(loss, loss), "value")


def _jumps_of(loss: lb.Loss, function: Callable[..., Any]) -> list[float]:
    """Where a value or derivative jumps for any label, each place once."""
    found: list[float] = []
    for label in () if loss.is_row else labels(loss):
        of_label = functools.partial(_unreduced, function, label)
        for p in jumps(of_label, _resolved(loss, predictions(loss, label))):
            place = float(place_of(loss, label, p))
            if not any(_is_same(place, other) for other in found):
                found.append(place)
    return found


def _require_places(loss: lb.Loss, fact: str, found: list[float], what: str) -> None:
    stated = getattr(loss.facts, fact)
    same = len(found) == len(stated) and all(
        any(_is_same(place, one) for place in found) for one in stated
    )
    if not same:
        found = [float(f"{place:.12g}") for place in sorted(found)]
        require(loss, fact, tuple(found), f"the {what} jumps at {found}")


def _resolved(loss: lb.Loss, places: Array) -> Array:
    """Places where neighbouring floats have about the same slope: a wave is a jump far out."""
    facts = loss.facts
    if np.isinf(facts.smoothness) or np.isinf(facts.lipschitz):
        return places
    is_resolved: Array = np.spacing(abs(places)) * facts.smoothness <= 1e-8 * facts.lipschitz
    return np.asarray(places[is_resolved])


def _is_same(place: float, other: float) -> bool:
    return abs(place - other) <= SAME_PLACE * max(abs(place), abs(other), SAME_PLACE)


def _unreduced(function: Callable[..., Any], label: float, p: Array) -> Array:
    return np.asarray(function(np.full(len(p), label), p, reduction="none"))


@statement
def slopes_go_back_to_0_where_that_is_stated(loss: lb.Loss) -> None:
    if loss.is_row:
        require(loss, "redescending", False, "it is stated of single predictions only")
        return
    found = [_goes_back(loss, label) for label in labels(loss)]
    words = "goes" if all(found) else "does not go"
    require(loss, "redescending", all(found), f"far from the label the slope {words} back to 0")


def _goes_back(loss: lb.Loss, label: float) -> bool:
    """Whether the slope vanishes at both ends of the domain, unless the loss is lowest there."""
    p = predictions(loss, label)
    value, slope = loss.value_and_gradient(np.full(len(p), label), p, reduction="none")
    steepest = abs(slope[np.isfinite(slope)]).max(initial=0.0)
    lowest = int(np.argmin(value))
    if steepest == 0:
        return False
    away = [end for end in (0, -1) if value[end] > value[lowest] + GONE * abs(value[lowest])]
    far = [max(abs(slope[end]), abs(slope[end + (1 if end == 0 else -1)])) for end in away]
    return bool(away) and all(size <= GONE * steepest for size in far)
