"""Figures of the report, as inline SVG.

Colours and fonts come from the style sheet of the page through classes, so that a figure follows
the light and dark scheme of the reader. Each figure has a title and a description for those who
do not see it. All text is escaped here: names come from the user's file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from lossbook.report.scales import count, number, ticks

__all__ = ["Bar", "bars", "histogram", "reliability"]

WIDTH = 460
MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, MARGIN_BOTTOM = 58, 14, 12, 44


@dataclass(frozen=True)
class Bar:
    """One bar: its name, its length, the standard error (drawn as a whisker) and a note."""

    name: str
    value: float
    error: float | None = None
    note: str = ""


@dataclass(frozen=True)
class _Axis:
    """A linear scale from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 2)


def histogram(
    edges: Sequence[float],
    counts: Sequence[int],
    *,
    name: str,
    title: str,
    description: str,
    x_label: str,
    logarithmic: bool = False,
    left: tuple[str, int] | None = None,
    right: tuple[str, int] | None = None,
    marks: Sequence[tuple[str, float]] = (),
) -> str:
    """Draw the numbers of rows in intervals.

    Parameters
    ----------
    edges : sequence of float
        The finite, rising borders of the intervals: one more than `counts`.
    name : str
        Identifies the figure within the page.
    logarithmic : bool
        Whether the horizontal axis is; the edges must then be positive.
    left, right : (label, rows), optional
        Bars of their own beside the axis, for what has no place on it (0, infinity).
    marks : sequence of (label, value)
        Named vertical lines.
    """
    height, aside = 250, 58
    on_axis = math.log10 if logarithmic else float
    places = [on_axis(edge) for edge in edges]
    x_ticks = _decades(places[0], places[-1]) if logarithmic else ticks(places[0], places[-1])
    rows_beside = [beside[1] for beside in (left, right) if beside is not None]
    y_ticks = ticks(0, max([*counts, *rows_beside], default=0) or 1, 4)
    x = _Axis(
        min(x_ticks[0], places[0]),
        max(x_ticks[-1], places[-1]),
        MARGIN_LEFT + (aside if left else 0),
        WIDTH - MARGIN_RIGHT - (aside if right else 0),
    )
    y = _Axis(0, y_ticks[-1], height - MARGIN_BOTTOM, MARGIN_TOP + (16 if marks else 0))
    parts = [
        *_horizontal_grid(y, y_ticks, MARGIN_LEFT, WIDTH - MARGIN_RIGHT),
        *_vertical_grid(x, y, x_ticks, logarithmic=logarithmic, faint=True),
        *_labels(x, y, x_label, "rows"),
    ]
    for start, end, low, high, rows in zip(
        places, places[1:], edges, edges[1:], counts, strict=False
    ):
        tip = f"{number(low)} to {number(high)}: {count(rows)} rows"
        parts += _column(x(start), x(end), rows, y, tip)
    for beside, start in ((left, MARGIN_LEFT + 8), (right, WIDTH - MARGIN_RIGHT - 32)):
        if beside is not None:
            label, rows = beside
            parts += _column(start, start + 24, rows, y, f"{label}: {count(rows)} rows", "aside")
            parts.append(_text(start + 12, y.start + 17, label, "middle", "tick"))
    for label, value in marks:
        if value > 0 or not logarithmic:
            place = on_axis(value)
            if x.low <= place <= x.high:
                parts += _vertical_mark(x(place), y, label)
    return _svg(name, title, description, height, parts)


def bars(rows: Sequence[Bar], *, name: str, title: str, description: str, x_label: str) -> str:
    """Draw horizontal bars from 0, with the standard error as a whisker."""
    step, label_width = 26, 128
    height = step * len(rows) + MARGIN_TOP + MARGIN_BOTTOM
    reach = [0.0]
    for row in rows:
        spread = row.error if row.error is not None and math.isfinite(row.error) else 0.0
        reach += [v for v in (row.value - spread, row.value + spread) if math.isfinite(v)]
    x_ticks = ticks(min(reach), max(reach) or 1.0, 4)
    x = _Axis(x_ticks[0], x_ticks[-1], label_width, WIDTH - MARGIN_RIGHT)
    y = _Axis(0, 1, height - MARGIN_BOTTOM, MARGIN_TOP)
    parts = _vertical_grid(x, y, x_ticks)
    parts.append(_text((x.start + x.end) / 2, height - 8, x_label, "middle", "axis-label"))
    for i, row in enumerate(rows):
        top = MARGIN_TOP + i * step + 5
        parts.append(_text(label_width - 8, top + 12, _shorten(row.name, 16), "end", "tick"))
        parts += _bar(row, x, top)
    parts.append(f'<line class="axis" x1="{x(0)}" y1="{y(1)}" x2="{x(0)}" y2="{y(0)}"/>')
    return _svg(name, title, description, height, parts)


def reliability(
    points: Sequence[tuple[float, float, float]],
    *,
    name: str,
    title: str,
    description: str,
) -> str:
    """Draw the observed frequency against the mean predicted probability.

    Parameters
    ----------
    points : sequence of (predicted, observed, rows)
        One point per bin that holds rows; the area of a dot grows with its rows.
    """
    # The plot itself is a square: the diagonal must look like one.
    height = MARGIN_TOP + (WIDTH - MARGIN_LEFT - MARGIN_RIGHT) + MARGIN_BOTTOM
    grid = (0.0, 0.25, 0.5, 0.75, 1.0)
    x = _Axis(0, 1, MARGIN_LEFT, WIDTH - MARGIN_RIGHT)
    y = _Axis(0, 1, height - MARGIN_BOTTOM, MARGIN_TOP)
    parts = [
        *_horizontal_grid(y, grid, MARGIN_LEFT, WIDTH - MARGIN_RIGHT),
        *_vertical_grid(x, y, grid),
        *_labels(x, y, "predicted probability", "observed frequency"),
        f'<line class="reference" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>',
    ]
    if len(points) > 1:
        path = " ".join(f"{x(p)},{y(o)}" for p, o, _ in points)
        parts.append(f'<polyline class="curve" points="{path}"/>')
    most = max((rows for _, _, rows in points), default=1)
    for predicted, observed, rows in points:
        radius = 3 + 7 * math.sqrt(rows / most)
        tip = (
            f"predicted {number(predicted, 3)}, observed {number(observed, 3)}, "
            f"{count(int(rows))} rows"
        )
        parts.append(
            f'<circle class="dot" cx="{x(predicted)}" cy="{y(observed)}" r="{radius:.1f}">'
            f"<title>{escape(tip)}</title></circle>"
        )
    return _svg(name, title, description, height, parts)


def _bar(row: Bar, x: _Axis, top: float) -> list[str]:
    tip = f"{row.name}: {number(row.value)}{f' ({row.note})' if row.note else ''}"
    if not math.isfinite(row.value):
        return [_text(x(max(x.low, 0)) + 6, top + 12, number(row.value), "start", "tick")]
    left, right = sorted((x(0), x(row.value)))
    wide = max(right - left, 0.8)
    parts = [_rect("bar", left, top, wide, 16, tip)]
    if row.error is not None and math.isfinite(row.error) and row.error > 0:
        low, high = x(row.value - row.error), x(row.value + row.error)
        middle = top + 8
        parts.append(
            f'<path class="whisker" d="M{low} {middle}H{high}M{low} {middle - 4}v8'
            f'M{high} {middle - 4}v8"/>'
        )
    return parts


def _column(start: float, end: float, rows: int, y: _Axis, tip: str, kind: str = "") -> list[str]:
    if not rows:
        return []
    # A rare interval stays visible: at least one pixel tall.
    tall = max(y(0) - y(rows), 1.0)
    wide = max(end - start - 1, 0.8)
    return [_rect(f"bar {kind}".strip(), start + 0.5, y(0) - tall, wide, tall, tip)]


def _horizontal_grid(y: _Axis, values: Sequence[float], start: float, end: float) -> list[str]:
    parts = []
    for value in values:
        parts.append(
            f'<line class="grid" x1="{start}" y1="{y(value)}" x2="{end}" y2="{y(value)}"/>'
        )
        parts.append(_text(start - 7, y(value) + 4, _tick(value), "end", "tick"))
    return parts


def _vertical_grid(
    x: _Axis,
    y: _Axis,
    values: Sequence[float],
    *,
    logarithmic: bool = False,
    faint: bool = False,
) -> list[str]:
    parts = []
    for value in values:
        kind = "grid faint" if faint else "grid"
        parts.append(
            f'<line class="{kind}" x1="{x(value)}" y1="{y.end}" x2="{x(value)}" y2="{y.start}"/>'
        )
        label = number(10.0**value) if logarithmic else _tick(value)
        parts.append(_text(x(value), y.start + 17, label, "middle", "tick"))
    return parts


def _labels(x: _Axis, y: _Axis, x_label: str, y_label: str) -> list[str]:
    middle = (y.start + y.end) / 2
    return [
        _text((x.start + x.end) / 2, y.start + 36, x_label, "middle", "axis-label"),
        f'<g transform="translate(12 {middle:.1f}) rotate(-90)">',
        _text(0, 0, y_label, "middle", "axis-label"),
        "</g>",
    ]


def _vertical_mark(x: float, y: _Axis, label: str) -> list[str]:
    near_right = x > WIDTH * 0.7
    anchor, offset = ("end", -5) if near_right else ("start", 5)
    return [
        f'<line class="mark" x1="{x}" y1="{y.end - 14:.1f}" x2="{x}" y2="{y.start}"/>',
        _text(x + offset, y.end - 5, label, anchor, "mark-label"),
    ]


def _svg(name: str, title: str, description: str, height: float, parts: Sequence[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" '
        f'aria-labelledby="{name}-title {name}-description">\n'
        f'<title id="{name}-title">{escape(title)}</title>\n'
        f'<desc id="{name}-description">{escape(description)}</desc>\n{body}\n</svg>'
    )


def _rect(kind: str, x: float, y: float, width: float, height: float, tip: str) -> str:
    return (
        f'<rect class="{kind}" x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" '
        f'height="{height:.2f}"><title>{escape(tip)}</title></rect>'
    )


def _text(x: float, y: float, text: str, anchor: str, kind: str) -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _tick(value: float) -> str:
    """Format a tick: large counts as 20k or 3M, where there is no room for zeros."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= 10 * size or (size > 1e3 and abs(value) >= size):
            return f"{number(value / size)}{letter}"
    return number(value)


def _decades(low: float, high: float) -> list[float]:
    """Return the powers of ten (as exponents) within the axis, thinned to about six."""
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    if first > last:
        return [low, high]
    stride = max(1, math.ceil((last - first + 1) / 6))
    return [float(exponent) for exponent in range(first, last + 1, stride)]


def _shorten(text: str, limit: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
