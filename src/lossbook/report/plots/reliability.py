"""Whether predicted probabilities come true as often as they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lossbook.errors import InputError
from lossbook.report.plots.canvas import canvas
from lossbook.scale.reliability import ReliabilityCounts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_reliability"]

Floats = npt.NDArray[np.float64]


def plot_reliability(
    y_true: Any, y_pred: Any, ax: Axes | None = None, *, sample_weight: Any = None
) -> Axes:
    """Draw the observed frequency of class 1 against the predicted probability, in ten bins.

    Points on the diagonal are right; above it predictions are too low. The area of a dot grows
    with the rows in its bin.

    Parameters
    ----------
    y_true : array
        Labels from 0 to 1.
    y_pred : array
        Probabilities of class 1; for raw scores, pass ``loss.inverse_link(raw)``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on axes of a new figure.
    sample_weight : array, optional
        A weight for each row.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; their last line goes through the bins that hold rows.

    Examples
    --------
    >>> import lossbook as lb
    >>> ax = lb.plot_reliability([0, 1, 1, 1], [0.25, 0.25, 0.75, 0.75])
    >>> ax.lines[-1].get_xydata().tolist()
    [[0.25, 0.5], [0.75, 1.0]]
    """
    labels, probabilities = _shares("y_true", y_true), _shares("y_pred", y_pred)
    if labels.shape != probabilities.shape:
        raise InputError(
            f"y_true has the shape {labels.shape} and y_pred {probabilities.shape}: they must "
            "agree.",
            argument="y_pred",
        )
    weights = None if sample_weight is None else _weights(sample_weight, len(labels))
    counts = ReliabilityCounts()
    counts.add(labels, probabilities, weights)
    filled = [
        (bin_.mean_prediction, bin_.mean_label, bin_.rows)
        for bin_ in counts.bins(weights is not None)
        if bin_.rows
    ]
    predicted, observed, rows = map(np.asarray, zip(*filled, strict=True))
    ax = canvas(ax)
    ax.plot([0, 1], [0, 1], "--", color="0.6", linewidth=1, label="right")
    ax.scatter(predicted, observed, s=20 + 160 * rows / rows.max(), color="C0", alpha=0.7)
    ax.plot(predicted, observed, color="C0", label="predictions")
    ax.set(xlabel="predicted probability", ylabel="observed frequency", aspect="equal")
    ax.legend()
    return ax


def _shares(name: str, given: Any) -> Floats:
    numbers = np.asarray(given, dtype=np.float64)
    if numbers.ndim != 1 or not len(numbers):
        raise InputError(
            f"{name} must be one number per sample, got the shape {numbers.shape}.", argument=name
        )
    wrong = np.flatnonzero(~((numbers >= 0) & (numbers <= 1)))
    if len(wrong):
        hint = ": pass loss.inverse_link(raw) of raw scores." if name == "y_pred" else "."
        raise InputError(
            f"{name} has {numbers[wrong[0]]:g} at index {wrong[0]}, outside [0, 1]{hint}",
            argument=name,
            index=int(wrong[0]),
        )
    return numbers


def _weights(given: Any, count: int) -> Floats:
    weights = np.asarray(given, dtype=np.float64)
    if weights.shape != (count,) or not (np.isfinite(weights) & (weights > 0)).all():
        raise InputError(
            "sample_weight must be one finite number above 0 for each sample.",
            argument="sample_weight",
        )
    return weights
