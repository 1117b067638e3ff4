"""Where facts are looked for: predictions of all sizes around everything that could be special.

Labels and predictions of one number each; rows of scores are drawn by ``sampling``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np

import lossbook as lb
from lossbook.domains import Labels
from lossbook.families import MarginLoss

Array = np.ndarray[Any, Any]

_LABELS = (0.0, 1.0, 0.3, -2.5, 40.0)
_NEAR = np.exp(np.arange(np.log(1e-8), np.log(1e4), 0.05))
_FAR = 10.0 ** np.arange(5, 306, 10)
# No float that somebody would choose as a parameter, so that no point lies on a kink.
_GENERIC = 1.3707


def labels(loss: lb.Loss) -> tuple[float, ...]:
    """Labels that stand for all others, with the ends of their domain."""
    domain = loss.label_domain
    if isinstance(domain, Labels):
        return domain.first, domain.second
    if isinstance(loss, lb.ResidualLoss):
        return (0.0,)  # a residual that is not rounded
    ends = [float(end) for end in (domain.low, domain.high) if np.isfinite(end)]
    return tuple(y for y in dict.fromkeys([*ends, *_LABELS]) if not domain.outside(np.float64(y)))


def place_of(loss: lb.Loss, label: Any, prediction: Any) -> Any:
    """The prediction in the variable that kinks are stated in."""
    if isinstance(loss, MarginLoss):
        return prediction * label
    return prediction if loss.label_domain.two_classes else prediction - label


def predictions(loss: lb.Loss, label: float) -> Array:
    """Predictions for this label in rising order, a twentieth apart on every scale."""
    sizes = np.concatenate([_NEAR, _FAR])
    with np.errstate(over="ignore"):
        around = [a + s * sizes for a in _anchors(loss, label) for s in (-1, 1)]
    numbers = np.unique(np.concatenate(around))
    return numbers[~np.asarray(loss.prediction_domain.outside(numbers)) & np.isfinite(numbers)]


def generic_predictions(loss: lb.Loss, label: float) -> Iterator[Any]:
    """The same for mpmath, few and of every size down to nothing, none of them on a kink."""
    domain = loss.prediction_domain
    for anchor in _anchors(loss, label):
        for power in [*range(-20, 21, 2), -1000, -300, 70, 300, 1000]:
            for sign in (-1, 1):
                p = mpmath.mpf(anchor) + sign * mpmath.ldexp(_GENERIC, power)
                if domain.low < p < domain.high:
                    yield p


def _anchors(loss: lb.Loss, label: float) -> list[float]:
    domain = loss.prediction_domain
    ends = [float(end) for end in (domain.low, domain.high) if np.isfinite(end)]
    centres = [0.0, -1.0, 1.0] if loss.label_domain.two_classes else [0.0, label]
    return [a for a in dict.fromkeys([*centres, *ends]) if domain.low <= a <= domain.high]
