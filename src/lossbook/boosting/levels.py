"""Curvatures of losses of several levels, whose columns may be steps from one level to the next."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from lossbook.boosting.secant import floor_for
from lossbook.engine.libraries import HOME
from lossbook.families import LevelsLoss


def has_kinks(loss: LevelsLoss) -> bool:
    """Whether the cost of a level is made of straight pieces."""
    return math.isinf(dataclasses.replace(loss, non_crossing=False).facts.smoothness)


def secant_of_levels(
    loss: LevelsLoss, floor: float | None, y_true: Any, raw: Any
) -> tuple[Any, Any]:
    """Of quantiles: 1 / (2 distance) at each level, whatever its share, brought to the columns.

    Gradient and curvature are times the floor, as those of one quantile.
    """
    floor = floor or floor_for(loss, y_true)
    gradient = loss.gradient(y_true, raw, reduction="none")
    gradient *= floor
    distance = abs(_residuals(loss, y_true, raw))
    return gradient, _through_steps(loss, raw, floor / (2 * np.maximum(distance, floor)))


def expected_of_levels(loss: LevelsLoss, y_true: Any, raw: Any) -> Any:
    """The curvature of each level's cost, brought to the columns without how steps bend."""
    taus, residuals = HOME.row(loss.taus), _residuals(loss, y_true, raw)
    curvature = loss.model_curvature(HOME, taus, residuals)
    return _through_steps(loss, raw, np.broadcast_to(curvature, raw.shape)).astype(raw.dtype)


def _residuals(loss: LevelsLoss, y_true: Any, raw: Any) -> Any:
    labels = y_true.reshape(-1, 1).astype(raw.dtype, copy=False)
    return loss.inverse_link(raw) - labels


def _through_steps(loss: LevelsLoss, raw: Any, curvature: Any) -> Any:
    """A diagonal above J^T diag(curvature) J, where J says how levels move with the columns.

    By the inequality of Cauchy and Schwarz, (sum_j J_kj d_j)^2 <= (sum_j J_kj) sum_j J_kj d_j^2: it
    holds for a step in all columns at once, as a round of boosting takes.
    """
    if not loss.non_crossing:
        return curvature
    rates = HOME.sigmoid(raw)
    rates[..., 0] = 1
    weighed = curvature * np.cumsum(rates, axis=-1)
    return rates * np.cumsum(weighed[..., ::-1], axis=-1)[..., ::-1]
