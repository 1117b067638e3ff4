"""What the objectives of all three libraries share: derivatives, the start, the way back."""

from __future__ import annotations

import functools
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from lossbook.boosting.builtin import Builtin, weighed
from lossbook.boosting.curvature import MENU, choices, formula, safe_choice
from lossbook.boosting.levels import has_kinks
from lossbook.boosting.probes import facts_of, has_slope
from lossbook.boosting.secant import floor_for
from lossbook.errors import InputError
from lossbook.families import LevelsLoss, MarginLoss

if TYPE_CHECKING:
    from lossbook.loss import Loss


@dataclass(frozen=True)
class Objective(ABC):
    """A loss as one boosting library wants it.

    Parameters
    ----------
    loss : Loss
        A loss of raw scores, which may be any number.
    curvature : str, optional
        A name of the menu, see :data:`lossbook.boosting.MENU`. By default the library's own where
        it trains this loss itself, and a safe one elsewhere.
    floor : float, optional
        For the curvature of losses with a kink: distances to the kink below it count as it. By
        default 0.3 of the labels' mean distance from their mean.
    """

    loss: Loss
    curvature: str | None = None
    floor: float | None = None

    library: ClassVar[str]

    def __post_init__(self) -> None:
        _check_loss(self.loss)
        if self.floor is not None and not (self.floor > 0 and np.isfinite(self.floor)):
            raise InputError(
                f"floor must be a number above 0, got {self.floor!r}.", argument="floor"
            )
        self._check_curvature()
        if self.curvature is None:
            has_own = self.builtin is not None and not self.builtin.apart
            chosen = "native" if has_own else self._safe_choice()
            object.__setattr__(self, "curvature", chosen)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.loss, self.curvature, self.floor)

    def _safe_choice(self) -> str:
        return safe_choice(self.loss)

    @property
    @abstractmethod
    def builtin(self) -> Builtin | None:
        """The library's own objective of this loss; None where it has none."""

    @property
    def metric_name(self) -> str:
        """What the loss is called as a metric: of sums of losses, what libraries can print."""
        # XGBoost takes lines of scores apart at spaces and colons.
        return re.sub(r"\W+", "_", self.loss.name).strip("_")

    def derivatives(self, y_true: Any, raw: Any, sample_weight: Any) -> tuple[Any, Any]:
        """Gradient and curvature of each sample, times its weight, in the dtype of ``raw``."""
        pair = self.unchecked(y_true, raw, sample_weight)
        for what, values in zip(("gradient", "curvature"), pair, strict=True):
            check_finite(what, values, raw)
        return pair

    def unchecked(self, y_true: Any, raw: Any, sample_weight: Any) -> tuple[Any, Any]:
        """The same, where NaN and infinity may be among them."""
        return self._pair(self.labels(y_true), raw, self._weights(sample_weight, raw))

    def _pair(self, y_true: Any, raw: Any, weight: Any) -> tuple[Any, Any]:
        if self.curvature == "exact":
            return Builtin("").derivatives(self.loss, y_true, raw, weight)
        if self._native is not None:
            return self._native.derivatives(self.loss, y_true, raw, weight)
        gradient, curvature = self._formula(y_true, raw)
        return weighed(gradient, weight), weighed(curvature, weight)

    def labels(self, y_true: Any) -> Any:
        """Labels as the loss has them: classes 0 and 1 become -1 and 1 for losses of the margin."""
        y_true = np.asarray(y_true)
        if y_true.size == 0:
            raise InputError(
                "the data set has no labels: give them with it (label=y).", argument="y_true"
            )
        if isinstance(self.loss, MarginLoss) and ((y_true == 0) | (y_true == 1)).all():
            return 2 * y_true - 1
        return y_true

    def best_start(self, y_true: Any, sample_weight: Any = None) -> Any:
        """The raw score at which training starts best: a number, or one for each column.

        The constant with the smallest loss; under the curvature "native" what the library starts
        from.
        """
        y_true = self.labels(y_true)
        if y_true.ndim == 2 and not self.loss.is_row:
            return np.asarray([self._constant(column, sample_weight) for column in y_true.T])
        return self._constant(y_true, sample_weight)

    def _constant(self, y_true: Any, sample_weight: Any) -> Any:
        is_missing = np.isnan(y_true)
        if is_missing.any():
            index = int(np.argwhere(is_missing)[0, 0])
            raise InputError(
                f"y_true has nan at index {index}: leave out rows without a label.",
                argument="y_true",
                index=index,
            )
        start = self.loss.optimal_constant
        if self._native is not None and self._native.start is not None:
            start = functools.partial(self._native.start, self.loss)
        constant = start(y_true, sample_weight)
        if np.ndim(constant) == 0 and np.isinf(constant) and self._has_both_classes(y_true):
            # A loss that forgives the rarer class, the more so the farther out: 0 favours none.
            return 0.0
        if not np.isfinite(constant).all():
            raise InputError(
                f"the best constant of {self.loss!r} is {constant} for these labels (all of one "
                "class, or no count above 0): give a start of your own, or other labels.",
                argument="y_true",
            )
        return constant

    def _has_both_classes(self, y_true: Any) -> bool:
        classes = self.loss.label_domain.two_classes
        return classes is not None and all((y_true == label).any() for label in classes)

    @abstractmethod
    def train(
        self,
        features: Any,
        y_true: Any,
        sample_weight: Any = None,
        *,
        rounds: int,
        parameters: Mapping[str, Any],
        validation: Sequence[tuple[Any, Any, Any]] = (),
        patience: int | None = None,
    ) -> Any:
        """A model of the library, from the best start on.

        With ``patience`` it is the one of the best round on the last validation set, a triple of
        features, labels and weights or None.
        """

    @abstractmethod
    def predict_raw(self, model: Any, features: Any) -> Any:
        """The raw scores of a model of the library, the start included."""

    @abstractmethod
    def dump(self, model: Any) -> bytes:
        """A model of the library as bytes."""

    @abstractmethod
    def restore(self, content: bytes) -> Any:
        """The model that was dumped."""

    def predict(self, model: Any, features: Any) -> Any:
        """What the raw scores stand for: probabilities, means, quantiles.

        Levels that cross are put in order, by which their loss can only fall (Chernozhukov,
        Fernandez-Val and Galichon, Quantile and Probability Curves Without Crossing, Econometrica
        78 (2010)).
        """
        predicted = self.loss.inverse_link(self.predict_raw(model, features))
        return np.sort(predicted, axis=-1) if isinstance(self.loss, LevelsLoss) else predicted

    def value(self, y_true: Any, raw: Any, sample_weight: Any = None) -> float:
        """The mean loss, as metrics report it."""
        weight = self._weights(sample_weight, raw)
        return float(self.loss(self.labels(y_true), raw, sample_weight=weight))

    def _weights(self, sample_weight: Any, raw: Any) -> Any:
        """None where there are none; one for each of the columns that a loss of numbers has."""
        if sample_weight is None or len(sample_weight) == 0:
            return None
        if len(sample_weight) != len(raw):
            raise InputError(
                f"sample_weight has {len(sample_weight)} entries for {len(raw)} samples: give one "
                "weight per sample.",
                argument="sample_weight",
            )
        if np.ndim(raw) == 1 or self.loss.is_row:
            return sample_weight
        return np.repeat(np.asarray(sample_weight)[:, None], raw.shape[1], axis=1)

    @functools.cached_property
    def has_floor(self) -> bool:
        """Whether the curvature depends on the spread of all labels."""
        loss = self.loss
        has = has_kinks(loss) if isinstance(loss, LevelsLoss) else bool(facts_of(loss).kinks)
        is_over_distance = self.curvature in ("secant", "fisher")
        return is_over_distance and has and loss.label_domain.two_classes is None

    def floor_for(self, y_true: Any) -> float | None:
        """The floor of these labels, which are all there are; None where the curvature has none."""
        return self.floor or (floor_for(self.loss, y_true) if self.has_floor else None)

    @functools.cached_property
    def _native(self) -> Builtin | None:
        return self.builtin if self.curvature == "native" else None

    @functools.cached_property
    def _formula(self) -> Any:
        return formula(self.loss, str(self.curvature), self.floor)

    def _check_curvature(self) -> None:
        name = self.curvature
        if name is None:
            return
        if name not in MENU:
            raise InputError(
                f"curvature must be one of {', '.join(MENU)}, got {name!r}.", argument="curvature"
            )
        why = MENU[name].lacking if name != "native" and self._formula is None else ""
        if name == "native":
            none = f"{self.library} has no objective of this loss"
            why = none if self.builtin is None else self.builtin.apart
        if why:
            raise InputError(
                f"curvature {name!r} does not exist for {self.loss!r}: {why}; choose one of "
                f"{', '.join(choices(self.loss))}, or leave it out.",
                argument="curvature",
            )


def _check_loss(loss: Loss) -> None:
    if not loss.prediction_domain.checks_nothing:
        fix = ""
        for switch in ("from_logits", "from_log"):
            if switch in loss.parameters:
                fix = f": use {type(loss).__name__}({switch}=True)"
        raise InputError(
            f"{loss!r} takes predictions in {loss.prediction_domain.describe()}, but trees add up "
            f"raw scores, which may be any number{fix}.",
            argument="loss",
        )
    if not has_slope(loss):
        raise InputError(
            f"{loss!r} has no slope anywhere: there is nothing that a tree could learn from.",
            argument="loss",
        )


def check_finite(what: str, values: Any, raw: Any, rows: str = "") -> None:
    """Raise for NaN and infinity, of which a library makes a constant model without a word."""
    with np.errstate(all="ignore"):
        # One pass without an array of its own: a sum is finite if all are, or nearly always.
        if np.isfinite(values.sum()):
            return
    broken = np.argwhere(~np.isfinite(values))
    if not len(broken):
        return
    first = tuple(map(int, broken[0]))
    index = first if len(first) > 1 else first[0]
    raise InputError(
        f"the {what} is {values[first]} at index {index}{rows}, where the raw score is "
        f"{raw[first]:g}: look for a missing label there, or train with a smaller learning rate "
        "(the model may have diverged).",
        argument="y_pred",
        index=index,
    )
