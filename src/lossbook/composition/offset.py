"""Shifted predictions: the model predicts what is missing to a given number."""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Mapping
from typing import Any, Self

from lossbook.composition.composition import Composition, kinks_in_prediction
from lossbook.composition.weighted import in_brackets
from lossbook.errors import InputError, InputTypeError
from lossbook.facts import Facts
from lossbook.families import PointwiseLoss, ResidualLoss
from lossbook.functionals import Functional
from lossbook.loss import Loss
from lossbook.maths.namespace import Term


class Offset(Composition, family=True):
    """A loss of ``y_pred + offset``; derivatives are by ``y_pred``.

    The rounding of the sum is carried along, so that an offset costs no accuracy; what is lost is
    lost where the sum is 0 but for that rounding.
    """

    loss: Loss
    shift: float

    compensated = True

    @property
    def parts(self) -> tuple[Loss, ...]:
        return (self.loss,)

    @property
    def numbers(self) -> Mapping[str, float]:
        return {"offset": self.shift}

    def made_of(self, parts: tuple[Loss, ...], numbers: Mapping[str, Any]) -> Self:
        return type(self)(parts[0], *numbers.values())

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        return self.loss.textbook(m, y_true, y_pred + self.shift)

    @property
    def has_prox(self) -> bool:
        return self.loss.has_prox

    @property
    def has_conjugate(self) -> bool:
        return self.loss.has_conjugate

    def prox_over(self, m: Any, y_true: Term, point: Term, step: Term) -> Term:
        return self.loss.prox_over(m, y_true, point + self.shift, step) - self.shift

    def conjugate_over(self, m: Any, y_true: Term, dual: Term) -> Term:
        return self.loss.conjugate_over(m, y_true, dual) - dual * self.shift

    @property
    def functional(self) -> Functional | None:
        return self.loss.functional

    @property
    def total_shift(self) -> float:
        return self.shift + super().total_shift

    def constant_from(self, value: Any) -> Any:
        return self.loss.constant_from(value) - self.shift

    def predicted(self, m: Any, raw: Term) -> Term:
        return self.loss.predicted(m, raw + self.shift)

    @property
    def facts(self) -> Facts:
        facts = self.loss.facts
        if self.shift == 0:
            return facts
        return dataclasses.replace(
            facts,
            kinks=tuple(kink - self.shift for kink in kinks_in_prediction(self.loss)),
            symmetric=False,
            calibrated=None if facts.calibrated is None else False,
        )

    def __repr__(self) -> str:
        return f"{in_brackets(self.loss)}.offset({self.shift!r})"


class ResidualOffset(Offset, ResidualLoss, family=True):
    """A shifted function of the residual is one too."""

    def value(self, m: Any, r: Term) -> Term:
        return self._part.value(m, r + self.shift)

    def deriv(self, m: Any, r: Term) -> Term:
        return self._part.deriv(m, r + self.shift)

    def deriv2(self, m: Any, r: Term) -> Term:
        return self._part.deriv2(m, r + self.shift)

    @property
    def _part(self) -> Any:
        return self.loss


class PointwiseOffset(Offset, PointwiseLoss, family=True):
    """A shifted loss of any other family."""

    @property
    def compensated(self) -> bool:  # type: ignore[override]
        # A loss that forms its residual in a way of its own must see numbers, not pairs.
        return not isinstance(self.loss, ResidualLoss)

    def derivative(self, m: Any, order: int, y_true: Term, y_pred: Term) -> Term:
        return self.loss.derivative(m, order, y_true, y_pred + self.shift)


def shift(loss: Loss, offset: object) -> Loss:
    """A loss of predictions that a number is added to first."""
    if isinstance(offset, bool) or not isinstance(offset, numbers.Real):
        raise InputTypeError(
            f"offset must be one real number, got {offset!r}: an offset per sample is added to "
            "y_pred, and derivatives stay what they are.",
        )
    number = float(offset)
    if not math.isfinite(number):
        raise InputError(f"offset must be finite, got {offset!r}.", argument="offset")
    if loss.is_row or not loss.prediction_domain.checks_nothing:
        raise InputError(
            f"{loss!r} takes predictions in {loss.prediction_domain.describe()}: only a prediction "
            "that may be any one number can be shifted.",
            argument="offset",
        )
    is_plain = type(loss).derivative is ResidualLoss.derivative
    return ResidualOffset(loss, number) if is_plain else PointwiseOffset(loss, number)
