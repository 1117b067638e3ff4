"""The mean loss of a model of two parameters, as contours over the two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lossbook.errors import InputError
from lossbook.report.plots.canvas import canvas
from lossbook.report.views import ends

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lossbook.loss import Loss

__all__ = ["plot_contours"]

Floats = npt.NDArray[np.float64]

GRID = 81
LINES = 12


def plot_contours(
    loss: Loss,
    features: Any,
    y_true: Any,
    ax: Axes | None = None,
    *,
    between: Sequence[tuple[float, float]] = ((-3.0, 3.0), (-3.0, 3.0)),
    start: Sequence[float] | None = None,
    learning_rate: float = 0.1,
    steps: int = 50,
) -> Axes:
    r"""Draw the mean loss of a linear model over its two parameters, and a descent down to it.

    The prediction is :math:`\theta_0 x + \theta_1` for one feature x per sample, and
    :math:`\theta_0 x_0 + \theta_1 x_1` for two.

    Parameters
    ----------
    loss : Loss
        A loss of single predictions.
    features : array
        One number per sample, or rows of two.
    y_true : array
        The labels.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on axes of a new figure.
    between : two pairs of float
        From where to where each parameter goes.
    start : two floats, optional
        Where gradient descent starts; without it none is drawn.
    learning_rate : float
        Greater than 0.
    steps : int
        How many steps, 1 or more.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; with ``start``, their last line is the way of the descent.

    Examples
    --------
    >>> import lossbook as lb
    >>> ax = lb.plot_contours(
    ...     lb.SquaredError(), [0.0, 1.0, 2.0], [1.0, 1.0, 4.0], start=(0.0, 0.0), steps=1
    ... )
    >>> ax.lines[-1].get_xydata().round(3).tolist()
    [[0.0, 0.0], [0.6, 0.4]]
    """
    design = _design(features)
    labels = np.asarray(y_true)
    if loss.is_row:
        raise InputError(
            f"{loss!r} has rows of predictions, and this model has single ones.", argument="loss"
        )
    if labels.shape != (len(design),):
        raise InputError(
            f"y_true has the shape {labels.shape}, and features have {len(design)} samples: "
            "pass one label for each.",
            argument="y_true",
        )
    axes = [np.linspace(*ends(pair, "pairs of finite numbers"), GRID) for pair in between]
    first, second = np.meshgrid(*axes)
    heights = np.asarray(
        [_mean(loss, design, labels, theta) for theta in zip(first.flat, second.flat, strict=True)]
    ).reshape(first.shape)
    path = None if start is None else _descent(loss, design, labels, start, learning_rate, steps)
    ax = canvas(ax)
    ax.contour(first, second, heights, levels=_levels(heights), cmap="viridis", linewidths=1)
    if path is not None:
        ax.plot(*path.T, "o-", color="C1", markersize=3, linewidth=1, label="descent")
        ax.legend()
    names = ("slope", "intercept") if np.ndim(features) == 1 else ("weight 0", "weight 1")
    ax.set(xlabel=names[0], ylabel=names[1])
    return ax


def _design(features: Any) -> Floats:
    given = np.asarray(features, dtype=np.float64)
    if given.ndim == 1 and len(given):
        return np.column_stack([given, np.ones_like(given)])
    if given.ndim == 2 and given.shape[1] == 2 and len(given):
        return given
    raise InputError(
        f"features must be one number per sample, or rows of two, got the shape {given.shape}.",
        argument="features",
    )


def _mean(loss: Loss, design: Floats, labels: Any, theta: Any) -> float:
    return float(loss(labels, design @ np.asarray(theta)))


def _descent(
    loss: Loss,
    design: Floats,
    labels: Any,
    start: Sequence[float],
    learning_rate: float,
    steps: int,
) -> Floats:
    theta = np.asarray(start, dtype=np.float64)
    if theta.shape != (2,):
        raise InputError(f"start must be two numbers, got {start!r}.", argument="start")
    if not (math.isfinite(learning_rate) and learning_rate > 0):
        raise InputError(
            f"learning_rate must be greater than 0, got {learning_rate!r}.",
            argument="learning_rate",
        )
    path = [theta]
    for _ in range(steps):
        theta = theta - learning_rate * (design.T @ loss.gradient(labels, design @ theta))
        path.append(theta)
    return np.asarray(path)


def _levels(heights: Floats) -> Floats:
    """Closer together where the loss is small: the valley is what one looks for."""
    finite = heights[np.isfinite(heights)]
    low, high = float(finite.min()), float(finite.max())
    shares = np.linspace(0, 1, LINES + 2)[1:-1] ** 2
    return low + shares * (high - low)
