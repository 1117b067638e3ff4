"""How a check of facts complains: which entry of the loss's facts is wrong, what it should be."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import lossbook as lb

ROUNDING = 1 + 1e-12
TIGHT = 0.999
UNBOUNDED = 1e6
NOTHING = 1e-6

Statement = Callable[[lb.Loss], None]

_statements: dict[str, Statement] = {}


class NotSoError(AssertionError):
    """A loss states something about itself that is not so."""

    def __init__(self, loss: lb.Loss, fact: str, should_be: object, because: str) -> None:
        stated = getattr(loss.facts, fact)
        super().__init__(
            f"{loss} states facts.{fact}={stated!r}, but {because}: state {fact}={should_be}"
        )
        self.fact, self.stated, self.should_be, self.because = fact, stated, should_be, because


def statement(check: Statement) -> Statement:
    """Take up a function of a loss that raises NotSoError where one of its facts is wrong."""
    _statements[check.__name__] = check
    return check


def statements() -> Mapping[str, Statement]:
    """All of them by name."""
    importlib.import_module("lossbook.checks.facts")
    return MappingProxyType(_statements)


def require(loss: lb.Loss, fact: str, should_be: object, because: str) -> None:
    """The loss states this about itself."""
    if getattr(loss.facts, fact) != should_be:
        raise NotSoError(loss, fact, should_be, because)


def require_largest(loss: lb.Loss, fact: str, largest: float, what: str) -> None:
    """The loss states this bound, which is reached or approached; infinite beyond all bounds."""
    stated = getattr(loss.facts, fact)
    if math.isnan(stated):
        return  # nothing is stated
    because = f"the largest {what} found is {largest:.17g}"
    if stated == float("inf"):
        holds = largest > UNBOUNDED
    else:
        holds = stated * TIGHT <= largest <= stated * ROUNDING
    if not holds:
        better = "math.inf" if largest > UNBOUNDED else f"{largest:.6g}"
        raise NotSoError(loss, fact, better, because)


def require_smallest(loss: lb.Loss, fact: str, smallest: float, what: str) -> None:
    """The loss states this bound from below; 0 where there is none but 0."""
    stated = getattr(loss.facts, fact)
    if math.isnan(stated):
        return
    because = f"the smallest {what} found is {smallest:.17g}"
    holds = stated <= smallest * ROUNDING and (
        smallest < NOTHING if stated == 0 else smallest <= stated / TIGHT
    )
    if not holds:
        better = 0.0 if smallest < NOTHING else f"{smallest:.6g}"
        raise NotSoError(loss, fact, better, because)
