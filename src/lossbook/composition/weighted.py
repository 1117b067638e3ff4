"""Class weights: a class that matters more costs more."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Self

from lossbook.composition.combination import Combination
from lossbook.composition.composition import Composition, kinks_in_prediction, positive_number
from lossbook.domains import Labels
from lossbook.errors import InputError
from lossbook.facts import Facts
from lossbook.families import PointwiseLoss
from lossbook.loss import Loss
from lossbook.maths.namespace import Term


class ClassWeighted(Composition, PointwiseLoss, family=True):
    """A loss of two classes, times a weight for each class.

    A label between the classes shares in both: ``(1 - y) w_0 l(0, p) + y w_1 l(1, p)``. The bounds
    on errors are those of labels that are classes.
    """

    loss: Loss
    first: float
    second: float

    @property
    def parts(self) -> tuple[Loss, ...]:
        return (self.loss,)

    @property
    def numbers(self) -> Mapping[str, float]:
        return {"weight_of_first": self.first, "weight_of_second": self.second}

    def made_of(self, parts: tuple[Loss, ...], numbers: Mapping[str, Any]) -> Self:
        return type(self)(parts[0], *numbers.values())

    def derivative(self, m: Any, order: int, y_true: Term, y_pred: Term) -> Term:
        return self._weighed(m, y_true, lambda y: self.loss.derivative(m, order, y, y_pred))

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        return self._weighed(m, y_true, lambda y: self.loss.textbook(m, y, y_pred))

    def _weighed(self, m: Any, y_true: Term, of: Any) -> Term:
        if isinstance(self.loss.label_domain, Labels):
            middle = (self.loss.label_domain.first + self.loss.label_domain.second) / 2
            return m.where(y_true > middle, self.second, self.first) * of(y_true)
        # Terms, not numbers: formulas compare labels.
        zero = y_true * 0
        return m.times((1 - y_true) * self.first, of(zero)) + m.times(
            y_true * self.second, of(zero + 1)
        )

    @property
    def facts(self) -> Facts:
        facts, heavier = self.loss.facts, max(self.first, self.second)
        even = self.first == self.second
        ends = (self.first, self.second)
        return dataclasses.replace(
            facts,
            strong_convexity=min(ends) * facts.strong_convexity,
            lipschitz=heavier * facts.lipschitz,
            smoothness=heavier * facts.smoothness,
            kinks=kinks_in_prediction(self.loss),
            minimum=min(weight * facts.minimum for weight in ends),
            supremum=heavier * facts.supremum,
            symmetric=even and facts.symmetric,
            calibrated=even and facts.calibrated,
        )

    def __repr__(self) -> str:
        first, second = self.loss.label_domain.two_classes or (0, 1)
        weights = f"{{{first:g}: {self.first!r}, {second:g}: {self.second!r}}}"
        return f"{in_brackets(self.loss)}.class_weighted({weights})"


def weigh_classes(loss: Loss, weights: Mapping[float, float]) -> Loss:
    """A loss with a weight for each of its two classes."""
    classes = None if loss.is_row else loss.label_domain.two_classes
    if classes is None:
        raise InputError(
            f"{loss!r} is no loss of two classes: weigh its samples instead, with "
            "sample_weight=class_weight[y_true].",
            argument="weights",
        )
    if not isinstance(weights, Mapping) or set(weights) != set(classes):
        names = f"{{{classes[0]:g}: ..., {classes[1]:g}: ...}}"
        raise InputError(
            f"weights must give a number for each of the two classes, {names}, got {weights!r}.",
            argument="weights",
        )
    first, second = (positive_number(f"the weight of class {y:g}", weights[y]) for y in classes)
    return ClassWeighted(loss, first, second)


def in_brackets(loss: Loss) -> str:
    """The repr of a loss, ready for a method call."""
    return f"({loss!r})" if isinstance(loss, Combination) else repr(loss)
