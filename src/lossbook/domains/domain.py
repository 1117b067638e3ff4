"""What every domain can tell: its numbers, and how labels lie beside rows of predictions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Layout:
    """One form of labels beside rows of predictions: in words, and whether it has their last axis.

    >>> from lossbook.domains import Layout
    >>> Layout("class indices", is_row=False).shape((5, 3))
    (5,)
    """

    words: str
    is_row: bool

    def shape(self, predictions: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of such labels, for predictions of this shape."""
        return predictions if self.is_row else predictions[:-1]


@dataclass(frozen=True)
class Breach:
    """A rule, where an array breaks it, and what is to be shown of the first place."""

    where: Any
    values: Any
    rule: str
    what: str = ""


class Domain:
    """A set of numbers. As labels of row losses: one number per row."""

    layouts: ClassVar[tuple[Layout, ...]] = (Layout("numbers (one per row)", is_row=False),)
    hint: str = ""

    @property
    def checks_nothing(self) -> bool:
        """Whether every number belongs to it."""
        return False

    @property
    def two_classes(self) -> tuple[float, float] | None:
        """The labels of two classes, if these or shares of the second one are what this holds."""
        return None

    def outside(self, value: Any) -> Any:
        """True, elementwise, where the value breaks the rule."""
        raise NotImplementedError

    def describe(self) -> str:
        """The set, in words or symbols."""
        raise NotImplementedError

    def breaches(
        self, m: Any, labels: Any, shape: tuple[int, ...], tolerance: float
    ) -> Iterator[Breach]:
        """Each rule, and where labels of predictions of this shape break it."""
        if not self.checks_nothing:
            hint = f": {self.hint}." if self.hint else "."
            yield Breach(self.outside(labels), labels, f"outside {self.describe()}{hint}")

    def terms(self, m: Any, labels: Any, shape: tuple[int, ...]) -> Any:
        """What the formulas of a row loss see of the labels: an axis more where they have none."""
        return labels[..., None]

    def columns_of(self, labels: Any, fewest: int) -> int:
        """The columns of predictions that such labels belong to, where nothing else tells."""
        return fewest
