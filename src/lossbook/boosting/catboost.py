"""Losses as objectives of CatBoost."""

from __future__ import annotations

import dataclasses
import functools
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from lossbook.boosting.builtin import Builtin, find
from lossbook.boosting.catboost_metric import Metric, metric_of
from lossbook.boosting.objective import Objective, check_finite
from lossbook.boosting.one_row import one_row
from lossbook.errors import InputError
from lossbook.families import LikelihoodLoss

# Its own objectives set the leaves of models below both by one step.
_MANY_ROUNDS, _MANY_COLUMNS = 200, 20
# Of what says how much is printed, no two go together.
_LOUDNESS = frozenset({"verbose", "silent", "logging_level", "verbose_eval"})
_KINDS_OF_FEATURES = frozenset({"cat_features", "text_features", "embedding_features"})
_SLICE = " of a slice of the rows"
_LEAVES = "sets leaves to the best constants of their labels, which no objective of one's own may"


def _zero(loss: Any, y_true: Any, _: Any) -> Any:
    return np.zeros_like(loss.guess(y_true, None)) if loss.is_row else 0.0


def _ones(_: Any, __: Any, raw: Any, ___: Any) -> Any:
    return np.ones_like(raw)


# algo_helpers/error_functions.h and options/catboost_options.cpp of CatBoost 1.2.10.
BUILTINS = (
    Builtin("RMSE", factor=0.5),
    Builtin("Logloss", start=_zero, parameters={"leaf_estimation_iterations": 10}),
    Builtin("Focal", start=_zero),
    Builtin("Poisson", start=_zero, parameters={"leaf_estimation_iterations": 10}),
    Builtin("Tweedie", start=_zero),
    Builtin("Huber", start=_zero),
    Builtin("Expectile", start=_zero, parameters={"leaf_estimation_iterations": 5}),
    Builtin("Lq", start=_zero),
    Builtin("MultiClass", start=_zero),
    Builtin("MultiClassOneVsAll", start=_zero),
    Builtin("LogCosh", apart=_LEAVES),
    Builtin("MAE", apart=_LEAVES),
    Builtin("MAPE", apart=_LEAVES),
    Builtin("Quantile", apart=_LEAVES),
    Builtin("MultiQuantile", apart=_LEAVES),
    Builtin(
        "RMSEWithUncertainty",
        apart="takes natural gradients, of the logarithm of the standard deviation",
    ),
)


@dataclass(frozen=True)
class CatBoostObjective(Objective):
    __doc__ = f"""{Objective.__doc__}
    start : float or tuple of float
        The raw score, or the row of them, that trees are added to. CatBoost has none for objectives
        of one's own: it is added here, and to the model by ``finish``.
    """

    start: float | tuple[float, ...] = 0.0

    library: ClassVar[str] = "catboost"
    takes_columns: ClassVar[bool] = False
    # Otherwise CatBoost hands the methods to Numba, and warns of what that cannot compile.
    no_jit: ClassVar[bool] = True

    def __reduce__(self) -> tuple[Any, ...]:
        return _make, (self.takes_columns, self.loss, self.curvature, self.floor, self.start)

    @functools.cached_property
    def builtin(self) -> Builtin | None:
        found = find(self.library, self.loss, BUILTINS)
        if found is not None and found.name == "Lq" and self.loss.parameters["p"] < 2:
            # Its leaves are mean gradients then, which is what Newton's steps make of ones.
            return dataclasses.replace(found, curvature=_ones)
        return found

    def _safe_choice(self) -> str:
        """Cheap for one row, too: the expected curvature of classes takes milliseconds."""
        chosen = super()._safe_choice()
        if chosen == "fisher" and isinstance(self.loss, LikelihoodLoss):
            return "bound" if self.loss.facts.smoothness < math.inf else "unit"
        return chosen

    @property
    def metric(self) -> Metric:
        """The loss as a metric, for ``eval_metric=``."""
        return metric_of(self)

    # -- what CatBoost calls ----------------------------------------------------------------------

    def calc_ders_range(self, approxes: Any, targets: Any, weights: Any) -> Any:
        """Minus gradient and curvature of a slice of the rows, in two columns."""
        self._check_knows(not self.loss.is_row)
        raw = approxes if self.start == 0 else approxes + self.start
        gradient, curvature = self.unchecked(targets, raw, weights)
        pairs = np.empty((2, len(raw)))
        np.negative(gradient, out=pairs[0])
        np.negative(curvature, out=pairs[1])
        if not math.isfinite(np.add.reduce(pairs, axis=None)):
            _check_finite(gradient, curvature, raw)
        return pairs.T

    def calc_ders_multi(self, approxes: Any, target: Any, weight: float) -> tuple[Any, Any]:
        """Minus gradient and Hessian of one row of scores."""
        self._check_knows()
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
            _check_finite(gradient[None], matrix.diagonal()[None], raw)
        return (-weight * gradient).tolist(), (-weight * matrix).tolist()

    def sums(self, approxes: Any, targets: Any, weights: Any) -> tuple[float, float]:
        """Of losses and of weights, from the columns that a metric is given."""
        is_column = not (self.loss.is_row or self.takes_columns)
        raw = approxes[0] + self.start if is_column else np.stack(approxes, axis=-1) + self._row
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

    def _check_knows(self, is_simple: bool = True) -> None:
        """Raise where a few rows do not tell what there is to know of the labels."""
        if is_simple and (self.floor is not None or not self.has_floor):
            return
        raise InputError(
            f"CatBoost does not tell {self.loss!r} enough about the labels: train with the "
            "parameters that objective.prepare(pool) or objective.parameters(y) gives, whose "
            "loss_function knows them.",
            argument="loss_function",
        )

    # -- labels -----------------------------------------------------------------------------------

    @functools.cached_property
    def _labels_are_rows(self) -> bool:
        """Whether labels with columns are rows, and not one number that is there several times."""
        layouts = self.loss.label_domain.layouts
        return not self.loss.is_row or any(layout.is_row for layout in layouts)

    def _are_classes(self, y_true: Any) -> bool:
        return bool(self.loss.is_row and y_true.ndim == 1 and self.loss.columns.of == "classes")

    def targets(self, y_true: Any) -> Any:
        """Labels as a Pool has to hold them: a column for each score, unless they are classes."""
        y_true = np.asarray(y_true)
        if not self.loss.is_row or y_true.ndim > 1 or self._are_classes(y_true):
            return y_true
        columns = self.loss.columns
        count = columns.count or self.loss.label_domain.columns_of(y_true, columns.fewest)
        return np.repeat(y_true[:, None], count, axis=1)

    def _kept(self, y_true: Any) -> Any:
        """Labels as CatBoost keeps them, and as the loss has them."""
        y_true = self.labels(y_true)
        if y_true.dtype.kind in "bfiu":
            with np.errstate(over="ignore"):
                y_true = y_true.astype(np.float32)
        return y_true if y_true.ndim == 1 or self._labels_are_rows else y_true[:, 0]

    def _check_sample(self, y_true: Any, start: Any, sample_weight: Any) -> None:
        """Raise here, where indices are those of the rows, for what the loss does not take."""
        raw = np.broadcast_to(start, (len(y_true), *np.shape(start))).astype(np.float64)
        self.value(y_true, raw, sample_weight)
        if not np.isfinite(y_true).all():
            first = tuple(map(int, np.argwhere(~np.isfinite(y_true))[0]))
            raise InputError(
                f"y_true is {y_true[first]} at index {first[0]}: leave out rows without a label.",
                argument="y_true",
                index=first[0],
            )

    # -- training ---------------------------------------------------------------------------------

    def fitted(self, y_true: Any, sample_weight: Any = None) -> CatBoostObjective:
        """This objective for these labels: with the best start, and all that a few rows hide."""
        y_true = self._kept(y_true)
        start = self.best_start(y_true, sample_weight)
        self._check_sample(y_true, start, sample_weight)
        is_row = np.ndim(start) > 0
        return _make(
            is_row and not self._are_classes(y_true),
            self.loss,
            self.curvature,
            self.floor_for(y_true),
            tuple(map(float, start)) if is_row else float(start),
        )

    def parameters(
        self,
        y_true: Any,
        sample_weight: Any = None,
        *,
        rounds: int = 1000,
        columns: int = _MANY_COLUMNS,
    ) -> dict[str, Any]:
        """What a model has to be made with: this objective and its metric, fitted, and the leaves.

        CatBoost's own objectives set leaves by several steps in large models, for which the number
        of rounds and of features counts.
        """
        objective = self.fitted(y_true, sample_weight)
        is_large = rounds >= _MANY_ROUNDS or columns >= _MANY_COLUMNS
        chosen: dict[str, Any] = {
            "loss_function": objective,
            "eval_metric": objective.metric,
            "leaf_estimation_method": "Newton",
            "leaf_estimation_iterations": 1,
        }
        if self._native is not None and is_large:
            chosen |= self._native.parameters
        if isinstance(objective.start, tuple) and not objective.takes_columns:
            chosen["classes_count"] = len(objective.start)
        return chosen

    def prepare(self, data: Any, rounds: int = 1000) -> dict[str, Any]:
        """``parameters`` from the labels, weights and features of a Pool."""
        labels = data.get_label()
        if labels is None:
            raise InputError(
                "the data set has no labels: give them with it, Pool(X, objective.targets(y)).",
                argument="y_true",
            )
        labels = np.asarray(labels)
        if labels.shape != self.targets(labels).shape:
            raise InputError(
                f"CatBoost wants a column of labels for each score of {self.loss!r}: make the data "
                "set with them, Pool(X, objective.targets(y)).",
                argument="y_true",
            )
        weights = np.asarray(data.get_weight(), dtype=np.float32)
        return self.parameters(labels, weights, rounds=rounds, columns=data.shape[1])

    def finish(self, model: Any) -> Any:
        """A model with the start in it, so that it predicts without this library."""
        start = model.get_param("loss_function").start
        model.set_scale_and_bias(1.0, list(start) if isinstance(start, tuple) else start)
        return model

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
        """A CatBoost model, from the best start on, to the best round on the last validation set.

        Names of categorical features, texts and embeddings go with ``parameters``.
        """
        import catboost

        kinds = {name: parameters[name] for name in _KINDS_OF_FEATURES & parameters.keys()}
        settings = self.parameters(
            y_true, sample_weight, rounds=rounds, columns=np.shape(features)[1]
        )
        settings |= {"allow_writing_files": False, "iterations": rounds}
        settings |= {"use_best_model": patience is not None}
        if patience is not None:
            settings["early_stopping_rounds"] = patience
        if not _LOUDNESS & parameters.keys():
            settings["logging_level"] = "Silent"
        settings |= {name: given for name, given in parameters.items() if name not in kinds}
        pools = [
            catboost.Pool(rows, self.targets(labels), weight=weight, **kinds)
            for rows, labels, weight in [(features, y_true, sample_weight), *validation]
        ]
        model = catboost.CatBoost(settings)
        try:
            model.fit(pools[0], eval_set=pools[1:] or None)
        except catboost.CatBoostError as error:
            # What a callback raises comes back as the text of its traceback.
            _, raised, message = str(error).rpartition(f"{InputError.__name__}: ")
            if not raised:
                raise
            raise InputError(message.strip()) from error
        return self.finish(model)

    def predict_raw(self, model: Any, features: Any) -> Any:
        """The raw scores of a model, for features or a Pool."""
        return model.predict(features, prediction_type="RawFormulaVal")

    def dump(self, model: Any) -> bytes:
        """A model as bytes."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.cbm")
            model.save_model(str(path), format="cbm")
            return path.read_bytes()

    def restore(self, content: bytes) -> Any:
        """The model that was dumped."""
        import catboost

        return catboost.CatBoost().load_model(blob=content)


def _check_finite(gradient: Any, curvature: Any, raw: Any) -> None:
    check_finite("gradient", gradient, raw, _SLICE)
    check_finite("curvature", curvature, raw, _SLICE)


def _make(takes_columns: bool, *fields: Any) -> CatBoostObjective:
    objective: CatBoostObjective = (_of_columns() if takes_columns else CatBoostObjective)(*fields)
    return objective


@functools.cache
def _of_columns() -> Any:
    """The class by which CatBoost knows that labels have columns."""
    from catboost import MultiTargetCustomObjective

    bases = (CatBoostObjective, MultiTargetCustomObjective)
    return type("CatBoostObjectiveOfColumns", bases, {"takes_columns": True})
