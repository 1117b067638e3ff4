"""What value, gradient and Hessian tend to at the ends of the predictions, found by going there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

import lossbook as lb
from lossbook.report.scales import number
from lossbook.report.views import OUTPUTS, View, view_of

from .markdown import table

# As far out as cubes do not overflow, and near enough to tell what fades from what is 0 throughout.
_FAR = (1e20, 1e40, 1e80)
_NEAR = (5.0, 20.0, 100.0)
_SAME = 1e-6


def tails(loss: lb.Loss) -> str:
    """A row for each end and label."""
    labels = None if loss.is_row else loss.label_domain.two_classes
    views = [view_of(loss, label) for label in labels or (None,)]
    rows = [row for view in views for row in _rows(view, is_named=len(views) > 1)]
    told = f"Of `{loss!r}`" + ("" if len(views) > 1 else f", at {views[0].label}")
    told += f"; t is the {views[0].x_label}."
    return f"{told}\n\n{table(['prediction', 'value', 'gradient', 'Hessian'], rows)}"


def _rows(view: View, is_named: bool) -> Iterator[list[str]]:
    low = getattr(view.loss.prediction_domain, "low", -math.inf)
    high = getattr(view.loss.prediction_domain, "high", math.inf)
    name = rf"$y = {view.y_true:g}$, " if is_named else ""
    for end, sign in ((low, -1), (high, 1)):
        if math.isfinite(end):
            cells = [_shown(float(view.curve(output, [end])[0])) for output in OUTPUTS]
            yield [f"{name}at {end:g}", *cells]
        else:
            cells = [_limit(view, output, sign) for output in OUTPUTS]
            yield [rf"{name}towards ${'-' if sign < 0 else ''}\infty$", *cells]


def _limit(view: View, output: str, sign: int) -> str:
    far = view.curve(output, [sign * size for size in _FAR])
    if np.isnan(far).any():
        return "-"
    if np.isinf(far).any():
        return rf"${'-' if far[-1] < 0 else ''}\infty$, faster than any power"
    if not far.any():
        near = view.curve(output, [sign * size for size in _NEAR])
        return "0, faster than any power" if near.all() else "0"
    return _power(far) or _logarithm(far) or (_shown(float(far[-1])) if _settles(far) else "none")


def _power(far: Sequence[float]) -> str:
    """Like a power of the size, if it is: the same exponent from each place to the next."""
    sizes = np.abs(far)
    if not sizes.all() or not (np.sign(far) == np.sign(far[0])).all():
        return ""
    exponents = np.diff(np.log10(sizes)) / np.diff(np.log10(_FAR))
    if abs(exponents[1] - exponents[0]) > _SAME:
        return ""
    exponent = round(float(exponents[1]), 6)
    if exponent == 0:
        return _shown(float(far[-1]))
    factor = number(float(far[-1]) / _FAR[-1] ** exponent, 4)
    size = rf"|t|^{{{abs(exponent):g}}}" if abs(exponent) != 1 else "|t|"
    if exponent < 0:
        return rf"0, like ${factor} / {size}$"
    shown = size if factor == "1" else f"-{size}" if factor == "-1" else rf"{factor} {size}"
    return rf"${'-' if far[-1] < 0 else ''}\infty$, like ${shown}$"


def _logarithm(far: Sequence[float]) -> str:
    steps = np.diff(far) / np.diff(np.log(_FAR))
    if abs(steps[1] - steps[0]) > _SAME * abs(steps[1]) or not steps[1]:
        return ""
    factor = number(float(steps[1]), 4)
    shown = "" if factor == "1" else rf"{factor} "
    return rf"$\infty$, like ${shown}\log |t|$"


def _settles(far: Sequence[float]) -> bool:
    return bool(abs(far[2] - far[1]) <= _SAME * max(abs(far[2]), abs(far[1])))


def _shown(limit: float) -> str:
    if math.isinf(limit):
        return rf"${'-' if limit < 0 else ''}\infty$"
    return "-" if math.isnan(limit) else number(limit, 6)
