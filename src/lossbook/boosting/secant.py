"""Secant curvature: the slope of the gradient between a prediction and its mirror image.

Of a loss that is even about a centre, but for a straight line, the parabola of this curvature
touches it at the prediction and at the mirror image, and lies above it everywhere as long as the
curvature falls with the distance: so for the absolute and the quantile loss (Hunter and Lange,
Quantile Regression via an MM Algorithm, JCGS 9 (2000)), the logistic loss (Jaakkola and Jordan,
Bayesian Parameter Estimation via Variational Methods, Statistics and Computing 10 (2000)), the
hinge (Groenen, Nalbantov and Bioch, SVM-Maj, ADAC 2 (2008)), and robust losses, where it is the
weight of robust regression (Huber, Robust Statistics (1981), 7.8).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.boosting.probes import facts_of, labels_of
from lossbook.families import MarginLoss

if TYPE_CHECKING:
    from lossbook.loss import Loss

# At a kink the curvature is infinite. Distances below this share of the labels' mean distance from
# their mean count as that share: of 0.1 to 4, on labels of heavy and light tails, skewed, with much
# noise and with little, it came closest to objectives that set their leaves to quantiles.
FLOOR_SHARE = 0.3

# Distances at which a loss is asked whether its secants lie above it, and how exactly.
_DISTANCES = np.geomspace(1e-3, 1e4, 141)
_TOLERANCE = 1e-6
_FAR = 1e6
_CLOSE = 1e-6


@dataclass(frozen=True)
class Mirror:
    """Where predictions are mirrored: about the label, the margin ``centre``, or the score 0.

    Parameters
    ----------
    about : str
        "label", "margin" or "score".
    centre : float
        Of the margin.
    is_even : bool
        Whether there is no straight line in the loss, so that one gradient tells the other.
    """

    about: str
    centre: float
    is_even: bool

    def distances(self, y_true: Any, raw: Any) -> Any:
        """How far predictions lie from the centre, with their sign."""
        if self.about == "label":
            return raw - y_true.astype(raw.dtype, copy=False)
        if self.about == "margin":
            return raw - self.centre * y_true.astype(raw.dtype, copy=False)
        return raw


def mirror_of(loss: Loss) -> Mirror | None:
    """The mirror about which this loss lies below its secants; None where there is none."""
    if loss.is_row:
        return None
    if isinstance(loss, MarginLoss):
        middle = [_middle(loss)] if math.isfinite(facts_of(loss).lipschitz) else []
        about, centres = "margin", [0.0, *facts_of(loss).kinks, *middle]
    elif loss.label_domain.two_classes is not None:
        about, centres = "score", [0.0]
    else:
        about, centres = "label", [0.0]
    for centre in centres:
        mirrors = [Mirror(about, centre, is_even) for is_even in (True, False)]
        for mirror in mirrors:
            if all(_lies_below(loss, mirror, label) for label in labels_of(loss)):
                return mirror
    return None


def secant(
    loss: Loss, mirror: Mirror, floor: float | None, y_true: Any, raw: Any
) -> tuple[Any, Any]:
    """Gradient and secant curvature of each sample, without weights."""
    here, there = _both_slopes(loss, mirror, y_true, raw)
    distance = mirror.distances(y_true, raw)
    if facts_of(loss).kinks:
        return floored(here, (here - there) / 2, distance, floor or floor_for(loss, y_true))
    is_close = abs(distance) <= (0 if mirror.is_even else _CLOSE)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (here - there) / (2 * distance)
    slope = slope.astype(raw.dtype, copy=False)
    if is_close.any():
        slope[is_close] = loss.hessian(y_true[is_close], raw[is_close], reduction="none")
    return here.astype(raw.dtype, copy=False), slope


def density(
    loss: Loss, mirror: Mirror, floor: float | None, y_true: Any, raw: Any
) -> tuple[Any, Any]:
    """Gradient, and a stand-in for the second derivative of straight pieces on average.

    That is the density of the labels at the kink, times the jump of the slope: estimated from the
    distances, with the geometric mean of both slopes. Of the median it is the secant; of quantiles
    far out it is smaller, as labels are rarer there (with the secant such quantiles are reached in
    many more rounds; half the exponent, or none, did worse than this).
    """
    here, there = _both_slopes(loss, mirror, y_true, raw)
    pull = np.sqrt(abs(here * there))
    distance = mirror.distances(y_true, raw)
    return floored(here, pull, distance, floor or floor_for(loss, y_true))


def floored(gradient: Any, pull: Any, distance: Any, floor: float) -> tuple[Any, Any]:
    """Gradient and pull / distance, both times the floor, which distances are not below.

    So the curvature is at most the pull, whatever the unit of the labels: penalties on leaves mean
    what they mean for squared error.
    """
    dtype = distance.dtype
    curvature = abs(pull) * (floor / np.maximum(abs(distance), dtype.type(floor)))
    return (gradient * floor).astype(dtype, copy=False), curvature.astype(dtype, copy=False)


def _both_slopes(loss: Loss, mirror: Mirror, y_true: Any, raw: Any) -> tuple[Any, Any]:
    """The gradients at a prediction and at its mirror image."""
    if mirror.is_even:
        here = loss.gradient(y_true, raw, reduction="none")
        return here, -here
    # They may be almost the same: only float64 has digits left of their difference.
    raw = raw.astype(np.float64)
    there = raw - 2 * mirror.distances(y_true, raw)
    return (
        loss.gradient(y_true, raw, reduction="none"),
        loss.gradient(y_true, there, reduction="none"),
    )


def floor_for(loss: Loss, y_true: Any) -> float:
    """The distance to a kink below which all count the same: by the spread of the labels."""
    if loss.label_domain.two_classes is not None:
        return FLOOR_SHARE  # the margin has a unit of its own
    centre = np.nanmean(y_true, dtype=np.float64)
    return FLOOR_SHARE * float(np.nanmean(abs(y_true - centre), dtype=np.float64)) or 1.0


def _middle(loss: MarginLoss) -> float:
    """The margin at which the slope is halfway between those far out on either side."""

    def slope(margin: float) -> float:
        return float(loss.gradient([1.0], [margin], reduction="none")[0])

    halfway = (slope(-_FAR) + slope(_FAR)) / 2
    low, high = -_FAR, _FAR
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < halfway else (low, middle)
    return (low + high) / 2


def _lies_below(loss: Loss, mirror: Mirror, label: float) -> bool:
    """Whether the secants of one label lie above: even but for a line, and flatter far out."""
    y = np.full_like(_DISTANCES, label)
    at = -mirror.distances(y, np.zeros_like(y))
    with np.errstate(all="ignore"):
        right = loss.gradient(y, at + _DISTANCES, reduction="none")
        left = loss.gradient(y, at - _DISTANCES, reduction="none")
    scale = abs(right) + abs(left)
    if not np.isfinite(scale).all():
        return False
    line = 0.0 if mirror.is_even else right[0] + left[0]
    slopes = (right - left) / _DISTANCES
    is_even_but_for_a_line = abs(right + left - line) <= _TOLERANCE * scale
    falls = slopes[1:] <= slopes[:-1] * (1 + _TOLERANCE)
    return bool(is_even_but_for_a_line.all() and falls.all() and (slopes >= 0).all())
