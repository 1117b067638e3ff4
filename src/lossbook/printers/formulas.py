"""Which formulas are printed: one for each setting that changes the shape of one."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator

from lossbook import parameters
from lossbook.loss import Loss
from lossbook.registry import catalogue


def variants(cls: type[Loss]) -> Iterator[Loss]:
    """A loss with each of its formulas: every setting of switches, with and without options."""
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    names = [field.name for field in fields]
    for setting in itertools.product(*map(parameters.settings, fields)):
        yield cls(**dict(zip(names, setting, strict=True)))


def printed_losses() -> Iterator[Loss]:
    """The losses of the catalogue that are printed, in each of their formulas."""
    for cls in catalogue():
        if _is_printed(cls):
            yield from variants(cls)


def _is_printed(cls: type[Loss]) -> bool:
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    return not (cls.is_row or any(parameters.is_tuple(field) for field in fields))
