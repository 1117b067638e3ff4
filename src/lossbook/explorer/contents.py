"""What the page knows about each loss, as data: worlds, domains, parameters, formulas."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

from lossbook import parameters
from lossbook.domains import Domain, Labels
from lossbook.engine.native import kernel_name
from lossbook.explorer.mathml import formula
from lossbook.loss import Loss
from lossbook.printers.formulas import printed_losses

# Where the sliders of parameters end, unless the parameter's own rule is narrower.
_LOWEST, _HIGHEST = -5.0, 5.0


def contents() -> list[dict[str, Any]]:
    """Every loss that is printed, with its formulas."""
    by_class: dict[type[Loss], list[Loss]] = {}
    for loss in printed_losses():
        by_class.setdefault(type(loss), []).append(loss)
    return [_entry(cls, losses) for cls, losses in by_class.items()]


def _entry(cls: type[Loss], losses: list[Loss]) -> dict[str, Any]:
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    return {
        "name": cls.name,
        "title": cls.__name__,
        "summary": _summary(cls),
        "parameters": [_parameter(field) for field in fields if parameters.is_numeric(field)],
        "switches": [field.name for field in fields if parameters.is_switch(field)],
        "formulas": [_formula(loss) for loss in losses],
    }


def _summary(cls: type[Loss]) -> str:
    paragraph = (cls.__doc__ or "").strip().partition("\n\n")[0]
    return " ".join(paragraph.split())


def _parameter(field: dataclasses.Field[Any]) -> dict[str, Any]:
    """A slider's values: the rule says which of a grid's there are."""
    holds = parameters.rule(field).holds
    usual: Any = field.default
    step = 0.05 if holds(1.0) else 0.01
    highest = max(_HIGHEST, 2 * (usual or 0))
    grid = [round(k * step, 2) for k in range(round(_LOWEST / step), round(highest / step) + 1)]
    values = sorted({*grid, *([] if usual is None else [usual])})
    return {
        "name": field.name,
        "usual": usual,
        "values": [value for value in values if holds(value)],
    }


def _formula(loss: Loss) -> dict[str, Any]:
    fields = dataclasses.fields(loss)  # type: ignore[arg-type]
    return {
        "key": kernel_name(loss),
        "world": world_of(loss),
        "switches": [field.name for field in fields if getattr(loss, field.name) is True],
        "given": [
            field.name
            for field in fields
            if parameters.is_optional(field) and getattr(loss, field.name) is not None
        ],
        "labels": _domain(loss.label_domain),
        "predictions": _domain(loss.prediction_domain),
        "math": {which: formula(loss, which) for which in ("value", "gradient", "hessian")},
        "variable": _variable(loss),
    }


def world_of(loss: Loss) -> str:
    """Which losses can be drawn over one axis: those that mean the same by a prediction."""
    if loss.label_domain.two_classes is not None:
        return "score" if loss.prediction_domain.checks_nothing else "probability"
    if loss.link.name == "log":
        return "logarithm"
    return "mean" if getattr(loss.prediction_domain, "low", -math.inf) == 0 else "number"


def address_of(loss: Loss) -> str | None:
    """What follows # in the address of the page where it shows this loss; None if it does not."""
    is_printed = any(type(loss) is type(printed) for printed in printed_losses())
    return f"predict={world_of(loss)}&losses={loss.name}" if is_printed else None


def _domain(domain: Domain) -> dict[str, Any]:
    """The ends of a set of numbers, None where there is none; or the two labels."""
    if isinstance(domain, Labels):
        return {"two": [domain.first, domain.second]}
    low, high = getattr(domain, "low", -math.inf), getattr(domain, "high", math.inf)
    ends = {"low": low, "high": high}
    return {
        **{end: value if math.isfinite(value) else None for end, value in ends.items()},
        "open": getattr(domain, "without_low", False),
    }


def _variable(loss: Loss) -> str:
    return "; ".join(_explained(loss))


def _explained(loss: Loss) -> Iterator[str]:
    from lossbook.families import MarginLoss, ResidualLoss

    if isinstance(loss, ResidualLoss):
        yield "r = ŷ − y"
    elif isinstance(loss, MarginLoss):
        yield "a = y ŷ, y is −1 or 1"
