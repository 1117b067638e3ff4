"""How a loss declares its parameters: the rule stands beside the default, once.

A numeric parameter (``delta``, ``tau``) reaches a compiled kernel at run time.
A switch (``from_logits``) changes the shape of the formula, so each setting is a kernel of its own.
"""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Callable
from typing import Any

from lossbook.errors import InputError, InputTypeError


@dataclasses.dataclass(frozen=True)
class Rule:
    """What a numeric parameter must fulfil, in words and as a test."""

    words: str
    holds: Callable[[float], bool]

    def check(self, owner: str, name: str, value: object) -> float:
        """The value as a float, or an error that names the parameter and the rule."""
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise InputTypeError(
                f"{owner}: {name} must be a real number {self.words}, got {value!r}."
            )
        try:
            number = float(value)
        except OverflowError:  # an integer beyond all floats
            number = math.inf
        if not (math.isfinite(number) and self.holds(number)):
            raise InputError(f"{owner}: {name} must be {self.words}, got {value!r}.", argument=name)
        return number


_RULE = "lossbook.rule"


def positive(default: float) -> Any:
    """Declare a parameter greater than 0."""
    return _numeric(default, Rule("greater than 0", lambda value: value > 0))


def nonnegative(default: float) -> Any:
    """Declare a parameter of 0 or more."""
    return _numeric(default, Rule("0 or more", lambda value: value >= 0))


def between(low: float, high: float, default: float) -> Any:
    """Declare a parameter in [low, high]; an infinite end is no end."""
    words = f"from {low:g} to {high:g}"
    if math.isinf(low) or math.isinf(high):
        words = f"{high:g} or less" if math.isinf(low) else f"{low:g} or more"
    return _numeric(default, Rule(words, lambda value: low <= value <= high))


def fraction(default: float) -> Any:
    """Declare a parameter strictly between 0 and 1."""
    return _numeric(default, Rule("strictly between 0 and 1", lambda value: 0 < value < 1))


def switch(default: bool) -> Any:
    """Declare a yes-or-no choice that changes the formula."""
    return dataclasses.field(default=default, kw_only=True)


def _numeric(default: float, rule: Rule) -> Any:
    return dataclasses.field(default=default, metadata={_RULE: rule})


def is_numeric(field: dataclasses.Field[Any]) -> bool:
    """Whether this field is a run-time number rather than a switch."""
    return _RULE in field.metadata


def check(owner: str, field: dataclasses.Field[Any], value: object) -> object:
    """The checked value of one field, or an error that says what it must be."""
    if is_numeric(field):
        rule: Rule = field.metadata[_RULE]
        return rule.check(owner, field.name, value)
    if not isinstance(value, bool):
        raise InputTypeError(f"{owner}: {field.name} must be True or False, got {value!r}.")
    return value
