"""What is checked, seen the same way whatever it is: results in floats, and exact ones."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from lossbook.checks.subjects.calling import Samplewise
from lossbook.checks.truth import OUTPUTS, as_rows
from lossbook.loss import Loss
from lossbook.maths.oracle import ORACLE

Array = np.ndarray[Any, Any]

# Of (y_true, y_pred, sample_weight), giving the results by output.
Weighted = Callable[[Array, Array, Array], Mapping[str, Array]]


class Subject(ABC):
    """A loss, or functions that are meant to belong to one."""

    name: str
    kind: str
    outputs: tuple[str, ...]
    label_domain: Any
    prediction_domain: Any
    is_row: bool
    classes: int

    @abstractmethod
    def compute(self, output: str, y_true: Array, y_pred: Array) -> Array:
        """One result per sample (and class), in floats, as a user gets them."""

    @abstractmethod
    def exactly(self, output: str, y_true: Array, y_pred: Array) -> Array:
        """The same for mpmath numbers, to the digits that mpmath works with."""

    def inside(self, y_pred: Array) -> Array:
        """The predictions that belong to the domain and are finite."""
        outside: Array = np.asarray(self.prediction_domain.outside(y_pred), dtype=bool)
        return np.isfinite(y_pred) & ~outside


class LossSubject(Subject):
    """A loss of lossbook: the catalogue's or a user's subclass."""

    kind = "loss"
    outputs = OUTPUTS
    classes = 4

    def __init__(self, loss: Loss) -> None:
        self.loss = loss
        self.name = repr(loss)
        self.label_domain = loss.label_domain
        self.prediction_domain = loss.prediction_domain
        self.is_row = loss.is_row

    def compute(self, output: str, y_true: Array, y_pred: Array) -> Array:
        call = self.loss if output == "value" else getattr(self.loss, output)
        return np.asarray(call(y_true, y_pred, reduction="none"))

    def exactly(self, output: str, y_true: Array, y_pred: Array) -> Array:
        return self._over_oracle(OUTPUTS.index(output), y_true, y_pred)

    def textbook(self, y_true: Array, y_pred: Array) -> Array:
        """The exact value as a book defines it."""
        return self._over_oracle(None, y_true, y_pred)

    def _over_oracle(self, order: int | None, y_true: Array, y_pred: Array) -> Array:
        loss = self.loss.over(ORACLE)
        labels = as_rows(loss, y_true, y_pred) if self.is_row else y_true
        rows = []
        for y, p in zip(labels, y_pred, strict=True):
            if order is None:
                result = loss.textbook(ORACLE, y, p)
            else:
                result = loss.derivative(ORACLE, order, y, p)
            whole = self.is_row and order in (1, 2)
            rows.append(np.broadcast_to(result, p.shape) if whole else _number(result))
        return np.asarray(rows, dtype=object)


def _number(result: Any) -> Any:
    return mpmath.mpf(np.ravel(np.asarray(result, dtype=object))[0])


@dataclass
class FunctionsSubject(Subject):
    """Functions of (y_true, y_pred): value, gradient, Hessian, or some of them."""

    name: str
    kind: str
    functions: Mapping[str, Samplewise]
    label_domain: Any
    prediction_domain: Any
    is_row: bool
    classes: int
    domains_are_guessed: bool
    weighted: Weighted | None = None
    # Why weights do not come through, where the object itself tells.
    signature: str = ""
    # What the Hessian is on purpose, where it is known to be something else.
    stand_in: str = ""

    @property
    def outputs(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(output for output in OUTPUTS if output in self.functions)

    @property
    def is_objective(self) -> bool:
        """Whether it is made for a booster, which takes it as it is."""
        return self.kind != "functions"

    def compute(self, output: str, y_true: Array, y_pred: Array) -> Array:
        return self._shaped(output, self.functions[output](y_true, y_pred), y_pred)

    def exactly(self, output: str, y_true: Array, y_pred: Array) -> Array:
        return self._shaped(output, self.functions[output].exactly(y_true, y_pred), y_pred)

    def _shaped(self, output: str, results: Array, y_pred: Array) -> Array:
        shape = y_pred.shape[:1] if output == "value" else y_pred.shape
        return np.broadcast_to(results, shape)
