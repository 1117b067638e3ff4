"""Gradient descent on a prediction, drawn on the curve that it goes down."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.errors import InputError
from lossbook.report.descent import descend
from lossbook.report.plots.canvas import canvas
from lossbook.report.plots.tracing import trace
from lossbook.report.views import view_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lossbook.loss import Loss

__all__ = ["plot_push"]


def plot_push(
    loss: Loss,
    start: float,
    ax: Axes | None = None,
    *,
    y_true: Any = None,
    learning_rate: float = 0.1,
    steps: int = 10,
    between: tuple[float, float] | None = None,
) -> Axes:
    """Draw how gradient descent pushes one prediction down the curve of its loss.

    Each arrow is one step: the prediction less ``learning_rate`` times the gradient there.

    Parameters
    ----------
    loss : Loss
        A loss of single predictions.
    start : float
        The first prediction.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on axes of a new figure.
    y_true : number, optional
        The label; by default one that shows the loss best.
    learning_rate : float
        Greater than 0.
    steps : int
        How many, 1 or more.
    between : (float, float), optional
        From where to where the curve is drawn; by default around the steps.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; their last line joins the steps.

    Examples
    --------
    >>> import lossbook as lb
    >>> ax = lb.plot_push(lb.SquaredError(), 4.0, y_true=0.0, learning_rate=0.25, steps=3)
    >>> ax.lines[-1].get_xdata().tolist()
    [4.0, 2.0, 1.0, 0.5]
    """
    if loss.is_row:
        raise InputError(
            f"{loss!r} has rows of predictions, and plot_push draws a single one.", argument="loss"
        )
    if not (math.isfinite(learning_rate) and learning_rate > 0):
        raise InputError(
            f"learning_rate must be greater than 0, got {learning_rate!r}.",
            argument="learning_rate",
        )
    if steps < 1:
        raise InputError(f"steps must be 1 or more, got {steps!r}.", argument="steps")
    label = view_of(loss, y_true).y_true
    path = descend(loss, label, start, learning_rate, steps)
    places = np.asarray([float(step.prediction) for step in path])
    losses = np.asarray([step.loss for step in path])
    ax = canvas(ax)
    view = view_of(loss, label, between=between or _around(loss, label, places))
    traced = trace(view, "value")
    ax.plot(traced.x, traced.y, color="C0", label=f"value, {view.label}")
    for k in range(steps):
        ax.annotate(
            "",
            xy=(places[k + 1], losses[k + 1]),
            xytext=(places[k], losses[k]),
            arrowprops={"arrowstyle": "->", "color": "C1", "shrinkA": 0, "shrinkB": 0},
        )
    ax.plot(places, losses, "o", color="C1", markersize=5, label=f"{steps} steps")
    ax.set(xlabel=view.x_label, ylabel="value")
    ax.legend()
    return ax


def _around(loss: Loss, label: float, places: Any) -> tuple[float, float]:
    """All steps, and the label where it is a prediction too, with some room."""
    shown = view_of(loss, label)
    within = [label] if loss.is_of_residual else []
    low, high = float(min([*places, *within])), float(max([*places, *within]))
    room = 0.25 * (high - low) or 1.0
    if math.isfinite(getattr(loss.prediction_domain, "low", -math.inf)):
        low = max(low - room, shown.low) + room
    if math.isfinite(getattr(loss.prediction_domain, "high", math.inf)):
        high = min(high + room, shown.high) - room
    return low - room, high + room
