"""How a loss declares its parameters: the rule stands beside the default, once.

A numeric parameter (``delta``, ``tau``) reaches a compiled kernel at run time.
A number whose default is None (``pos_weight``) may be left out, and the formula then does without.
A switch (``from_logits``) changes the shape of the formula, so each setting is a kernel of its own,
and so is a formula without its optional number.
A tuple of numbers (``taus``) may have any length; formulas with one have no printed kernel.
An option (``label_smoothing``) does nothing at its default; set, it makes a formula without kernel.
"""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lossbook.errors import InputError, InputTypeError


@dataclasses.dataclass(frozen=True)
class Rule:
    """What a numeric parameter must fulfil, in words and as a test."""

    words: str
    holds: Callable[[float], bool]
    may_be_infinite: bool = False
    optional: bool = False
    whole: bool = False

    def check(self, owner: str, name: str, value: object) -> float | None:
        """The value as a number, or an error that names the parameter and the rule."""
        if value is None and self.optional:
            return None
        return self.number(owner, name, value)

    def number(self, owner: str, name: str, value: object) -> float:
        """The same where None is no answer."""
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise InputTypeError(
                f"{owner}: {name} must be a real number {self.words}, got {value!r}."
            )
        try:
            number = float(value)
        except OverflowError:  # an integer beyond all floats
            number = math.inf
        is_number = math.isfinite(number) or (self.may_be_infinite and math.isinf(number))
        if not (is_number and self.holds(number)):
            raise InputError(f"{owner}: {name} must be {self.words}, got {value!r}.", argument=name)
        return int(number) if self.whole else number


@dataclasses.dataclass(frozen=True)
class TupleRule:
    """What a tuple of numbers must fulfil: a rule for each of them, and some for all."""

    each: Rule
    rising: bool = False
    optional: bool = False

    @property
    def words(self) -> str:
        rising = "rising " if self.rising else ""
        return f"a tuple of {rising}numbers {self.each.words}{', or None' * self.optional}"

    def check(self, owner: str, name: str, value: object) -> tuple[float, ...] | None:
        """The numbers as a tuple, or an error that names the parameter, the place and the rule."""
        if value is None and self.optional:
            return None
        if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
            raise InputTypeError(f"{owner}: {name} must be {self.words}, got {value!r}.")
        numbers = tuple(
            self.each.number(owner, f"{name}[{place}]", number)
            for place, number in enumerate(value)
        )
        if not numbers:
            raise InputError(f"{owner}: {name} must be {self.words}, got none.", argument=name)
        for place in range(1, len(numbers)):
            if self.rising and not numbers[place - 1] < numbers[place]:
                raise InputError(
                    f"{owner}: {name} must rise, got {numbers[place]!r} at index {place} after "
                    f"{numbers[place - 1]!r}: sort them, each once.",
                    argument=name,
                )
        return numbers


_RULE = "lossbook.rule"
_OPTION = "lossbook.option"


def positive(default: float | None) -> Any:
    """Declare a parameter greater than 0; here and below, a default of None may stay so."""
    return _numeric(default, Rule("greater than 0", lambda value: value > 0))


def nonnegative(default: float | None) -> Any:
    """Declare a parameter of 0 or more."""
    return _numeric(default, Rule("0 or more", lambda value: value >= 0))


def between(low: float, high: float, default: float | None) -> Any:
    """Declare a parameter in [low, high]; an infinite end is no end."""
    words = f"from {low:g} to {high:g}"
    if math.isinf(low) or math.isinf(high):
        words = f"{high:g} or less" if math.isinf(low) else f"{low:g} or more"
    return _numeric(default, Rule(words, lambda value: low <= value <= high))


def zero_or_from(low: float, default: float | None) -> Any:
    """Declare a parameter that is 0, or ``low`` or more."""
    words = f"0, or {low:g} or more"
    return _numeric(default, Rule(words, lambda value: value == 0 or value >= low))


def strictly_between(low: float, high: float, default: float | None) -> Any:
    """Declare a parameter in (low, high)."""
    words = f"strictly between {low:g} and {high:g}"
    return _numeric(default, Rule(words, lambda value: low < value < high))


def at_most(high: float, default: float) -> Any:
    """Declare a parameter of ``high`` or less, of which -inf is a limit that may be meant."""
    words = f"{high:g} or less, or -inf"
    return _numeric(default, Rule(words, lambda value: value <= high, may_be_infinite=True))


def positive_up_to(high: float, default: float) -> Any:
    """Declare a parameter greater than 0 and at most ``high``."""
    words = f"greater than 0 and at most {high:g}"
    return _numeric(default, Rule(words, lambda value: 0 < value <= high))


def fraction(default: float | None) -> Any:
    """Declare a parameter strictly between 0 and 1."""
    return strictly_between(0, 1, default)


def rising_fractions(*default: float) -> Any:
    """Declare a tuple of numbers strictly between 0 and 1, each above the one before it."""
    each = Rule("strictly between 0 and 1", lambda value: 0 < value < 1)
    return _declare(default, TupleRule(each, rising=True))


def nonnegative_numbers(*default: float) -> Any:
    """Declare a tuple of numbers of 0 or more; without a default it is None, and may stay so."""
    each = Rule("0 or more", lambda value: value >= 0)
    return _declare(default or None, TupleRule(each, optional=not default))


def optional_positive() -> Any:
    """Declare a parameter greater than 0 that is None unless it is given."""
    return _numeric(None, Rule("greater than 0, or None", lambda value: value > 0, optional=True))


def optional_whole() -> Any:
    """Declare a whole number that is None unless it is given."""
    rule = Rule("a whole number, or None", lambda value: value % 1 == 0, optional=True, whole=True)
    return _numeric(None, rule)


def option(declared: Any) -> Any:
    """Declare a parameter, given as declared otherwise, that does nothing at its default."""
    metadata = {**declared.metadata, _OPTION: True}
    return dataclasses.field(default=declared.default, metadata=metadata, kw_only=True)


def switch(default: bool) -> Any:
    """Declare a yes-or-no choice that changes the formula."""
    return dataclasses.field(default=default, kw_only=True)


def _numeric(default: float | None, rule: Rule) -> Any:
    return _declare(default, dataclasses.replace(rule, optional=default is None))


def _declare(default: Any, rule: Rule | TupleRule) -> Any:
    return dataclasses.field(default=default, metadata={_RULE: rule})


def is_numeric(field: dataclasses.Field[Any]) -> bool:
    """Whether this field is one run-time number."""
    return isinstance(field.metadata.get(_RULE), Rule)


def rule(field: dataclasses.Field[Any]) -> Rule:
    """The rule of a field that is one run-time number."""
    found: Rule = field.metadata[_RULE]
    return found


def is_optional(field: dataclasses.Field[Any]) -> bool:
    """Whether this field is one run-time number, or None where the formula does without it."""
    return is_numeric(field) and field.default is None


def is_tuple(field: dataclasses.Field[Any]) -> bool:
    """Whether this field is a tuple of numbers (or None where it may be left out)."""
    return isinstance(field.metadata.get(_RULE), TupleRule)


def is_switch(field: dataclasses.Field[Any]) -> bool:
    """Whether this field is a yes-or-no choice."""
    return _RULE not in field.metadata


def is_option(field: dataclasses.Field[Any]) -> bool:
    """Whether this field does nothing at its default."""
    return _OPTION in field.metadata


def is_off(field: dataclasses.Field[Any], value: object) -> bool:
    """Whether this field is an option that is at its default; a term of a formula never is."""
    is_plain = value is None or isinstance(value, int | float | tuple)
    return is_option(field) and is_plain and value == field.default


def is_set(field: dataclasses.Field[Any], value: object) -> bool:
    """Whether this field is an option that is not."""
    return is_option(field) and not is_off(field, value)


def chosen(loss: Any) -> dict[str, Any]:
    """The parameters of a loss by name, without options that are off."""
    values = {field: getattr(loss, field.name) for field in dataclasses.fields(loss)}
    return {field.name: value for field, value in values.items() if not is_off(field, value)}


def check(owner: str, field: dataclasses.Field[Any], value: object) -> object:
    """The checked value of one field, or an error that says what it must be."""
    if not is_switch(field):
        rule: Rule | TupleRule = field.metadata[_RULE]
        return rule.check(owner, field.name, value)
    if not isinstance(value, bool):
        raise InputTypeError(f"{owner}: {field.name} must be True or False, got {value!r}.")
    return value


def settings(field: dataclasses.Field[Any]) -> tuple[Any, ...]:
    """What stands for every formula that this field can give: one value for each."""
    if is_option(field):
        return (field.default,)
    if is_switch(field):
        return (False, True)
    if not is_optional(field):
        return (field.default,)
    return (None, next(number for number in (0.25, 2.0) if field.metadata[_RULE].holds(number)))


def run_time_numbers(given: Mapping[str, object]) -> dict[str, float]:
    """All run-time numbers among parameters, by the names of their terms: ``taus_0``, ``taus_1``.

    >>> from lossbook import parameters
    >>> parameters.run_time_numbers({"taus": (0.1, 0.9), "delta": 2.0, "from_logits": True})
    {'taus_0': 0.1, 'taus_1': 0.9, 'delta': 2.0}
    """
    found: dict[str, float] = {}
    for name, value in given.items():
        if isinstance(value, tuple):
            found |= {term_name(name, place): entry for place, entry in enumerate(value)}
        elif isinstance(value, float):
            found[name] = value
    return found


def term_name(name: str, place: int) -> str:
    """The name of one number of a tuple in a formula."""
    return f"{name}_{place}"
