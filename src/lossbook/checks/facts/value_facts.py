"""Stated of the value: the smallest and the largest, and what mirror images cost."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath
import numpy as np

import lossbook as lb
from lossbook.checks.places import labels, predictions
from lossbook.checks.sampling import Array, Samples, ordinary
from lossbook.checks.searching import largest
from lossbook.checks.stating import NOTHING, require, require_largest, statement
from lossbook.maths.oracle import ORACLE


@statement
def the_minimum_is_reached_and_never_passed(loss: lb.Loss) -> None:
    least = -largest(loss, lambda s: -loss(s.y_true, s.y_pred, reduction="none"))
    stated = loss.facts.minimum
    if np.isnan(stated):
        return  # nothing is stated
    if least == -np.inf < stated and not loss.is_row:
        least = min(_beyond_all_floats(loss))  # a slow power falls like a logarithm down here
    if stated == -np.inf:
        holds = least < -100  # a logarithm is -100 close to the end of the floats
    else:
        # Rows of probabilities sum to 1 but for their rounding.
        room = 1e-12 * abs(stated) + (1e-15 if loss.is_row else 0)
        holds = stated - room <= least <= stated + NOTHING
    if not holds:
        require(loss, "minimum", least, f"the smallest value found is {least}")


def _beyond_all_floats(loss: lb.Loss) -> Iterator[float]:
    exactly, far = loss.over(ORACLE), mpmath.mpf(10) ** 10**6
    for label in labels(loss):
        for p in (far, -far, 1 / far, -1 / far):
            if not loss.prediction_domain.outside(p):
                yield float(exactly.textbook(ORACLE, mpmath.mpf(label), p))


@statement
def the_supremum_is_approached_and_never_passed(loss: lb.Loss) -> None:
    most = largest(loss, lambda s: loss(s.y_true, s.y_pred, reduction="none"))
    require_largest(loss, "supremum", most, "value")


@statement
def values_only_rise_away_from_the_lowest_where_that_is_stated(loss: lb.Loss) -> None:
    if loss.facts.unimodal is None:
        return  # nothing is stated
    for where in _second_valleys_of_rows(loss) if loss.is_row else _second_valleys(loss):
        require(loss, "unimodal", False, f"there is a second valley beyond {where}")
        return
    require(loss, "unimodal", True, "values only rise away from the lowest one")


def _second_valleys(loss: lb.Loss) -> Iterator[str]:
    for label in labels(loss):
        p = predictions(loss, label)
        value = loss(np.full(len(p), label), p, reduction="none")
        lowest = int(np.nanargmin(value))
        for side in (np.arange(lowest, len(p)), np.arange(lowest, -1, -1)):
            peaks = np.fmax.accumulate(value[side])
            falls = value[side] < peaks * (1 - np.sign(peaks) * 1e-12)
            if falls.any():
                yield f"y_pred = {p[side][np.argmax(falls)]:.6g} for label {label}"


def _second_valleys_of_rows(loss: lb.Loss) -> Iterator[str]:
    for one, other in zip(ordinary(loss, 2000, seed=1), ordinary(loss, 2000, seed=2), strict=True):
        middle = (one.y_pred + other.y_pred) / 2
        ends = np.maximum(*(loss(one.y_true, s.y_pred, reduction="none") for s in (one, other)))
        hills = loss(one.y_true, middle, reduction="none") > ends + 1e-12 * abs(ends)
        if hills.any():
            yield f"y_pred = {middle[np.argmax(hills)]}"


@statement
def mirror_images_cost_the_same_where_that_is_stated(loss: lb.Loss) -> None:
    if loss.is_row:
        require(loss, "symmetric", False, "it is stated of single predictions only")
        return
    for one, other in _mirrored(loss):
        values = [loss(s.y_true, s.y_pred, reduction="none") for s in (one, other)]
        differ = ~np.isclose(values[0], values[1], rtol=1e-12, atol=0)
        if differ.any():
            first = int(np.argmax(differ))
            why = " and ".join(
                f"l({s.y_true[first]:.6g}, {s.y_pred[first]:.6g}) = {value[first]:.6g}"
                for s, value in zip((one, other), values, strict=True)
            )
            require(loss, "symmetric", False, why)
            return
    require(loss, "symmetric", True, "mirror images cost the same")


def _mirrored(loss: lb.Loss) -> Iterator[tuple[Samples, Samples]]:
    """The other class with the other prediction; else the residual with the other sign."""
    # Few bits each, so that no mirror image is rounded.
    sizes = np.outer(2.0 ** np.arange(-20, 21), [1, 1.25, 1.75]).ravel()
    domain = loss.prediction_domain
    for label in labels(loss):
        if loss.label_domain.two_classes:
            p, other = sizes, sum(loss.label_domain.two_classes) - label
            image = (domain.low + domain.high if np.isfinite(domain.high) else 0) - p
        else:
            other, p, image = label, label + sizes, label - sizes
        inside = ~np.asarray(domain.outside(p) | domain.outside(image))
        if inside.any():
            yield _samples(label, p[inside]), _samples(other, image[inside])


def _samples(label: float, p: Array) -> Samples:
    return Samples("mirrored", np.full(len(p), label), p)
