"""Points at which the lines of a derivation are checked: labels, predictions and parameters."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from lossbook import parameters
from lossbook.checks.sampling import Samples, ordinary
from lossbook.checks.truth import as_rows, exact
from lossbook.derivations import terms
from lossbook.derivations.numbers import DIGITS
from lossbook.domains import ClassLabels
from lossbook.maths.oracle import ORACLE
from lossbook.maths.symbols import CLASSES

if TYPE_CHECKING:
    from lossbook.derivations.symbols import Letters
    from lossbook.loss import Loss

SEED = 5
# Pieces may be narrow, or begin far out: predictions nearer to the label than usual, and farther.
_ABOUT_LABELS, _ABOUT_ZERO = (1.0, 1 / 32, 2.0), (1.0, 1 / 32)


@dataclass(frozen=True)
class Place:
    """One sample, as numbers for the symbols of a derivation and as arguments of the formulas."""

    at: dict[Any, Any]
    loss: Loss
    label: Any
    prediction: Any

    def computed(self, order: int, digits: int) -> Any:
        """What the loss's own formula gives here: of a row, all entries."""
        with mpmath.workdps(digits):
            over = self.loss.over(ORACLE)
            results = np.ravel(over.derivative(ORACLE, order, self.label, self.prediction))
        is_whole = order == 0 or len(results) > 1
        return results if is_whole else np.repeat(results, np.size(self.prediction))

    def matrix(self, digits: int) -> Any:
        """Of a row, all of its Hessian."""
        with mpmath.workdps(digits):
            over: Any = self.loss.over(ORACLE)
            return np.asarray(over.hessian_matrix(ORACLE, self.label, self.prediction))


def places(loss: Loss, letters: Letters, count: int) -> list[Place]:
    """Places of every kind of label, near to it and far, for parameters close to the loss's own."""
    found: list[Place] = []
    with mpmath.workdps(DIGITS):
        for turn, samples in enumerate(ordinary(loss, count, seed=SEED, usual=CLASSES)):
            for zoom in _ABOUT_ZERO if _is_about_zero(loss) else _ABOUT_LABELS:
                for index, (label, prediction) in enumerate(_pairs(loss, samples, zoom)):
                    moved = loss
                    if letters.has_parameters:
                        moved = _with_other_numbers(loss, turn + index)
                    at = letters.numbers(moved, label, prediction) | _indices(prediction, index)
                    found.append(Place(at, moved, label, prediction))
    return found


def _indices(prediction: Any, turn: int) -> dict[Any, Any]:
    """Which entries of a row to look at, taken in turn."""
    count = np.size(prediction)
    return {terms.ENTRY: turn % count, terms.OTHER: turn // count % count}


def _pairs(loss: Loss, samples: Samples, zoom: float) -> Iterator[tuple[Any, Any]]:
    labels, predictions = exact(samples.y_true), exact(samples.y_pred)
    if loss.is_row:
        labels = as_rows(loss, labels, predictions)
        if isinstance(loss.label_domain, ClassLabels):
            labels = labels / labels.sum(axis=1, keepdims=True)
    if loss.prediction_domain.checks_nothing:
        centre = 0 if _is_about_zero(loss) else labels
        predictions = centre + (predictions - centre) * zoom
    elif zoom != 1:
        return
    yield from zip(labels, predictions, strict=True)


def _is_about_zero(loss: Loss) -> bool:
    domain = loss.label_domain
    return domain.two_classes is not None or (loss.is_row and not domain.checks_nothing)


def _with_other_numbers(loss: Loss, index: int) -> Loss:
    """The loss with its numbers a little off, so that a line is no accident of the defaults."""
    if index % 3 == 0 or not hasattr(type(loss), "__dataclass_fields__"):
        return loss
    factor = (0, 1.0625, 0.90625)[index % 3]
    changed = {
        field.name: getattr(loss, field.name) * factor
        for field in dataclasses.fields(loss)  # type: ignore[arg-type]
        if parameters.is_numeric(field)
        and isinstance(getattr(loss, field.name), float)
        and np.isfinite(getattr(loss, field.name))
        and not parameters.is_off(field, getattr(loss, field.name))
    }
    for name, value in changed.items():
        try:
            loss = dataclasses.replace(loss, **{name: value})  # type: ignore[type-var]
        except ValueError:
            continue
    return loss
