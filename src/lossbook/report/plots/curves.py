"""Value, gradient and Hessian against the prediction: of one loss, or of several."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lossbook.errors import InputError
from lossbook.report.plots.canvas import canvas
from lossbook.report.plots.tracing import Trace, trace
from lossbook.report.views import OUTPUTS, view_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lossbook.loss import Loss

__all__ = ["plot", "plot_losses"]

Floats = npt.NDArray[np.float64]

_NAMES = {"value": "value", "gradient": "gradient", "hessian": "Hessian"}
_DASHES = ("-", "--", ":", "-.")
# Of a curve that goes to infinity, this share of the places is in the picture.
_SHOWN = 0.88


def plot(
    loss: Loss,
    ax: Axes | None = None,
    *,
    outputs: str | Sequence[str] = OUTPUTS,
    y_true: Any = None,
    y_pred: Sequence[float] | None = None,
    column: int = 0,
    between: tuple[float, float] | None = None,
) -> Axes:
    """Draw what :meth:`lossbook.Loss.plot` says."""
    chosen = _outputs(outputs)
    labels = [y_true] if _is_one_label(loss, y_true) else list(y_true)
    views = [view_of(loss, label, y_pred, column, between) for label in labels]
    traces = [trace(view, output) for view in views for output in chosen]
    ax = canvas(ax)
    for place, traced in enumerate(traces):
        told, output = divmod(place, len(chosen))
        _draw(
            ax,
            traced,
            label=_NAMES[chosen[output]] + (f", {views[told].label}" if len(views) > 1 else ""),
            color=f"C{OUTPUTS.index(chosen[output])}",
            linestyle=_DASHES[told % len(_DASHES)],
        )
    ax.set_xlabel(views[0].x_label)
    if len(chosen) == 1:
        ax.set_ylabel(_NAMES[chosen[0]])
    if len(traces) > 1:
        ax.legend()
    _keep_in_sight(ax, traces)
    return ax


def plot_losses(
    losses: Sequence[Loss],
    ax: Axes | None = None,
    *,
    output: str = "value",
    y_true: Any = None,
    between: tuple[float, float] | None = None,
) -> Axes:
    """Draw several losses side by side, each as a line of one set of axes.

    Parameters
    ----------
    losses : sequence of Loss
        The losses, of single predictions, or all of rows.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on axes of a new figure.
    output : str
        "value", "gradient" or "hessian".
    y_true : number, optional
        The label, the same for all; by default one that shows each best.
    between : (float, float), optional
        From where to where the prediction moves.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, with one line per loss.

    Examples
    --------
    >>> import lossbook as lb
    >>> family = [lb.SquaredError(), lb.AbsoluteError(), lb.Huber(delta=1.0)]
    >>> ax = lb.plot_losses(family, output="gradient", between=(-3, 3))
    >>> [line.get_label() for line in ax.get_legend().get_lines()]
    ['SquaredError()', 'AbsoluteError()', 'Huber(delta=1.0)']
    """
    if not losses:
        raise InputError("losses must hold at least one loss.", argument="losses")
    (output,) = _outputs([output])
    views = [view_of(loss, y_true, None, 0, between) for loss in losses]
    ax = canvas(ax)
    traces = [trace(view, output) for view in views]
    for place, (loss, traced) in enumerate(zip(losses, traces, strict=True)):
        _draw(ax, traced, label=repr(loss), color=f"C{place}")
    words = dict.fromkeys(view.x_label for view in views)
    ax.set(xlabel=" or ".join(words), ylabel=_NAMES[output])
    ax.legend()
    _keep_in_sight(ax, traces)
    return ax


def _draw(ax: Axes, traced: Trace, *, label: str, color: str, linestyle: str = "-") -> None:
    ax.plot(traced.x, traced.y, label=label, color=color, linestyle=linestyle)
    if traced.marks:
        places, results = zip(*traced.marks, strict=True)
        ax.plot(places, results, "o", color=color, markersize=4, label="_kinks")


def _outputs(outputs: str | Sequence[str]) -> tuple[str, ...]:
    chosen = (outputs,) if isinstance(outputs, str) else tuple(outputs)
    for output in chosen:
        if output not in OUTPUTS:
            words = ", ".join(map(repr, OUTPUTS))
            raise InputError(f"outputs must be among {words}, got {output!r}.", argument="outputs")
    if not chosen:
        raise InputError("outputs must hold at least one output.", argument="outputs")
    return chosen


def _is_one_label(loss: Loss, y_true: Any) -> bool:
    is_row_of_labels = loss.is_row and loss.label_domain.layouts[-1].is_row
    return y_true is None or np.ndim(y_true) == (1 if is_row_of_labels and np.ndim(y_true) else 0)


def _keep_in_sight(ax: Axes, traces: Sequence[Trace]) -> None:
    """Cut off what goes to infinity within the picture, so that the rest keeps its shape."""
    if not any(np.isinf(traced.y).any() for traced in traces):
        return
    ends = [(_end(-traced.y), _end(traced.y)) for traced in traces]
    low, high = -max(end for end, _ in ends), max(end for _, end in ends)
    room = 0.05 * (high - low) or math.ulp(1.0)
    ax.set_ylim(low - room, high + room)


def _end(y: Floats) -> float:
    """How high the picture of a curve goes."""
    finite = y[np.isfinite(y)]
    return float(np.quantile(finite, _SHOWN) if np.isposinf(y).any() else finite.max())
