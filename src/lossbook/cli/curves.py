"""Value and gradient of a loss against the prediction, as a pair of plots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lossbook.report.terminal import Curve, plot, side_by_side

if TYPE_CHECKING:
    from lossbook.cli.screen import Screen
    from lossbook.report.views import View

__all__ = ["curve_lines"]


def curve_lines(view: View, screen: Screen, marks: Sequence[float] = ()) -> list[str]:
    """Draw value and gradient beside each other, below each other on a narrow screen."""
    gap, narrowest = 2, 34
    width = (screen.width - gap) // 2
    stacked = width < narrowest
    blocks = [
        plot(
            Curve(
                screen.spelled(f"{what} at {view.label}"),
                function,
                tuple(zip(marks, function(list(marks)), strict=True)) if marks else (),
            ),
            view.low,
            view.high,
            x_label=screen.spelled(view.x_label),
            width=screen.width if stacked else width,
            unicode=screen.unicode,
        )
        for what, function in (("value", view.value), ("gradient", view.gradient))
    ]
    left, right = blocks
    return [*left, *right] if stacked else side_by_side(left, right, gap=gap)
