"""Every loss in every setting: what laws and tables run over. Nothing here names a loss."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import lossbook as lb
from lossbook import parameters
from lossbook.printers.cpp import variants


def every_setting(cls: type[lb.Loss]) -> Iterator[lb.Loss]:
    """A loss class in all settings of its switches, and with other numbers than the defaults."""
    for loss in variants(cls):
        yield loss
        for field in dataclasses.fields(cls):  # type: ignore[arg-type]
            if parameters.is_numeric(field):
                yield from _other_numbers(loss, field.name)


def _other_numbers(loss: lb.Loss, name: str) -> Iterator[lb.Loss]:
    for number in (0.001, 0.3, 0.9, 2.5):
        try:
            yield dataclasses.replace(loss, **{name: number})
        except lb.InputError:
            continue


def every_loss() -> list[lb.Loss]:
    return [loss for cls in lb.catalogue() for loss in every_setting(cls)]
