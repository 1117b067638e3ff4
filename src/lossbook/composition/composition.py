"""What all losses made of losses share: they hand on what their parts say."""

from __future__ import annotations

import dataclasses
import functools
import math
import numbers
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

from lossbook.domains import Columns, Domain
from lossbook.errors import InputError, InputTypeError
from lossbook.facts import Accuracy, Example
from lossbook.families import MarginLoss
from lossbook.links import Link
from lossbook.loss import Loss
from lossbook.maths.namespace import Term


class Composition(Loss, family=True):
    """A loss whose formulas are made of those of other losses, its parts."""

    def __post_init__(self) -> None:
        """The functions that make compositions check what they are made of."""

    @property
    def parts(self) -> tuple[Loss, ...]:
        """The losses that it is made of."""
        raise NotImplementedError

    @property
    def numbers(self) -> Mapping[str, float]:
        """Its own numbers by name, beside the parameters of its parts."""
        raise NotImplementedError

    def made_of(self, parts: tuple[Loss, ...], numbers: Mapping[str, Any]) -> Self:
        """The same composition of other parts, with other numbers."""
        raise NotImplementedError

    # -- what the first part says for all ---------------------------------------------------------

    @property
    def name(self) -> str:  # type: ignore[override]
        return repr(self)

    @property
    def kind(self) -> str:  # type: ignore[override]
        return self.parts[0].kind

    @property
    def references(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(dict.fromkeys(line for part in self.parts for line in part.references))

    @property
    def compensated(self) -> bool:
        return any(part.compensated for part in self.parts)

    @property
    def thorough(self) -> bool:
        return any(part.thorough for part in self.parts)

    @property
    def accuracy(self) -> Accuracy:  # type: ignore[override]
        """That of the parts, and one rounding for each of what is done with them."""
        steps = 1 + len(self.parts)
        worst = [
            max(getattr(part.accuracy, field.name) for part in self.parts)
            for field in dataclasses.fields(Accuracy)
        ]
        return Accuracy(*(bound + steps for bound in worst))

    @property
    def example(self) -> Example:
        return self.parts[0].example

    @property
    def label_domain(self) -> Domain:
        return self.parts[0].label_domain

    @property
    def prediction_domain(self) -> Domain:
        return self.parts[0].prediction_domain

    @property
    def columns(self) -> Columns:
        return self.parts[0].columns

    @property
    def prediction_symbol(self) -> str:
        return self.parts[0].prediction_symbol

    @property
    def predicts_probability(self) -> bool:
        return self.parts[0].predicts_probability

    @property
    def link(self) -> Link:
        return self.parts[0].link

    def predicted(self, m: Any, raw: Term) -> Term:
        return self.parts[0].predicted(m, raw)

    def constant_from(self, value: Any) -> Any:
        return self.parts[0].constant_from(value)

    @property
    def total_shift(self) -> float:
        """What is added to predictions on the way to the innermost loss."""
        return total_shift(self.parts[0])

    # -- parameters and copies --------------------------------------------------------------------

    @functools.cached_property
    def parameters(self) -> Mapping[str, Any]:
        """Its own numbers, and the parameters of its parts, numbered if there are several."""
        found: dict[str, Any] = dict(self.numbers)
        for place, part in enumerate(self.parts):
            for name, value in part.parameters.items():
                found[name_in(self.parts, place, name)] = value
        return MappingProxyType(found)

    def over(self, m: Any) -> Self:
        parts = tuple(
            part.over(_Numbered(m, self.parts, place)) for place, part in enumerate(self.parts)
        )
        return self.made_of(parts, {k: m.parameter(k, v) for k, v in self.numbers.items()})


class _Numbered:
    """The parameters of one part, under names that no other part's have."""

    def __init__(self, m: Any, parts: tuple[Loss, ...], place: int) -> None:
        self._m, self._parts, self._place = m, parts, place

    def parameter(self, name: str, value: float) -> Any:
        return self._m.parameter(name_in(self._parts, self._place, name), value)


def name_in(parts: tuple[Loss, ...], place: int, name: str) -> str:
    """The name of a part's parameter, with the number of the part where there are several."""
    return name if len(parts) == 1 else f"{name}_{place + 1}"


def total_shift(loss: Loss) -> float:
    """What a loss adds to predictions before it is a loss of the catalogue."""
    return loss.total_shift if isinstance(loss, Composition) else 0.0


def kinks_in_prediction(loss: Loss) -> tuple[float, ...]:
    """The kinks of a loss as a loss that is no function of the margin states them."""
    kinks = loss.facts.kinks
    if isinstance(loss, MarginLoss):
        return tuple(sorted({sign * kink for kink in kinks for sign in (-1, 1)}))
    return kinks


def positive_number(what: str, value: object) -> float:
    """A finite number above 0, or an error."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InputTypeError(f"{what} must be a real number greater than 0, got {value!r}.")
    number = float(value)
    if not 0 < number < math.inf:
        raise InputError(f"{what} must be greater than 0 and finite, got {value!r}.")
    return number
