"""Which formulas are printed: one for each setting that changes the shape of one."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any

from lossbook import parameters
from lossbook.engine.native import kernel_name
from lossbook.errors import InputError
from lossbook.loss import Loss
from lossbook.registry import catalogue

# How many columns a row is printed with where the loss does not say: the fewest that tell a target
# class, one that is none, and the sum over all of them apart.
COLUMNS = 3


def variants(cls: type[Loss]) -> Iterator[Loss]:
    """A loss with each of its formulas: every setting of switches, with and without options."""
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    names = [field.name for field in fields]
    for setting in itertools.product(*map(parameters.settings, fields)):
        yield cls(**dict(zip(names, setting, strict=True)))


def printed_losses() -> Iterator[Loss]:
    """The losses of the catalogue that are compiled, in each of their formulas."""
    for cls in catalogue():
        if _is_printed(cls):
            yield from variants(cls)


def drawn_losses() -> Iterator[Loss]:
    """All losses of the catalogue in each of their formulas, without options and with them."""
    for cls in catalogue():
        for loss in variants(cls):
            yield loss
            yield from _with_options(loss)


def formula_name(loss: Loss) -> str:
    """One name per formula: that of its kernel, and every option that is set."""
    fields = dataclasses.fields(loss)  # type: ignore[arg-type]
    options = [
        field.name
        for field in fields
        if parameters.is_set(field, getattr(loss, field.name)) and not parameters.is_optional(field)
    ]
    return "__".join([kernel_name(loss), *options])


def columns_of(loss: Loss) -> int:
    """How many columns a row of this loss is printed with."""
    return loss.columns.count or COLUMNS


def _is_printed(cls: type[Loss]) -> bool:
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    return not (cls.is_row or any(parameters.is_tuple(field) for field in fields))


def _with_options(loss: Loss) -> Iterator[Loss]:
    """With all options that have a default, as those do nothing there; and each of the others."""
    fields = dataclasses.fields(loss)  # type: ignore[arg-type]
    options = {field.name: _other(field) for field in fields if parameters.is_option(field)}
    taken = {name: other for name, other in options.items() if _takes(loss, {name: other})}
    always = {name: other for name, other in taken.items() if getattr(loss, name) is not None}
    others = [name for name in taken if name not in always]
    for count in range(len(others) + 1):
        for names in itertools.combinations(others, count):
            chosen = always | {name: taken[name] for name in names}
            if chosen:
                yield dataclasses.replace(loss, **chosen)  # type: ignore[type-var]


def _other(field: dataclasses.Field[Any]) -> Any:
    """A value at which an option does something; None for one that is no term of a formula."""
    if parameters.is_tuple(field):
        return (2.0,) * COLUMNS
    rule = parameters.rule(field)
    allowed = (number for number in (0.25, 2.0) if rule.holds(number) and number != field.default)
    return None if rule.whole else next(allowed)


def _takes(loss: Loss, option: dict[str, Any]) -> bool:
    try:
        changed = dataclasses.replace(loss, **option)  # type: ignore[type-var]
    except InputError:
        return False
    return changed.parameters != loss.parameters
