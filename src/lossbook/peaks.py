"""The largest slope or curvature of a loss, for constants that no closed form gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

_POINTS, _ROUNDS = 2049, 8


def highest(derivative: Callable[..., Any], label: float, low: float, high: float) -> float:
    """The largest size of a loss's gradient or Hessian for predictions from ``low`` to ``high``.

    >>> import lossbook
    >>> from lossbook.peaks import highest
    >>> highest(lossbook.SigmoidLoss().gradient, 1, -5, 5)
    1.0
    """
    best = 0.0
    for _ in range(_ROUNDS):
        places = np.linspace(low, high, _POINTS)
        sizes = abs(derivative(np.full(_POINTS, label), places, reduction="none"))
        top = int(np.argmax(sizes))
        best = max(best, float(sizes[top]))
        low, high = places[max(top - 1, 0)], places[min(top + 1, _POINTS - 1)]
    return best
