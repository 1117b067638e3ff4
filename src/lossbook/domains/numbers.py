"""Domains of numbers, one at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from lossbook.domains.domain import Domain


@dataclass(frozen=True)
class Interval(Domain):
    """The numbers from ``low`` to ``high``, ends included unless they are infinite or left out.

    >>> from lossbook.domains import Interval
    >>> Interval(0, 1).describe()
    '[0, 1]'
    >>> Interval(0, without_low=True).describe()
    '(0, inf)'
    """

    low: float = -math.inf
    high: float = math.inf
    hint: str = ""
    without_low: bool = False

    @property
    def checks_nothing(self) -> bool:
        return math.isinf(self.low) and math.isinf(self.high)

    @property
    def two_classes(self) -> tuple[float, float] | None:
        """The labels of two classes, if shares of the second one are what this holds."""
        return (0.0, 1.0) if (self.low, self.high) == (0, 1) else None

    def outside(self, value: Any) -> Any:
        """True, elementwise, where the value breaks the rule."""
        below = value <= self.low if self.without_low else value < self.low
        return below | (value > self.high)

    def describe(self) -> str:
        if self.checks_nothing:
            return "the real numbers"
        bracket = "(" if self.without_low or math.isinf(self.low) else "["
        right = "inf)" if math.isinf(self.high) else f"{self.high:g}]"
        return f"{bracket}{self.low:g}, {right}"


@dataclass(frozen=True)
class Labels(Domain):
    """Two numbers that stand for two classes.

    >>> from lossbook.domains import Labels
    >>> Labels(-1, 1).describe()
    '{-1, 1}'
    """

    first: float
    second: float
    hint: str = ""

    @property
    def two_classes(self) -> tuple[float, float]:
        """The labels of the two classes."""
        return self.first, self.second

    def outside(self, value: Any) -> Any:
        """True, elementwise, where the value is neither label (and not NaN)."""
        return ((value < self.first) | (value > self.first)) & (
            (value < self.second) | (value > self.second)
        )

    def describe(self) -> str:
        return f"{{{self.first:g}, {self.second:g}}}"


REALS = Interval()
PROBABILITIES = Interval(0, 1)
