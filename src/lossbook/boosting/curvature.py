"""What a tree divides its gradients by: six named choices, and what each of them promises."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.boosting.fisher import Formula, expected_of
from lossbook.boosting.levels import has_kinks, secant_of_levels
from lossbook.boosting.probes import facts_of, is_safe
from lossbook.boosting.secant import mirror_of, secant
from lossbook.families import LevelsLoss

if TYPE_CHECKING:
    from lossbook.loss import Loss


@dataclass(frozen=True)
class Promise:
    """A name of the menu: what its curvature is, and what is proven of it."""

    name: str
    is_what: str
    guarantee: str
    lacking: str = ""


MENU = {
    promise.name: promise
    for promise in (
        Promise("exact", "the second derivative", "exact; negative where the loss is not convex"),
        Promise(
            "fisher",
            "the second derivative, on average over labels for which the prediction is the best",
            "never negative",
            "no model of its labels is known",
        ),
        Promise(
            "bound",
            "the largest curvature there is, everywhere",
            "lies above the loss: a full step never makes it worse",
            "its curvature grows without bound",
        ),
        Promise(
            "secant",
            "the slope of the gradient between the prediction and its mirror image",
            "lies above the loss, and touches it: a full step never makes it worse",
            "it is not the same on both sides of a centre, or bends more far out than close by",
        ),
        Promise("unit", "1", "never negative: a step is the mean gradient"),
        Promise("native", "what the library's own objective takes", "the library's own model"),
    )
}


def formula(loss: Loss, name: str, floor: float | None = None) -> Formula | None:
    """Gradient and curvature of this name, "native" aside; None where the loss has none."""
    match name:
        case "exact":
            return functools.partial(loss.gradient_and_hessian, reduction="none")
        case "fisher":
            return expected_of(loss, floor)
        case "bound":
            return _with_gradient(loss, _constant(facts_of(loss).smoothness))
        case "secant":
            return _secant(loss, floor)
        case _:
            return _with_gradient(loss, _constant(1.0))


def safe_choice(loss: Loss) -> str:
    """The name that trains well where a library has no objective of its own for a loss.

    Of residuals the secant goes first, since the Hessian vanishes far out while the slope stays; of
    quantiles the expected curvature, as the secant is slow far from the median. Otherwise the
    Hessian of convex losses, if it is positive wherever there is a slope.
    """
    if facts_of(loss).kinks or isinstance(loss, LevelsLoss):
        order = ["exact", "fisher", "secant"]
    elif not loss.is_row and loss.label_domain.two_classes is None:
        order = ["secant", "exact", "fisher", "bound"]
    else:
        order = ["exact", "secant", "fisher", "bound"]
    for name in order:
        if name == "exact" and not facts_of(loss).convex:
            continue
        found = formula(loss, name)
        if found is not None and is_safe(loss, found):
            return name
    return "unit"


def choices(loss: Loss) -> list[str]:
    """The names that exist for a loss, whatever the library."""
    return [name for name in MENU if name != "native" and formula(loss, name) is not None]


def _constant(curvature: float) -> Callable[[Any, Any], Any] | None:
    return (lambda _, raw: np.full_like(raw, curvature)) if curvature < math.inf else None


def _with_gradient(loss: Loss, curvature: Callable[[Any, Any], Any] | None) -> Formula | None:
    if curvature is None:
        return None
    return lambda y_true, raw: (
        loss.gradient(y_true, raw, reduction="none"),
        curvature(y_true, raw),
    )


def _secant(loss: Loss, floor: float | None) -> Formula | None:
    if isinstance(loss, LevelsLoss):
        has_secant = has_kinks(loss) and not loss.non_crossing
        return functools.partial(secant_of_levels, loss, floor) if has_secant else None
    mirror = mirror_of(loss)
    return None if mirror is None else functools.partial(secant, loss, mirror, floor)
