"""Where plots are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lossbook.errors import InputTypeError, MissingDependencyError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["canvas"]


def canvas(ax: Axes | None) -> Axes:
    """The axes that were given, or those of a new figure."""
    try:
        from matplotlib import pyplot as plt
        from matplotlib.axes import Axes
    except ImportError:
        raise MissingDependencyError(
            "plots need matplotlib: pip install 'lossbook[plot]'."
        ) from None
    if ax is None:
        _, ax = plt.subplots(layout="constrained")
    if not isinstance(ax, Axes):
        raise InputTypeError(f"ax must be axes of matplotlib, got {type(ax).__name__}.")
    return ax
