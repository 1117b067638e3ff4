"""Curvatures of losses of several levels, whose columns may be steps from one level to the next."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from lossbook.boosting.secant import floored
from lossbook.engine.libraries import HOME
from lossbook.families import LevelsLoss


def has_kinks(loss: LevelsLoss) -> bool:
    """Whether the cost of a level is made of straight pieces."""
    return math.isinf(dataclasses.replace(loss, non_crossing=False).facts.smoothness)


def secant_of_levels(loss: LevelsLoss, y_true: Any, raw: Any, floor: float | None) -> Any:
    """Of quantiles: 1 / (2 distance) at each level, whatever its share, brought to the columns."""
    distance = abs(loss.inverse_link(raw) - y_true[:, None].astype(raw.dtype, copy=False))
    return _through_steps(loss, raw, 0.5 / floored(distance, floor))


def expected_of_levels(loss: LevelsLoss, y_true: Any, raw: Any) -> Any:
    """The curvature of each level's cost, brought to the columns without how steps bend."""
    residual = loss.inverse_link(raw) - y_true[:, None].astype(raw.dtype, copy=False)
    with np.errstate(all="ignore"):
        curvature = loss.model_curvature(HOME, HOME.row(loss.taus), residual)
    return _through_steps(loss, raw, np.broadcast_to(curvature, raw.shape))


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
