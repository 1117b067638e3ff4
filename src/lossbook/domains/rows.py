"""Labels of rows of predictions that are not one number each.

One number per row (a quantile loss of several levels) needs nothing from here: an
:class:`~lossbook.domains.Interval` says which numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lossbook.domains.domain import Breach, Domain, Layout
from lossbook.domains.numbers import PROBABILITIES, REALS


@dataclass(frozen=True)
class ClassLabels(Domain):
    """Class indices 0 .. K-1, or rows of K probabilities that sum to 1."""

    layouts = (Layout("class indices", is_row=False), Layout("rows", is_row=True))

    def describe(self) -> str:
        return "class indices 0 .. K-1, or rows of K probabilities that sum to 1"

    def breaches(
        self, m: Any, labels: Any, shape: tuple[int, ...], tolerance: float
    ) -> Iterator[Breach]:
        if labels.ndim < len(shape):
            where = f"y_pred has {shape[-1]} classes on its last axis."
            yield from _no_index(m, labels, shape[-1], where)
            return
        yield from PROBABILITIES.breaches(m, labels, shape, tolerance)
        sums = m.xp.sum(labels, axis=-1, dtype=m.dtype)
        yield Breach(
            abs(sums - 1) > tolerance,
            sums,
            "rows of class probabilities must sum to 1; for class indices, drop the last axis.",
            what="a row that sums to",
        )

    def terms(self, m: Any, labels: Any, shape: tuple[int, ...]) -> Any:
        """Rows of probabilities; an index is its one-hot row, a missing one a missing row."""
        if labels.ndim == len(shape):
            return labels
        classes = m.xp.arange(shape[-1], dtype=m.dtype, device=m.device)
        rows = m.where(labels[..., None] == classes, 1.0, 0.0)
        return m.where((labels != labels)[..., None], math.nan, rows)

    def columns_of(self, labels: Any, fewest: int) -> int:
        return int(labels.shape[-1]) if labels.ndim > 1 else max(fewest, _most(labels) + 1)


@dataclass(frozen=True)
class OrderedClasses(Domain):
    """Indices 0 .. K-1 of classes in an order; a row holds K-1 numbers, one between two classes."""

    layouts = (Layout("class indices", is_row=False),)

    def describe(self) -> str:
        return "indices 0 .. K-1 of classes in an order"

    def breaches(
        self, m: Any, labels: Any, shape: tuple[int, ...], tolerance: float
    ) -> Iterator[Breach]:
        columns = shape[-1]
        where = f"y_pred has {columns} columns, one between each two of {columns + 1} classes."
        yield from _no_index(m, labels, columns + 1, where)

    def columns_of(self, labels: Any, fewest: int) -> int:
        return max(fewest, _most(labels))


@dataclass(frozen=True)
class RowsOf(Domain):
    """Rows of numbers, as many as the predictions have."""

    numbers: Domain = REALS

    layouts = (Layout("rows", is_row=True),)

    @property
    def checks_nothing(self) -> bool:
        return self.numbers.checks_nothing

    def outside(self, value: Any) -> Any:
        return self.numbers.outside(value)

    def describe(self) -> str:
        return f"rows of {self.numbers.describe()}"

    def terms(self, m: Any, labels: Any, shape: tuple[int, ...]) -> Any:
        return labels

    def columns_of(self, labels: Any, fewest: int) -> int:
        return int(labels.shape[-1])


def _no_index(m: Any, labels: Any, classes: int, where: str) -> Iterator[Breach]:
    end = f": labels count from 0, and {where}"
    fractional = (labels != m.xp.floor(labels)) & (labels == labels)
    yield Breach(fractional, labels, f"not a whole number; class indices are 0 .. K-1{end}")
    beyond = (labels < 0) | (labels >= classes)
    yield Breach(beyond, labels, f"outside the class indices 0 .. {classes - 1}{end}")


def _most(labels: Any) -> int:
    """The largest index that there is, missing ones aside."""
    present = labels[labels == labels]
    return int(present.max()) if present.size else 0
