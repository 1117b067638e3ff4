"""Curvatures of losses of several levels, whose columns may be steps from one level to the next."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from lossbook.boosting.secant import floor_for, floored
from lossbook.engine.libraries import HOME
from lossbook.families import LevelsLoss


def has_kinks(loss: LevelsLoss) -> bool:
    """Whether the cost of a level is made of straight pieces."""
    return math.isinf(dataclasses.replace(loss, non_crossing=False).facts.smoothness)


def secant_of_levels(
    loss: LevelsLoss, floor: float | None, y_true: Any, raw: Any
) -> tuple[Any, Any]:
    """Of quantiles that may cross: at each level the secant of one quantile."""
    gradient = loss.gradient(y_true, raw, reduction="none")
    return floored(gradient, 0.5, _residuals(loss, y_true, raw), floor or floor_for(loss, y_true))


def expected_of_levels(
    loss: LevelsLoss, floor: float | None, y_true: Any, raw: Any
) -> tuple[Any, Any]:
    """Gradient, and the expected curvature of each level's cost, brought to the columns."""
    gradient, residual = loss.gradient(y_true, raw, reduction="none"), _residuals(loss, y_true, raw)
    taus = HOME.row(loss.taus)
    if has_kinks(loss):
        pull, floor = np.sqrt(taus * (1 - taus)), floor or floor_for(loss, y_true)
        gradient, curvature = floored(gradient, pull, residual, floor)
    else:
        curvature = loss.model_curvature(HOME, taus, residual)
        curvature = np.broadcast_to(curvature, raw.shape).astype(raw.dtype)
    return gradient, _through_steps(loss, raw, curvature)


def _residuals(loss: LevelsLoss, y_true: Any, raw: Any) -> Any:
    labels = y_true.reshape(-1, 1).astype(raw.dtype, copy=False)
    return loss.inverse_link(raw) - labels


def _through_steps(loss: LevelsLoss, raw: Any, curvature: Any) -> Any:
    """The curvature by columns, of steps from level to level.

    A column moves its own level and all above it, at the rate of its softplus; how the softplus
    bends does not count, as slopes sum to 0 at the best prediction. The diagonal of J^T diag(h) J
    has the rate squared: once keeps the step finite where a rate vanishes, as gradients have it
    once too.
    """
    if not loss.non_crossing:
        return curvature
    rates = HOME.sigmoid(raw)
    rates[..., 0] = 1
    return rates * np.cumsum(curvature[..., ::-1], axis=-1)[..., ::-1]
