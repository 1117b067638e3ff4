"""A loss as a function of one prediction, all else held fixed: what plots show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lossbook.domains import ClassLabels
from lossbook.errors import InputError
from lossbook.families import MarginLoss

if TYPE_CHECKING:
    from lossbook.loss import Loss

__all__ = ["OUTPUTS", "View", "default_label", "view_of"]

OUTPUTS = ("value", "gradient", "hessian")
CLASSES = 3  # enough to tell the target, the others, and their sum apart

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """What is held fixed while the prediction moves, and how far it moves."""

    loss: Loss
    y_true: Any
    low: float
    high: float
    label: str
    x_label: str
    row: tuple[float, ...] = ()
    column: int = 0

    def value(self, xs: Sequence[float] | Floats) -> list[float]:
        """The loss at each of these predictions."""
        return list(map(float, self.curve("value", xs)))

    def gradient(self, xs: Sequence[float] | Floats) -> list[float]:
        """Its derivative by the prediction that moves."""
        return list(map(float, self.curve("gradient", xs)))

    def curve(self, output: str, xs: Sequence[float] | Floats) -> Floats:
        """One of ``OUTPUTS`` at each of these predictions, as the loss gives it."""
        labels, predictions = self.samples(xs)
        ask = self.loss if output == "value" else getattr(self.loss, output)
        results = np.asarray(ask(labels, predictions, reduction="none"), dtype=np.float64)
        return results[:, self.column] if results.ndim > 1 else results

    def samples(self, xs: Sequence[float] | Floats) -> tuple[Any, Floats]:
        """Labels and predictions, one sample for each place."""
        places = np.asarray(xs, dtype=np.float64)
        labels = np.repeat(np.asarray(self.y_true)[np.newaxis], len(places), axis=0)
        if not self.row:
            return labels, places
        rows = np.tile(np.asarray(self.row), (len(places), 1))
        if self._is_of_shares:  # the others keep their proportions
            others = sum(self.row) - self.row[self.column]
            rows *= ((1 - places) / others)[:, np.newaxis]
        rows[:, self.column] = places
        return labels, rows

    @property
    def breaks(self) -> tuple[float, ...]:
        """The predictions at which the loss says that its slope or its value jumps."""
        try:
            facts = self.loss.facts
        except NotImplementedError:
            return ()
        places = (self._prediction_at(place) for place in (*facts.kinks, *facts.jumps))
        return tuple(sorted({place for place in places if self.low <= place <= self.high}))

    def _prediction_at(self, place: float) -> float:
        """The prediction, from the variable that kinks are stated in."""
        if isinstance(self.loss, MarginLoss):
            return place / float(self.y_true)
        return place if self.loss.label_domain.two_classes else float(self.y_true) + place

    @property
    def _is_of_shares(self) -> bool:
        domain = self.loss.prediction_domain
        is_bounded = math.isfinite(getattr(domain, "low", -math.inf) + getattr(domain, "high", 1))
        return isinstance(self.loss.label_domain, ClassLabels) and is_bounded


def view_of(
    loss: Loss,
    y_true: Any = None,
    y_pred: Sequence[float] | None = None,
    column: int = 0,
    between: tuple[float, float] | None = None,
) -> View:
    """Choose what shows a loss best, except for what is given.

    Parameters
    ----------
    loss : Loss
        The loss.
    y_true : number or sequence, optional
        The label; a row where a loss has rows of labels.
    y_pred : sequence of float, optional
        Of a loss of rows: the row in which one column moves.
    column : int
        Which one.
    between : (float, float), optional
        From where to where the prediction moves.
    """
    low, high = _range(loss) if between is None else ends(between)
    if not loss.is_row:
        if y_pred is not None:
            raise InputError(
                "y_pred is for losses of rows; between=(low, high) says where a single prediction "
                "moves.",
                argument="y_pred",
            )
        label = default_label(loss) if y_true is None else y_true
        symbol = "ŷ" if loss.prediction_symbol == r"\hat{y}" else loss.prediction_symbol
        loss([label], [low / 2 + high / 2])  # which refuses what is no label
        return View(loss, label, low, high, f"y = {label:g}", f"prediction {symbol}")
    has_classes = isinstance(loss.label_domain, ClassLabels)
    if y_true is None and y_pred is None and has_classes:
        return _target_view(loss, low, high, column)
    label = loss.example.y_true[0] if y_true is None else y_true
    row = loss.example.y_pred[0] if y_pred is None else y_pred
    return _column_view(loss, low, high, label, tuple(map(float, row)), column)  # type: ignore[arg-type]


def _target_view(loss: Loss, low: float, high: float, column: int) -> View:
    """Move the prediction of the target class, the other classes alike."""
    is_bounded = high - low == 1
    row = (1 / CLASSES if is_bounded else 0.0,) * (loss.columns.count or CLASSES)
    x_label = "p of the target class" if is_bounded else "target's score, the others 0"
    return View(loss, column, low, high, f"K = {len(row)}", x_label, row, _inside(row, column))


def _column_view(
    loss: Loss, low: float, high: float, label: Any, row: tuple[float, ...], column: int
) -> View:
    shown = f"y = {label:g}" if np.ndim(label) == 0 else "row 0"
    name = "first column" if column == 0 else f"column {column}"
    held = f"{name}, the others as above"
    return View(loss, label, low, high, shown, held, row, _inside(row, column))


def _inside(row: Sequence[float], column: int) -> int:
    if not 0 <= column < len(row):
        raise InputError(
            f"column must be one of 0 .. {len(row) - 1}, the columns of the row, got {column!r}.",
            argument="column",
        )
    return column


def ends(between: tuple[float, float], rule: str = "two finite numbers") -> tuple[float, float]:
    """Both ends of a range, or the error that it is none."""
    low, high = map(float, between)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(
            f"between must be {rule}, the smaller one first, got {between!r}.",
            argument="between",
        )
    return low, high


def _range(loss: Loss) -> tuple[float, float]:
    domain = loss.prediction_domain
    low, high = getattr(domain, "low", -math.inf), getattr(domain, "high", math.inf)
    reach = 4.0
    if math.isinf(low) and math.isinf(high):
        return -reach, reach
    if math.isinf(high):
        return float(low), low + reach
    return (high - reach, float(high)) if math.isinf(low) else (float(low), float(high))


def default_label(loss: Loss) -> float:
    """Return 0 where any number is a label, else 1 if it is one, else the first allowed."""
    domain = loss.label_domain
    if domain.checks_nothing:
        # Some have no finite loss there, being relative to the label.
        is_usable = np.isfinite(loss([0.0], [1.0]))
        return 0.0 if is_usable else float(loss.example.y_true[0])  # type: ignore[arg-type]
    candidates = [1.0, 0.0, getattr(domain, "low", math.nan), getattr(domain, "first", math.nan)]
    for candidate in candidates:
        if math.isfinite(candidate) and not getattr(domain, "outside", lambda _: True)(candidate):
            return float(candidate)
    return 1.0
