"""What is known about a loss as a function of its prediction; every entry is tested."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """Properties of the value as a function of ``y_pred``, for every allowed label.

    The tests hold each entry against the loss both ways: what is stated must hold, and what is not
    stated must not. Constants are the smallest that hold for all labels at once, NaN where they are
    not worked out.

    Parameters
    ----------
    convex : bool
        The value lies below its chords.
    strictly_convex : bool
        It lies below them everywhere but at their ends: no straight piece, for any label.
    strong_convexity : float
        The smallest curvature, attained or approached; 0 for a loss that is not convex. For rows,
        the smallest eigenvalue of a row's Hessian.
    unimodal : bool or None
        Away from its lowest point the value only rises, or stays: no second valley. None where it
        is not worked out.
    lipschitz : float
        The largest slope, attained or approached; infinite where slopes grow without bound. For
        rows, the largest Euclidean norm of a row's gradient, or of one column's where columns are
        separate (``loss.is_separable``).
    smoothness : float
        The largest size of the curvature, be it up or down: the Lipschitz constant of the gradient;
        infinite where the slope jumps. For rows, the largest eigenvalue of a row's Hessian
        in size.
    kinks : tuple of float
        Where the slope jumps: in the margin for margin losses, in the prediction for other losses
        of two classes, in the residual for the rest. Always empty for rows.
    jumps : tuple of float
        Where the value itself jumps, in the same variable; there is then no bound on the slope
        between two predictions, however flat the pieces are. Always empty for rows.
    minimum : float
        The smallest value, attained or approached.
    supremum : float
        The largest value, attained or approached; infinite where values grow without bound.
    symmetric : bool
        A residual and its negative cost the same; for two classes, so do the two classes, each with
        the prediction that mirrors the other's. False for rows.
    redescending : bool
        The slope goes back to 0 far out, wherever the loss is not at its lowest there: an outlier
        loses its influence. False for rows.
    calibrated : bool or None
        For losses of two classes: whether the best prediction always lies on the side of the
        likelier class (Bartlett, Jordan and McAuliffe, JASA 101 (2006)). None for all others.
    """

    convex: bool
    strictly_convex: bool = False
    strong_convexity: float = 0.0
    unimodal: bool | None = True
    lipschitz: float = math.inf
    smoothness: float = math.inf
    kinks: tuple[float, ...] = ()
    jumps: tuple[float, ...] = ()
    minimum: float = 0.0
    supremum: float = math.inf
    symmetric: bool = False
    redescending: bool = False
    calibrated: bool | None = None


@dataclass(frozen=True)
class Accuracy:
    """The largest error in ULP of the exact result, over all finite inputs (reduction "none").

    Inputs whose difference is too large for their dtype are left out: a residual that overflows is
    infinite. Between labels, where the terms of a gradient cancel, the error is relative to them.

    ``underflow`` is for formulas that multiply what may be subnormal, a probability say: its error,
    half of the smallest number of the format, grows as it does, so close to 0 errors are counted in
    this many smallest numbers. With 1 there is no such exception.
    """

    value: float = 2
    gradient: float = 2
    hessian: float = 3
    underflow: float = 1


@dataclass(frozen=True)
class Example:
    """A worked example, small enough to follow by hand."""

    y_true: list[float] | list[int] | list[list[float]]
    y_pred: list[float] | list[int] | list[list[float]]


def highest(function: Callable[[float], float]) -> float:
    """The largest value of a function of a probability: for constants without a closed form.

    Looked for at probabilities of all sizes, then between the neighbours of the best place, again
    and again.

    >>> from lossbook.facts import highest
    >>> round(highest(lambda p: p * (1 - p)), 12)
    0.25
    """
    low, high = -40.0, 30.0
    best = -math.inf
    for _ in range(8):
        logits = [low + (high - low) * step / 128 for step in range(129)]
        values = [function(1 / (1 + math.exp(-logit))) for logit in logits]
        top = max(range(129), key=values.__getitem__)
        best = max(best, values[top])
        low, high = logits[max(top - 1, 0)], logits[min(top + 1, 128)]
    return best
