"""What CatBoost calls of an objective: for slices of the rows, or for one row at a time."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lossbook.boosting.builtin import Builtin
from lossbook.boosting.objective import Objective, check_finite
from lossbook.boosting.one_row import one_row
from lossbook.engine import GRADIENT, HESSIAN, evaluate
from lossbook.errors import InputError
from lossbook.families import MarginLoss

_SLICE = " of a slice of the rows"


@dataclass(frozen=True)
class Callbacks(Objective):
    __doc__ = f"""{Objective.__doc__}
    start : float or tuple of float
        The raw score, or the row of them, that trees are added to. CatBoost has none for objectives
        of one's own: it is added here, and to the model by ``finish``.
    """

    start: float | tuple[float, ...] = 0.0

    takes_columns: ClassVar[bool] = False
    # Otherwise CatBoost hands the methods to Numba, and warns of what that cannot compile.
    no_jit: ClassVar[bool] = True

    def calc_ders_range(self, approxes: Any, targets: Any, weights: Any) -> Any:
        """Minus gradient and curvature of a slice of the rows, in two columns."""
        if self._is_unknowing:
            raise self._unknowing()
        raw = approxes if self.start == 0 else approxes + self.start
        pairs = np.empty((2, len(raw)))
        gradient, curvature = pairs
        if self._multiple is None:
            pairs[0], pairs[1] = self.unchecked(targets, raw, weights)
            np.negative(pairs, out=pairs)
        else:
            want, out = GRADIENT | HESSIAN, (gradient, curvature)
            evaluate(self.loss, want, targets, raw, weights, "sum", out)
            if self._multiple == -1:
                np.negative(pairs, out=pairs)
            else:
                pairs *= self._multiple
        # NaN and infinity stay what they are in a product, and in a sum.
        if not math.isfinite(np.vdot(gradient, curvature)):
            _check_finite(pairs, raw)
        return pairs.T

    def calc_ders_multi(self, approxes: Any, target: Any, weight: float) -> tuple[Any, Any]:
        """Minus gradient and Hessian of one row of scores."""
        if self._lacks_floor:
            raise self._unknowing()
        if weight == 0:
            columns = len(approxes)
            return [0.0] * columns, [[0.0] * columns] * columns
        raw, y_true = (approxes + self._row)[None], self._label(target)
        if self._one_row is not None:
            gradient, matrix = self._one_row(y_true, raw)
        else:
            gradient, curvature = (values[0] for values in self.unchecked(y_true, raw, None))
            matrix = np.diag(curvature)
        if not math.isfinite(np.add.reduce(matrix, axis=None) + np.add.reduce(gradient)):
            _check_finite((gradient[None], matrix.diagonal()[None]), raw)
        return (-weight * gradient).tolist(), (-weight * matrix).tolist()

    def sums(self, approxes: Any, targets: Any, weights: Any) -> tuple[float, float]:
        """Of losses and of weights, from the columns that a metric is given."""
        is_column = not (self.loss.is_row or self.takes_columns)
        raw = approxes[0] if is_column else np.stack(approxes, axis=-1)
        if self.start != 0:
            raw = raw + self._row
        if self.takes_columns:
            targets = np.stack(targets, axis=-1) if self._labels_are_rows else targets[0]
        weight = self._weights(weights, raw)
        total = self.loss(self.labels(targets), raw, sample_weight=weight, reduction="sum")
        if weight is not None:
            return float(total), float(np.sum(weight, dtype=np.float64))
        return float(total), float(len(raw) if self.loss.is_row else raw.size)

    def _label(self, target: Any) -> Any:
        if not self.takes_columns:
            return np.asarray([target])
        return target[None] if self._labels_are_rows else target[:1]

    @functools.cached_property
    def _one_row(self) -> Any:
        # Its own objectives of rows take the whole Hessian.
        return one_row(self.loss, "exact" if self._native is not None else str(self.curvature))

    @functools.cached_property
    def _row(self) -> Any:
        return np.asarray(self.start, dtype=np.float64)

    @functools.cached_property
    def _multiple(self) -> float | None:
        """What gradient and Hessian are to be times, where nothing else is made of them.

        Of slices so short each step counts.
        """
        own = Builtin("") if self.curvature == "exact" else self._native
        is_simple = own is not None and not (own.curvature or own.times or own.least)
        if own is None or not is_simple or isinstance(self.loss, MarginLoss):
            return None
        return -own.factor

    @functools.cached_property
    def _is_unknowing(self) -> bool:
        return self.loss.is_row or self._lacks_floor

    @functools.cached_property
    def _lacks_floor(self) -> bool:
        return self.has_floor and self.floor is None

    def _unknowing(self) -> InputError:
        """What to raise where a few rows do not tell what there is to know of the labels."""
        if self.loss.is_row and isinstance(self.start, tuple):
            return InputError(
                f"CatBoost trains one column for two classes, and {self.loss!r} has one for each: "
                "take a loss of two classes, as BinaryCrossEntropy(from_logits=True), or another "
                "library.",
                argument="loss_function",
            )
        return InputError(
            f"CatBoost does not tell {self.loss!r} enough about the labels: train with the "
            "parameters that objective.prepare(pool) or objective.parameters(y) gives, whose "
            "loss_function knows them.",
            argument="loss_function",
        )

    @functools.cached_property
    def _labels_are_rows(self) -> bool:
        """Whether labels with columns are rows, and not one number that is there several times."""
        layouts = self.loss.label_domain.layouts
        return not self.loss.is_row or any(layout.is_row for layout in layouts)


def _check_finite(pair: Any, raw: Any) -> None:
    check_finite("gradient", pair[0], raw, _SLICE)
    check_finite("curvature", pair[1], raw, _SLICE)
