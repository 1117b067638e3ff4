"""Round numbers: the ticks of an axis, and numbers as people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["aligned", "count", "number", "round_step", "ticks"]


def round_step(rough: float) -> float:
    """Return the smallest of 1, 2, 2.5, 5 times a power of ten that is at least `rough`.

    >>> round_step(0.3), round_step(7.0), round_step(20.0)
    (0.5, 10.0, 20.0)
    """
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * (1 - 1e-9))


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round numbers between `low` and `high`, both reached or passed by less than a step.

    >>> ticks(0.0, 0.93)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    if not low < high:
        low, high = low - 0.5, low + 0.5
    step = round_step((high - low) / about)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    # Through the decimal text: 3 * 0.2 is 0.6000000000000001.
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def number(value: float, digits: int = 4) -> str:
    """Format a number in few characters.

    >>> number(0.25), number(-3.0), number(123456.0), number(1e-9), number(float("inf"))
    ('0.25', '-3', '123456', '1e-09', 'inf')
    """
    if math.isfinite(value) and 10.0**digits <= abs(value) < 1e7:
        text = f"{value:.0f}"
    else:
        text = f"{value:.{digits}g}"
    return "0" if text == "-0" else text


def aligned(values: Sequence[float | None], digits: int = 4) -> list[str]:
    """Format a column of numbers with the same decimals, if that shows each of them.

    Missing numbers become a dash.

    >>> aligned([0.33, 0.1211, None]), aligned([5.0, 1e-9])
    (['0.3300', '0.1211', '-'], ['5', '1e-09'])
    """
    sizes = [abs(v) for v in values if v is not None and math.isfinite(v) and v != 0]
    if not sizes or max(sizes) >= 1e7 or max(sizes) / min(sizes) > 10.0 ** (digits - 1):
        return ["-" if v is None else number(v, digits) for v in values]
    decimals = max(0, digits - 1 - math.floor(math.log10(max(sizes))))
    if decimals > 8:
        return ["-" if v is None else f"{v:.{digits - 1}e}" for v in values]
    return ["-" if v is None else f"{v:.{decimals}f}" for v in values]


def count(value: int) -> str:
    """Format a count with its thousands apart.

    >>> count(1234567)
    '1,234,567'
    """
    return f"{value:,}"
