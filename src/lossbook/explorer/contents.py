"""What the page knows about each loss, as data: worlds, domains, parameters, formulas."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

from lossbook import parameters
from lossbook.domains import ClassLabels, Domain, Labels, OrderedClasses
from lossbook.explorer.shown import formula
from lossbook.links import ENTMAX15, LOG_SCALE, NON_CROSSING, SOFTMAX, SPARSEMAX
from lossbook.loss import Loss
from lossbook.printers.formulas import columns_of, drawn_losses, formula_name
from lossbook.registry import is_built_in
from lossbook.report.formulas import formula_parts, note_on_rows

# Where the sliders of parameters end, unless the parameter's own rule is narrower.
_LOWEST, _HIGHEST = -5.0, 5.0
# The columns of the page's worlds; a loss of rows with another number of them has its own.
_TWO, _THREE = 2, 3
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_NAMES = {"gradient": "slope", "hessian": "curvature"}


def contents() -> list[dict[str, Any]]:
    """Every loss of the catalogue, with its formulas."""
    by_class: dict[type[Loss], list[Loss]] = {}
    for loss in drawn_losses():
        by_class.setdefault(type(loss), []).append(loss)
    return [_entry(cls, losses) for cls, losses in by_class.items()]


def _entry(cls: type[Loss], losses: list[Loss]) -> dict[str, Any]:
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    return {
        "name": cls.name,
        "title": cls.__name__,
        "summary": _summary(cls),
        "parameters": [parameter for field in fields for parameter in _parameters(field)],
        "switches": [field.name for field in fields if parameters.is_switch(field)],
        "formulas": [_formula(loss) for loss in losses],
    }


def _summary(cls: type[Loss]) -> str:
    paragraph = (cls.__doc__ or "").strip().partition("\n\n")[0]
    return " ".join(paragraph.split())


def _parameters(field: dataclasses.Field[Any]) -> Iterator[dict[str, Any]]:
    """The sliders of a field: one for each number of it that formulas take."""
    if parameters.is_tuple(field):
        rule: Any = parameters.rule(field)
        usual: Any = field.default or (None,) * _THREE
        for place, number in enumerate(usual):
            name = parameters.term_name(field.name, place)
            slider = _slider(rule.each, number)
            yield {
                **_named(field, name, f"{field.name}[{place}]"),
                **slider,
                "rises": rule.rising,
                "given": 1.0,
            }
    elif parameters.is_numeric(field) and not parameters.rule(field).whole:
        slider = _slider(parameters.rule(field), field.default)
        given = min(slider["values"], key=lambda value: abs(value - 0.5))
        yield {**_named(field, field.name, field.name), **slider, "rises": False, "given": given}


def _named(field: dataclasses.Field[Any], name: str, shown: str) -> dict[str, Any]:
    is_option = parameters.is_option(field)
    return {"name": name, "field": field.name, "shown": shown, "option": is_option}


def _slider(rule: parameters.Rule, usual: Any) -> dict[str, Any]:
    """A slider's values: the rule says which of a grid's there are."""
    step = 0.05 if rule.holds(1.0) else 0.01
    highest = max(_HIGHEST, 2 * (usual or 0))
    grid = [round(k * step, 2) for k in range(round(_LOWEST / step), round(highest / step) + 1)]
    values = sorted({*grid, *([] if usual is None else [usual])})
    return {"usual": usual, "values": [value for value in values if rule.holds(value)]}


def _formula(loss: Loss) -> dict[str, Any]:
    fields = dataclasses.fields(loss)  # type: ignore[arg-type]
    return {
        "key": formula_name(loss),
        "world": world_of(loss),
        "switches": [field.name for field in fields if getattr(loss, field.name) is True],
        "takes": list(parameters.run_time_numbers(parameters.chosen(loss))),
        "labels": _domain(loss.label_domain),
        "predictions": _domain(loss.prediction_domain),
        "columns": _columns(loss) if loss.is_row else None,
        "math": [
            {"of": _part(which, symbol), "math": formula(loss, which, column)}
            for which, column, symbol in formula_parts(loss)
        ],
        "note": _note_on_rows(loss) if loss.is_row else _variable(loss),
    }


def _note_on_rows(loss: Loss) -> str:
    if loss.link == SOFTMAX:
        return f"{note_on_rows(loss)} pⱼ is exp(zⱼ) / S."
    if loss.link in (SPARSEMAX, ENTMAX15):
        return f"{note_on_rows(loss)} τ is the threshold at which the shares add up to 1."
    return note_on_rows(loss)


def _columns(loss: Loss) -> list[str]:
    """The entries of a row by their letters."""
    letter = "ŷ" if loss.prediction_symbol == r"\hat{y}" else loss.prediction_symbol
    count = columns_of(loss)
    symbols = loss.columns.symbols or [f"{letter}{place}" for place in range(count)]
    return [symbol.replace("mu", "μ").translate(_LOWERED) for symbol in symbols]


def _part(which: str, symbol: str) -> str:
    name = _NAMES.get(which, which)
    return f"{name} by {symbol.replace('mu', 'μ')}" if symbol else name


def world_of(loss: Loss) -> str:
    """Which losses can be drawn over one axis: those that mean the same by a prediction."""
    if loss.is_row:
        return _world_of_rows(loss)
    if loss.label_domain.two_classes is not None:
        return "score" if loss.prediction_domain.checks_nothing else "probability"
    if loss.link.name == "log":
        return "logarithm"
    return "mean" if getattr(loss.prediction_domain, "low", -math.inf) == 0 else "number"


def _world_of_rows(loss: Loss) -> str:
    """The same for rows, which may be scores of classes or numbers of any meaning."""
    usual = _THREE
    if isinstance(loss.label_domain, ClassLabels):
        world = "scores" if loss.prediction_domain.checks_nothing else "shares"
    elif isinstance(loss.label_domain, OrderedClasses):
        world = "grades"
    elif loss.label_domain.layouts[-1].is_row:
        world = "directions"
    elif loss.link == LOG_SCALE:
        world, usual = "spread", _TWO
    else:
        world = "steps" if loss.link == NON_CROSSING else "levels"
    count = columns_of(loss)
    return world if count == usual else f"{world}-{count}"


def address_of(loss: Loss) -> str | None:
    """What follows # in the address of the page where it shows this loss; None if it does not."""
    return f"predict={world_of(loss)}&losses={loss.name}" if is_built_in(type(loss)) else None


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
    from lossbook.families import MarginLoss, ResidualLoss

    if isinstance(loss, ResidualLoss):
        return "with r = ŷ − y"
    return "with a = y ŷ, y is −1 or 1" if isinstance(loss, MarginLoss) else ""
