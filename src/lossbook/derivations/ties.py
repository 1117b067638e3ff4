"""What is given where the slope jumps, as the loss itself gives it there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import mpmath

from lossbook.derivations.symbols import MARGIN, RESIDUAL
from lossbook.maths.oracle import DIGITS, ORACLE

if TYPE_CHECKING:
    from lossbook.loss import Loss

_NAMES = {RESIDUAL: "r", MARGIN: "a"}


def ties(loss: Loss, variable: Any) -> Iterator[str]:
    """A sentence for each kink that the facts of the loss state."""
    try:
        kinks = loss.facts.kinks
    except NotImplementedError:
        return
    name = _NAMES.get(variable)
    if name is None:
        return
    numbers = ", ".join(f"{key} = {value:g}" for key, value in loss.parameters.items())
    given = f" (with {numbers})" if numbers and kinks else ""
    for kink in kinks:
        before, here, after = (_slope(loss, variable, kink, side) for side in (-1, 0, 1))
        is_between = min(before, after) <= here <= max(before, after)
        known = ", which is a subgradient" if is_between and loss.facts.convex else ""
        yield (
            f"At {name} = {kink:g} the slope by {name} jumps from {before:g} to {after:g}{given}; "
            f"{here:g} is given there{known}."
        )
        given = ""


def _slope(loss: Loss, variable: Any, kink: float, side: int) -> float:
    with mpmath.workdps(DIGITS):
        label = mpmath.mpf(1 if variable == MARGIN else 0)
        at = mpmath.mpf(kink) + side * mpmath.mpf(10) ** -40
        return float(loss.over(ORACLE).derivative(ORACLE, 1, label, at))
