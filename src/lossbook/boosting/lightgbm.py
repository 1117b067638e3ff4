"""Losses as objectives of LightGBM."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from lossbook.boosting.builtin import LEAVES, Builtin, find, ones
from lossbook.boosting.folding import check_is_free, fold, kept, label_of, repeated
from lossbook.boosting.label_rows import LabelRows
from lossbook.boosting.objective import Objective, check_finite
from lossbook.errors import InputError

_LEAST = 1e-15
# How many rows stay close to a core together with all that is made of them.
_ROWS = 2**14


def _mean(_: Any, y_true: Any, sample_weight: Any) -> float:
    return float(np.average(y_true.astype(np.float64), weights=sample_weight))


def _log_odds(loss: Any, y_true: Any, sample_weight: Any) -> Any:
    """Of the classes as they are: what weighs one class more has no part in LightGBM's start."""
    return dataclasses.replace(loss, pos_weight=None).optimal_constant(y_true, sample_weight)


def _log_shares(loss: Any, y_true: Any, sample_weight: Any) -> Any:
    constant = loss.optimal_constant(y_true, sample_weight)
    return np.maximum(constant - np.log(np.exp(constant).sum()), math.log(_LEAST))


def _each_log_odds(loss: Any, y_true: Any, sample_weight: Any) -> Any:
    return np.maximum(loss.optimal_constant(y_true, sample_weight), math.log(_LEAST))


# src/objective of LightGBM 4.7.0.
BUILTINS = (
    Builtin("regression", factor=0.5, curvature=ones, single=True),
    Builtin("binary", start=_log_odds),
    Builtin("cross_entropy", start=_log_odds),
    Builtin("multiclass", times=lambda classes: classes / (classes - 1), start=_log_shares),
    Builtin("multiclassova", start=_each_log_odds),
    Builtin("poisson", times=lambda _: math.exp(0.7)),
    Builtin("gamma"),
    Builtin("tweedie"),
    Builtin("huber", curvature=ones, start=_mean),
    Builtin("fair", start=_mean),
    Builtin("regression_l1", apart=LEAVES.format("medians")),
    Builtin("quantile", apart=LEAVES.format("quantiles")),
    Builtin("mape", apart=LEAVES.format("medians")),
)


@dataclass(frozen=True)
class Metric:
    """The mean loss as an evaluation metric: lower is better."""

    objective: LightGBMObjective

    # LightGBM counts the parameters: the third one is for the weights.
    def __call__(self, y_true: Any, y_pred: Any, weight: Any = None) -> tuple[str, float, bool]:
        """Name, value and False, of labels and scores or of scores and a Dataset."""
        contents = _contents(y_true, y_pred, weight)
        return self.objective.metric_name, self.objective.value(*contents), False


@dataclass(frozen=True)
class LightGBMObjective(Objective):
    __doc__ = Objective.__doc__

    rows: LabelRows | None = dataclasses.field(default=None, repr=False, compare=False)

    library: ClassVar[str] = "lightgbm"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.loss, self.curvature, self.floor, self.rows)

    def __deepcopy__(self, _: Any) -> Self:
        # LightGBM copies its parameters at each training; nothing here changes.
        return self

    @functools.cached_property
    def builtin(self) -> Builtin | None:
        return find(self.library, self.loss, BUILTINS)

    @property
    def metric(self) -> Metric:
        """The loss as a metric, for ``feval=`` and ``eval_metric=``."""
        return Metric(self)

    # LightGBM counts the parameters: with two it would leave out the weights.
    def __call__(self, y_true: Any, y_pred: Any, weight: Any = None) -> tuple[Any, Any]:
        """Gradient and curvature: of labels and scores, or of scores and a Dataset."""
        y_true, raw, weight = _contents(y_true, y_pred, weight)
        y_true, weight = self.labels(y_true), self._weights(weight, raw)
        gradient, curvature = self._in_blocks(y_true, raw, weight)
        check_finite("gradient", gradient, raw)
        check_finite("curvature", curvature, raw)
        return gradient, curvature

    def _in_blocks(self, y_true: Any, raw: Any, weight: Any) -> tuple[Any, Any]:
        """As LightGBM reads them, which copies all else: single precision, column after column.

        In blocks, since new memory for all of them takes longer than what is done with it.
        """
        pair = (
            np.empty(raw.shape, np.float32, order="F"),
            np.empty(raw.shape, np.float32, order="F"),
        )
        rows_at_once = _ROWS
        if len(y_true) != len(raw) or (self.has_floor and self.floor is None):
            rows_at_once = len(raw)
        for first in range(0, len(raw), rows_at_once):
            rows = slice(first, first + rows_at_once)
            part = None if weight is None else weight[rows]
            try:
                found = self._pair(y_true[rows], raw[rows], part)
            except InputError:
                # All at once, it tells the index among all.
                self._pair(y_true, raw, weight)
                raise
            with np.errstate(over="ignore"):
                for values, block in zip(pair, found, strict=True):
                    values[rows] = block
        return pair

    def labels(self, y_true: Any) -> Any:
        return super().labels(y_true if self.rows is None else self.rows.at(y_true))

    # -- labels that are rows ---------------------------------------------------------------------

    def with_rows(self, labels: Any) -> Self:
        """The same objective for labels of several numbers per row.

        LightGBM's labels are one number per row: give it the number of the row in ``labels``,
        ``label=numpy.arange(len(labels))``; validation sets go on where the training set ends.

        Parameters
        ----------
        labels : array of two axes
            The labels of all data sets, one below the other.
        """
        return dataclasses.replace(self, rows=LabelRows(labels))

    # -- the start --------------------------------------------------------------------------------

    def parameters(self, y_true: Any, sample_weight: Any = None) -> dict[str, Any]:
        """What training has to know: the objective, the number of columns, no other metric.

        The objective has the floor of these labels, and so the same one wherever some of them are.
        """
        return self._parameters(self._start(y_true, sample_weight), y_true)

    def prepare(self, train_set: Any, *others: Any) -> dict[str, Any]:
        """``parameters``, once all data sets start from the best constant of the first one.

        Give ``callbacks=[objective.fold]`` to the training, so that the model starts there too.

        Parameters
        ----------
        train_set : lightgbm.Dataset
            The labels and weights to start from.
        *others : lightgbm.Dataset
            Validation sets.
        """
        labels = label_of(train_set)
        start = self._start(labels, kept(train_set, "weight"))
        for data in (train_set, *others):
            check_is_free(data)
            data.set_init_score(repeated(start, label_of(data)))
        return self._parameters(start, labels)

    def fit_arguments(
        self, y_true: Any, sample_weight: Any = None, validation: Sequence[Any] = ()
    ) -> dict[str, Any]:
        """What ``fit`` of LightGBM's scikit-learn classes has to know beside its data.

        Parameters
        ----------
        y_true : array
            Labels, as ``fit`` gets them.
        sample_weight : array, optional
            Weights, as ``fit`` gets them.
        validation : sequence of arrays
            The labels of each validation set.
        """
        start = self._start(y_true, sample_weight)
        given = {"init_score": repeated(start, y_true), "callbacks": [self.fold]}
        if validation:
            given["eval_metric"] = self.metric
            given["eval_init_score"] = [repeated(start, labels) for labels in validation]
        return given

    fold = staticmethod(fold)

    def _start(self, y_true: Any, sample_weight: Any) -> Any:
        # LightGBM's own start is of the labels and weights as it keeps them.
        weight = None if sample_weight is None else _single(sample_weight)
        return self.best_start(_single(y_true), weight)

    def _parameters(self, start: Any, y_true: Any) -> dict[str, Any]:
        columns = {"num_class": len(start)} if np.ndim(start) else {}
        objective = self
        if self.floor is None and self.has_floor:
            objective = dataclasses.replace(self, floor=self.floor_for(self.labels(y_true)))
        return {"objective": objective, "metric": "None", **columns}

    # -- a model from arrays ----------------------------------------------------------------------

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
        """A Booster that starts from the best constant.

        Parameters
        ----------
        features, y_true, sample_weight : array
            The training set.
        rounds : int
            How many, at most.
        parameters : mapping
            LightGBM's.
        validation : sequence of (features, labels, weights or None)
            Sets to evaluate the loss on.
        patience : int, optional
            After as many rounds without a smaller loss on the last validation set training stops.
        """
        import lightgbm

        _check_parameters(parameters)
        sets = [(features, y_true, sample_weight), *validation]
        objective, labels = self._numbered([y for _, y, _ in sets])
        train_set, *others = (
            lightgbm.Dataset(x, y, weight=None if w is None else np.ascontiguousarray(w))
            for (x, _, w), y in zip(sets, labels, strict=True)
        )
        callbacks: list[Any] = []
        if _has_linear_trees(parameters):
            ready = objective.parameters(labels[0], sample_weight)
        else:
            ready = objective.prepare(train_set, *others)
            callbacks.append(self.fold)
        if patience is not None:
            others = others[-1:]
            callbacks.append(lightgbm.early_stopping(patience, verbose=False))
        return lightgbm.train(
            {"verbosity": -1, **ready, **parameters, "objective": ready["objective"]},
            train_set,
            rounds,
            valid_sets=others,
            feval=objective.metric,
            callbacks=callbacks,
        )

    def _numbered(self, labels: Sequence[Any]) -> tuple[Self, Sequence[Any]]:
        """The objective and the labels of each set as LightGBM takes them."""
        if np.ndim(labels[0]) == 1:
            return self, list(map(np.ascontiguousarray, labels))
        ends = np.cumsum([len(part) for part in labels])
        numbers = np.split(np.arange(ends[-1]), ends[:-1])
        return self.with_rows(np.concatenate(labels)), numbers

    def predict_raw(self, model: Any, features: Any) -> Any:
        """The raw scores of a Booster, or of a class of LightGBM's scikit-learn API."""
        return model.predict(features, raw_score=True)

    def dump(self, model: Any) -> bytes:
        """A Booster as LightGBM's own text."""
        text: str = model.model_to_string()
        return text.encode()

    def restore(self, content: bytes) -> Any:
        """The Booster of ``dump``."""
        import lightgbm

        if not content.startswith(b"tree\n"):
            raise InputError(
                "content must be a model as LightGBM writes it, which begins with the line "
                f"'tree', got {content[:20]!r}.",
                argument="content",
            )
        return lightgbm.Booster(model_str=content.decode())


def _contents(y_true: Any, y_pred: Any, weight: Any) -> tuple[Any, Any, Any]:
    """Labels, scores and weights, whichever API has given them."""
    if hasattr(y_pred, "get_label"):
        return y_pred.get_label(), y_true, y_pred.get_weight()
    return y_true, np.asarray(y_pred), weight


def _single(values: Any) -> Any:
    return np.asarray(values).astype(np.float32, copy=False)


def _has_linear_trees(parameters: Mapping[str, Any]) -> bool:
    return any(parameters.get(name) for name in ("linear_tree", "linear_trees"))


def _check_parameters(parameters: Mapping[str, Any]) -> None:
    for name in ("boosting", "boosting_type", "boost"):
        if parameters.get(name) in ("rf", "random_forest"):
            raise InputError(
                f"{name} must not be {parameters[name]!r}: LightGBM's random forests take no "
                'objective but its own; take "gbdt" or "dart".',
                argument=name,
            )
