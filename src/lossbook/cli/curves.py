"""Value and gradient of a loss against the prediction, as a pair of plots."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lossbook.domains import ClassLabels
from lossbook.report.terminal import Curve, plot, side_by_side

if TYPE_CHECKING:
    from lossbook.cli.screen import Screen
    from lossbook.loss import Loss

__all__ = ["View", "curve_lines", "view_of"]

CLASSES = 3  # enough to tell the target, the others, and their sum apart


@dataclass(frozen=True)
class View:
    """What is held fixed while the prediction moves, and how far it moves."""

    low: float
    high: float
    label: str
    x_label: str
    value: Callable[[list[float]], Sequence[float]]
    gradient: Callable[[list[float]], Sequence[float]]


def view_of(loss: Loss) -> View:
    """Choose the label and the range of predictions that show a loss best."""
    low, high = _range(loss)
    if isinstance(loss.label_domain, ClassLabels):
        return _target_view(loss, low, high)
    if loss.is_row:
        return _first_column_view(loss, low, high)
    y = _label(loss)

    def along(call: Any) -> Callable[[list[float]], Sequence[float]]:
        return lambda xs: _list(call([y] * len(xs), xs, reduction="none"))

    symbol = "ŷ" if loss.prediction_symbol == r"\hat{y}" else loss.prediction_symbol
    return View(low, high, f"y = {y:g}", f"prediction {symbol}", along(loss), along(loss.gradient))


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


def _target_view(loss: Loss, low: float, high: float) -> View:
    """Move the prediction of the target class, the other classes alike."""
    bounded = high - low == 1

    def rows(xs: list[float]) -> list[list[float]]:
        others = CLASSES - 1
        return [[x, *[(1 - x) / others if bounded else 0.0] * others] for x in xs]

    def value(xs: list[float]) -> Sequence[float]:
        return _list(loss([0] * len(xs), rows(xs), reduction="none"))

    def gradient(xs: list[float]) -> Sequence[float]:
        slopes = loss.gradient([0] * len(xs), rows(xs), reduction="none")
        return [float(row[0]) for row in slopes]

    x_label = "p of the target class" if bounded else "target's score, the others 0"
    return View(low, high, f"K = {CLASSES}", x_label, value, gradient)


def _first_column_view(loss: Loss, low: float, high: float) -> View:
    """Move the first column of the worked example's first row."""
    label, row = loss.example.y_true[0], loss.example.y_pred[0]

    def along(call: Any, xs: list[float]) -> Any:
        rows = [[x, *row[1:]] for x in xs]  # type: ignore[index]
        return call([label] * len(xs), rows, reduction="none")

    def value(xs: list[float]) -> Sequence[float]:
        return _list(along(loss, xs))

    def gradient(xs: list[float]) -> Sequence[float]:
        return [float(slopes[0]) for slopes in along(loss.gradient, xs)]

    return View(low, high, "row 0", "first column, the others as above", value, gradient)


def _range(loss: Loss) -> tuple[float, float]:
    domain = loss.prediction_domain
    low, high = getattr(domain, "low", -math.inf), getattr(domain, "high", math.inf)
    reach = 4.0
    if math.isinf(low) and math.isinf(high):
        return -reach, reach
    if math.isinf(high):
        return float(low), low + reach
    return (high - reach, float(high)) if math.isinf(low) else (float(low), float(high))


def _label(loss: Loss) -> float:
    """Return 0 where any number is a label, else 1 if it is one, else the first allowed."""
    domain = loss.label_domain
    if domain.checks_nothing:
        return 0.0
    candidates = [1.0, 0.0, getattr(domain, "low", math.nan), getattr(domain, "first", math.nan)]
    for candidate in candidates:
        if math.isfinite(candidate) and not getattr(domain, "outside", lambda _: True)(candidate):
            return float(candidate)
    return 1.0


def _list(values: Any) -> list[float]:
    return [float(value) for value in values]
