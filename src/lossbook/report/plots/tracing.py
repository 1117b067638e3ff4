"""The points of a curve: evenly spaced, and on both sides of every place where it jumps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lossbook.report.views import View

__all__ = ["Trace", "trace"]

POINTS = 401
# Between neighbouring points a curve may rise by this share of its range before it is looked at;
# it jumps if a step of one float keeps most of that rise.
_SUSPICIOUS, _MOST = 0.02, 0.9

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Trace:
    """A curve as it is drawn: NaN where the pen is lifted, and what is returned at each kink."""

    x: Floats
    y: Floats
    marks: tuple[tuple[float, float], ...]


def trace(view: View, output: str) -> Trace:
    """Follow one output of a loss along a view."""
    grid = np.linspace(view.low, view.high, POINTS)
    kinks = view.breaks
    stated = [(math.nextafter(k, -math.inf), math.nextafter(k, math.inf)) for k in kinks]
    inside = [pair for pair in stated if view.low <= pair[0] and pair[1] <= view.high]
    pairs = [*inside, *_jumps(view, output, grid, kinks)]
    # A kink itself is no point of the line: what is returned there may be neither side's.
    sides = np.asarray([side for pair in pairs for side in pair], dtype=np.float64)
    x = np.unique(np.concatenate([grid[~np.isin(grid, kinks)], sides]))
    y = view.curve(output, x)
    for left, right in pairs:
        at = int(np.searchsorted(x, right))
        if _is_torn(y[at - 1], y[at], y) and x[at - 1] == left:
            x, y = np.insert(x, at, left), np.insert(y, at, math.nan)
    results = view.curve(output, kinks) if kinks else ()
    return Trace(x, y, tuple(zip(kinks, map(float, results), strict=True)))


def _jumps(
    view: View, output: str, grid: Floats, kinks: tuple[float, ...]
) -> list[tuple[float, float]]:
    """Neighbouring floats between which the curve jumps, other than where the loss says so."""
    y = view.curve(output, grid)
    with np.errstate(invalid="ignore"):  # beside infinity
        rises = abs(np.diff(y))
    finite = y[np.isfinite(y)]
    if not len(finite):
        return []
    suspicious = np.flatnonzero(np.isfinite(rises) & (rises > _SUSPICIOUS * np.ptp(finite)))
    found = []
    for place in map(int, suspicious):
        left, right = float(grid[place]), float(grid[place + 1])
        if any(left <= kink <= right for kink in kinks):
            continue
        left, right = _narrowed(view, output, left, right)
        rise = abs(float(np.diff(view.curve(output, [left, right]))[0]))
        if rise > _MOST * rises[place]:
            found.append((left, right))
    return found


def _narrowed(view: View, output: str, left: float, right: float) -> tuple[float, float]:
    """Halve the interval again and again, keeping the half over which the curve rises more."""
    for _ in range(1100):
        middle = left + (right - left) / 2
        if not left < middle < right:
            break
        low, mid, high = view.curve(output, [left, middle, right])
        left, right = (left, middle) if abs(mid - low) > abs(high - mid) else (middle, right)
    return left, right


def _is_torn(left: float, right: float, y: Floats) -> bool:
    finite = y[np.isfinite(y)]
    return bool(abs(right - left) > 1e-6 * np.ptp(finite)) if len(finite) else False
