"""Stated of losses for two classes: whether the best prediction picks the likelier class."""

from __future__ import annotations

import numpy as np

import lossbook as lb
from lossbook.checks.sampling import Array
from lossbook.checks.stating import require, statement

_SIZES = 2.0 ** np.arange(-20, 21, 0.25)
_SHARES = [0.5 + sign * size for size in (0.001, 0.01, 0.1, 0.3, 0.45) for sign in (-1, 1)]


@statement
def the_best_prediction_picks_the_likelier_class_where_that_is_stated(loss: lb.Loss) -> None:
    if loss.label_domain.two_classes is None:
        require(loss, "calibrated", None, "it is stated of losses for two classes only")
        return
    for share in _SHARES:
        below, edge, above = _least(loss, share)
        right, wrong = (above, min(below, edge)) if share > 0.5 else (below, min(above, edge))
        if right >= wrong - 1e-12 * abs(wrong):
            why = f"where {share:g} are of the second class, the wrong side costs {wrong:.6g}"
            require(loss, "calibrated", False, f"{why} at best and the right side {right:.6g}")
            return
    require(loss, "calibrated", True, "the best prediction picks the likelier class")


def _least(loss: lb.Loss, share: float) -> tuple[float, float, float]:
    """The least expected loss below the middle of all predictions, at it, and above it."""
    domain = loss.prediction_domain
    middle = 0.0 if domain.checks_nothing else (domain.low + domain.high) / 2
    sides = (middle - _SIZES, np.array([middle]), middle + _SIZES)
    costs = [_expected(loss, share, p[~np.asarray(domain.outside(p))]) for p in sides]
    return float(costs[0].min()), float(costs[1].min()), float(costs[2].min())


def _expected(loss: lb.Loss, share: float, p: Array) -> Array:
    first, second = (
        loss(np.full(len(p), label), p, reduction="none") for label in loss.label_domain.two_classes
    )
    return np.asarray((1 - share) * first + share * second)
