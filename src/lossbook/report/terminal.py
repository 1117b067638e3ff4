"""Curves and tables as text, for a terminal of 80 columns.

A plot is a grid of characters. Where the output can show braille each character holds 2 x 4
dots; where it cannot, a character is one dot and the frame is plain ASCII.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lossbook.report.scales import number, round_step

__all__ = ["Curve", "can_show", "plot", "side_by_side", "table"]

# Bit of each dot inside a braille character, by row and column (Unicode block U+2800).
BRAILLE_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
BRAILLE_BLANK = 0x2800

# Samples per dot column: a steep but continuous curve then shows without gaps, and a jump
# still shows as a jump.
OVERSAMPLING = 48

# Share of the samples that must fit into the height; the rest (a pole at the border) is cut.
SHOWN_SHARE = 0.95


@dataclass(frozen=True)
class Curve:
    """A function to draw and how to name it.

    Parameters
    ----------
    title : str
        Printed above the plot.
    function : callable
        Takes a list of x and returns as many y; may return infinities and NaN.
    marks : sequence of (x, y)
        Single points drawn over the curve.
    """

    title: str
    function: Callable[[list[float]], Sequence[float]]
    marks: Sequence[tuple[float, float]] = field(default=())


def can_show(encoding: str | None) -> bool:
    """Whether an output of this encoding can carry braille and box characters.

    >>> can_show("utf-8"), can_show("ascii"), can_show(None)
    (True, False, False)
    """
    try:
        "⣿│└─┬".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def plot(
    curve: Curve,
    low: float,
    high: float,
    *,
    x_label: str = "",
    width: int = 38,
    height: int = 9,
    unicode: bool = True,
) -> list[str]:
    """Draw a curve between `low` and `high`, `width` characters wide in all.

    Returns
    -------
    list of str
        The title, `height` lines of plot, the axis with its numbers, the label of x; all of
        the same length.
    """
    dots_across, dots_down = (2, 4) if unicode else (1, 1)
    gutter = 8
    columns = width - gutter - 2
    samples = columns * dots_across * OVERSAMPLING
    xs = [low + (high - low) * (i + 0.5) / samples for i in range(samples)]
    ys = list(curve.function(xs))
    bottom, top = _range([*ys, *(y for _, y in curve.marks)])

    canvas = _Canvas(columns, height, dots_across, dots_down)
    for i, y in enumerate(ys):
        canvas.set((i + 0.5) / samples, (y - bottom) / (top - bottom))
    for x, y in curve.marks:
        canvas.mark((x - low) / (high - low), (y - bottom) / (top - bottom))
    if bottom < 0 < top:
        canvas.zero_line = canvas.row(-bottom / (top - bottom))

    pen = _UNICODE if unicode else _ASCII
    labelled = {0: top, height - 1: bottom}
    if canvas.zero_line is not None and 0 < canvas.zero_line < height - 1:
        labelled[canvas.zero_line] = 0.0
    lines = [f"{'':{gutter}}  {curve.title}"]
    for row, text in enumerate(canvas.rows(pen)):
        label = number(labelled[row]) if row in labelled else ""
        tick = pen.tick if row in labelled else pen.upright
        lines.append(f"{label:>{gutter}} {tick}{text}")
    lines.append(f"{'':{gutter}} {pen.corner}{pen.level * columns}")
    lines.append(_x_axis(low, high, columns, gutter))
    if x_label:
        lines.append(f"{'':{gutter}}  {x_label:^{columns}}")
    return [line.ljust(width)[:width] for line in lines]


def side_by_side(left: Sequence[str], right: Sequence[str], gap: int = 2) -> list[str]:
    """Set two blocks of lines beside each other."""
    rows = max(len(left), len(right))
    width = max(map(len, left), default=0)
    padded_left = [*left, *[""] * (rows - len(left))]
    padded_right = [*right, *[""] * (rows - len(right))]
    return [
        f"{a:{width}}{'':{gap}}{b}".rstrip() for a, b in zip(padded_left, padded_right, strict=True)
    ]


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    left: Sequence[int] = (0,),
    unicode: bool = True,
) -> list[str]:
    """Lay out a table: a header, a rule, and the rows.

    Parameters
    ----------
    header, rows
        The texts.
    left : sequence of int
        The columns set flush left; the others, numbers, are set flush right.
    unicode : bool
        Whether the rule may be a box character.

    >>> print("\\n".join(table(["step", "loss"], [["0", "2.5"], ["1", "1.25"]], unicode=False)))
    step  loss
    ----  ----
    0      2.5
    1     1.25
    """
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        texts = [
            f"{cell:<{width}}" if i in left else f"{cell:>{width}}"
            for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return "  ".join(texts).rstrip()

    rule = [("─" if unicode else "-") * width for width in widths]
    return [line(header), line(rule), *map(line, rows)]


@dataclass(frozen=True)
class _Pen:
    upright: str
    tick: str
    corner: str
    level: str
    zero: str
    dot: str
    mark: str


_UNICODE = _Pen("│", "┤", "└", "─", "╌", "", "●")
_ASCII = _Pen("|", "+", "+", "-", ".", "*", "O")


class _Canvas:
    """Dots in the unit square, read back as rows of characters."""

    def __init__(self, columns: int, height: int, across: int, down: int) -> None:
        self.columns, self.height, self.across, self.down = columns, height, across, down
        self.cells = [[0] * columns for _ in range(height)]
        self.marks: set[tuple[int, int]] = set()
        self.zero_line: int | None = None

    def set(self, x: float, y: float) -> None:
        if not (0 <= x <= 1 and 0 <= y <= 1):  # NaN and what lies outside are not drawn
            return
        column = min(int(x * self.columns * self.across), self.columns * self.across - 1)
        row = min(int((1 - y) * self.height * self.down), self.height * self.down - 1)
        bit = BRAILLE_DOTS[row % self.down][column % self.across]
        self.cells[row // self.down][column // self.across] |= bit

    def mark(self, x: float, y: float) -> None:
        if 0 <= x <= 1 and 0 <= y <= 1:
            self.marks.add((self.row(y), min(int(x * self.columns), self.columns - 1)))

    def row(self, y: float) -> int:
        return min(int((1 - y) * self.height), self.height - 1)

    def rows(self, pen: _Pen) -> list[str]:
        lines = []
        for row, cells in enumerate(self.cells):
            blank = pen.zero if row == self.zero_line else " "
            characters = [
                pen.mark
                if (row, column) in self.marks
                else (pen.dot or chr(BRAILLE_BLANK + bits))
                if bits
                else blank
                for column, bits in enumerate(cells)
            ]
            lines.append("".join(characters))
        return lines


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Return round limits for the vertical axis that hold nearly all the values."""
    finite = sorted(value for value in values if math.isfinite(value))
    if not finite:
        return 0.0, 1.0
    cut = int(len(finite) * (1 - SHOWN_SHARE) / 2)
    low, high = finite[0], finite[-1]
    inner_low, inner_high = finite[cut], finite[-1 - cut]
    # Cut only where the outermost values would squeeze all the others together.
    inner = inner_high - inner_low
    if high - inner_high > inner:
        high = inner_high
    if inner_low - low > inner:
        low = inner_low
    if low == high:
        return low - 1, high + 1
    step = round_step((high - low) / 4)
    return step * math.floor(low / step + 1e-9), step * math.ceil(high / step - 1e-9)


def _x_axis(low: float, high: float, columns: int, gutter: int) -> str:
    """Write both ends and the middle of the horizontal axis under their places."""
    line = [" "] * (columns + 1)
    middle = number((low + high) / 2)
    for text, start in (
        (middle, (columns - len(middle)) // 2 + 1),
        (number(low), 0),
        (number(high), columns + 1 - len(number(high))),
    ):
        line[start : start + len(text)] = text
    return " " * (gutter + 1) + "".join(line)
