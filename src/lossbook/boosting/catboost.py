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

from lossbook.boosting.builtin import Builtin, find, ones
from lossbook.boosting.catboost_callbacks import Callbacks
from lossbook.boosting.catboost_metric import Metric, metric_of
from lossbook.boosting.catboost_rate import learning_rate
from lossbook.boosting.probes import facts_of
from lossbook.errors import InputError
from lossbook.families import LikelihoodLoss

# Its own objectives set the leaves of models below both by one step.
_MANY_ROUNDS, _MANY_COLUMNS = 200, 20
# Of what says how much is printed, no two go together.
_LOUDNESS = frozenset({"verbose", "silent", "logging_level", "verbose_eval"})
_KINDS_OF_FEATURES = frozenset({"cat_features", "text_features", "embedding_features"})
_LEAVES = "sets leaves to the best constants of their labels, which no objective of one's own may"


def _zero(loss: Any, y_true: Any, _: Any) -> Any:
    return np.zeros_like(loss.guess(y_true, None)) if loss.is_row else 0.0


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
    Builtin("MultiClass", start=_zero, parameters={"bootstrap_type": "Bayesian"}),
    Builtin("MultiClassOneVsAll", start=_zero, parameters={"bootstrap_type": "Bayesian"}),
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
class CatBoostObjective(Callbacks):
    __doc__ = f"{Callbacks.__doc__}"

    library: ClassVar[str] = "catboost"

    def __reduce__(self) -> tuple[Any, ...]:
        return _make, (self.takes_columns, self.loss, self.curvature, self.floor, self.start)

    @functools.cached_property
    def builtin(self) -> Builtin | None:
        found = find(self.library, self.loss, BUILTINS)
        if found is not None and found.name == "Lq" and self.loss.parameters["p"] < 2:
            # Its leaves are mean gradients then, which is what Newton's steps make of ones.
            return dataclasses.replace(found, curvature=ones)
        return found

    def _safe_choice(self) -> str:
        """Cheap for one row, too: the expected curvature of classes takes milliseconds."""
        chosen = super()._safe_choice()
        if chosen == "fisher" and isinstance(self.loss, LikelihoodLoss):
            return "bound" if facts_of(self.loss).smoothness < math.inf else "unit"
        return chosen

    @property
    def metric(self) -> Metric:
        """The loss as a metric, for ``eval_metric=``."""
        return metric_of(self)

    # -- labels -----------------------------------------------------------------------------------

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
        if (y_true == y_true[0]).all():
            raise InputError(
                f"y_true is {y_true[0]} in all {len(y_true)} rows (all of one class), of which "
                "CatBoost makes no model: give labels that differ.",
                argument="y_true",
            )
        is_endless = np.isinf(y_true)
        if is_endless.any():
            index = int(np.argwhere(is_endless)[0, 0])
            raise InputError(
                f"y_true has infinity at index {index} in single precision, as CatBoost keeps "
                "labels: give labels in a larger unit.",
                argument="y_true",
                index=index,
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
        stops_early: bool = False,
    ) -> dict[str, Any]:
        """What a model has to be made with: this objective and its metric, fitted, and its steps.

        CatBoost chooses the learning rate and the steps of its leaves by the size of the model, for
        its own objectives alone. Here those of a loss that it has not are the ones for its nearest.

        Parameters
        ----------
        y_true, sample_weight : array
            Of the training set.
        rounds : int
            Of the training.
        columns : int
            Of the features.
        stops_early : bool
            Whether training stops at the best round.
        """
        objective = self.fitted(y_true, sample_weight)
        chosen: dict[str, Any] = {
            "loss_function": objective,
            "eval_metric": objective.metric,
            "leaf_estimation_method": "Newton",
            "leaf_estimation_iterations": 1,
        }
        if self._native is not None:
            chosen |= self._native.parameters
        if rounds < _MANY_ROUNDS and columns < _MANY_COLUMNS:
            chosen["leaf_estimation_iterations"] = 1
        nearest = self._nearest if self._native is None else self._native.name
        rate = learning_rate(nearest, len(y_true), rounds, stops_early=stops_early)
        if rate is not None:
            chosen["learning_rate"] = rate
        if isinstance(objective.start, tuple) and not objective.takes_columns:
            chosen["classes_count"] = len(objective.start)
        return chosen

    @property
    def _nearest(self) -> str:
        if self.loss.is_row:
            return "MultiClass" if self.loss.columns.of == "classes" else "RMSE"
        return "RMSE" if self.loss.label_domain.two_classes is None else "Logloss"

    def prepare(
        self, data: Any, rounds: int = 1000, *, stops_early: bool = False
    ) -> dict[str, Any]:
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
        return self.parameters(
            labels, weights, rounds=rounds, columns=data.shape[1], stops_early=stops_early
        )

    def finish(self, model: Any) -> Any:
        """A model with the start in it, so that it predicts without this library."""
        objective = model.get_param("loss_function")
        if not isinstance(objective, CatBoostObjective):
            raise InputError(
                f"model was trained with loss_function={objective!r}: train it with what "
                "objective.prepare(pool) or objective.parameters(y) gives.",
                argument="model",
            )
        start = objective.start
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
            y_true,
            sample_weight,
            rounds=rounds,
            columns=np.shape(features)[1],
            stops_early=patience is not None,
        )
        settings |= {"allow_writing_files": False, "iterations": rounds}
        settings |= {"use_best_model": patience is not None}
        if patience is not None:
            settings["early_stopping_rounds"] = patience
        if "eta" in parameters:
            settings.pop("learning_rate", None)
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


def _make(takes_columns: bool, *fields: Any) -> CatBoostObjective:
    objective: CatBoostObjective = (_of_columns() if takes_columns else CatBoostObjective)(*fields)
    return objective


@functools.cache
def _of_columns() -> Any:
    """The class by which CatBoost knows that labels have columns."""
    from catboost import MultiTargetCustomObjective

    bases = (CatBoostObjective, MultiTargetCustomObjective)
    return type("CatBoostObjectiveOfColumns", bases, {"takes_columns": True})
