"""What is known about a loss as a function of its prediction; every entry is tested."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """Properties of the value as a function of ``y_pred``, for every allowed label.

    Parameters
    ----------
    convex : bool
        The value lies below its chords.
    lipschitz : float
        The largest slope, attained or approached; infinite where slopes grow without bound. For
        class losses, the largest Euclidean norm of a row's gradient.
    smoothness : float
        The largest curvature; infinite at a kink. For class losses, the largest eigenvalue of a
        row's Hessian.
    kinks : tuple of float
        Where the slope jumps, in the variable of the family (residual, margin).
    minimum : float
        The smallest value, attained or approached.
    """

    convex: bool
    lipschitz: float = math.inf
    smoothness: float = math.inf
    kinks: tuple[float, ...] = ()
    minimum: float = 0.0


@dataclass(frozen=True)
class Accuracy:
    """The largest error in ULP of the exact result, over all finite inputs (reduction "none").

    Inputs whose difference is too large for their dtype are left out: a residual that overflows is
    infinite. Between labels, where the terms of a gradient cancel, the error is relative to them.
    """

    value: float = 2
    gradient: float = 2
    hessian: float = 3


@dataclass(frozen=True)
class Example:
    """A worked example, small enough to follow by hand."""

    y_true: list[float] | list[int] | list[list[float]]
    y_pred: list[float] | list[list[float]]
