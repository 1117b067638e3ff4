"""Every loss in every setting: what laws and tables run over. Nothing here names a loss."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import lossbook as lb
from lossbook import parameters
from lossbook.printers.formulas import variants


def every_setting(cls: type[lb.Loss]) -> Iterator[lb.Loss]:
    """A loss class in all settings of its switches, and with other numbers than the defaults."""
    for loss in variants(cls):
        yield loss
        for field in dataclasses.fields(cls):  # type: ignore[arg-type]
            if parameters.is_optional(field):
                # With the other options left out; with them, the number of the variant will do.
                if _options_given(loss) == [field.name]:
                    yield from _others(loss, field.name, (0.001, 0.9, 2.5))
            elif parameters.is_numeric(field):
                yield from _others(loss, field.name, (0.001, 0.3, 0.9, 2.5))
            elif parameters.is_tuple(field):
                yield from _others(loss, field.name, ((0.001, 0.9), (0.5, 0.75, 2.5)))


def _options_given(loss: lb.Loss) -> list[str]:
    fields = dataclasses.fields(loss)  # type: ignore[arg-type]
    options = [field.name for field in fields if parameters.is_optional(field)]
    return [name for name in options if loss.parameters[name] is not None]


def _others(loss: lb.Loss, name: str, values: tuple[Any, ...]) -> Iterator[lb.Loss]:
    for value in values:
        try:
            yield dataclasses.replace(loss, **{name: value})
        except lb.InputError:
            continue


def every_loss() -> list[lb.Loss]:
    return [loss for cls in lb.catalogue() for loss in every_setting(cls)]


def every_formula() -> list[lb.Loss]:
    """One loss per formula: other numbers go the same way through the code."""
    return [loss for cls in lb.catalogue() for loss in variants(cls)]
