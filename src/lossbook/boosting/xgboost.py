"""Losses as objectives of XGBoost."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lossbook.boosting.builtin import LEAVES, Builtin, find
from lossbook.boosting.objective import Objective
from lossbook.boosting.versions import version_of
from lossbook.engine.libraries import HOME
from lossbook.errors import MissingDependencyError
from lossbook.links import LOGIT


def _centred(loss: Any, y_true: Any, sample_weight: Any) -> Any:
    """XGBoost's scores of classes sum to 0."""
    constant = loss.optimal_constant(y_true, sample_weight)
    return constant - constant.mean()


def _one_step(loss: Any, y_true: Any, sample_weight: Any) -> float:
    """Where one step of Newton's leads to from 0."""
    gradient, hessian = loss.gradient_and_hessian(
        y_true, np.zeros(len(y_true)), sample_weight=sample_weight, reduction="sum"
    )
    return float(-gradient.sum() / hessian.sum())


_LEAST = 1e-16

# src/objective of XGBoost 3.2.0, and up to 3.4; those of `_CHANGED` take another curvature later.
_LAST = (3, 4)
_CHANGED = ("multi:softprob", "count:poisson", "reg:pseudohubererror")
BUILTINS = (
    Builtin("reg:squarederror", factor=0.5),
    Builtin("binary:logistic", least=_LEAST),
    Builtin("multi:softprob", times=lambda _: 2.0, least=_LEAST, start=_centred),
    Builtin(
        "count:poisson",
        times=lambda _: math.exp(0.7),
        parameters={"max_delta_step": 0.7},
    ),
    Builtin("reg:gamma"),
    Builtin("reg:tweedie"),
    Builtin("reg:pseudohubererror", start=_one_step),
    Builtin("reg:absoluteerror", apart=LEAVES.format("medians")),
    Builtin("reg:quantileerror", apart=LEAVES.format("quantiles")),
)


@dataclass(frozen=True)
class Metric:
    """The mean loss as an evaluation metric: lower is better."""

    objective: Objective

    @property
    def __name__(self) -> str:
        return self.objective.metric_name

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """From labels and scores its value; from scores and a DMatrix name and value."""
        if hasattr(y_pred, "get_label"):
            scores, data = y_true, y_pred
            return self.__name__, self.objective.value(*_contents(data, scores))
        return self.objective.value(y_true, y_pred, sample_weight)


@dataclass(frozen=True)
class XGBoostObjective(Objective):
    __doc__ = Objective.__doc__

    library: ClassVar[str] = "xgboost"

    @functools.cached_property
    def builtin(self) -> Builtin | None:
        found = find(self.library, self.loss, BUILTINS)
        if found is None or found.name not in _CHANGED or _installed() <= _LAST:
            return found
        return dataclasses.replace(found, apart="changed its curvature after XGBoost 3.4")

    @property
    def metric(self) -> Metric:
        """The loss as a metric, for ``custom_metric=`` and ``eval_metric=``."""
        return Metric(self)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> tuple[Any, Any]:
        """Gradient and curvature: of labels and scores, or of scores and a DMatrix."""
        if hasattr(y_pred, "get_label"):
            scores, data = y_true, y_pred
            y_true, y_pred, sample_weight = _contents(data, scores)
        return self.derivatives(y_true, y_pred, sample_weight)

    def parameters(self, y_true: Any, sample_weight: Any = None) -> dict[str, Any]:
        """What training has to know beside the objective: where to start, how many columns."""
        start = self.best_start(y_true, sample_weight)
        chosen = {} if self._native is None else dict(self._native.parameters)
        chosen |= {"base_score": start if np.ndim(start) == 0 else list(map(float, start))}
        if np.ndim(start) and np.ndim(y_true) == 1:
            chosen["num_class"] = len(start)
        return chosen | {"disable_default_eval_metric": True}

    def classifier_parameters(self, y_true: Any, sample_weight: Any = None) -> dict[str, Any]:
        """``parameters`` for XGBClassifier, whose start for two classes is a probability.

        What its ``predict_proba`` then gives are the sigmoid or the softmax of the scores: right
        for losses whose inverse link they are.
        """
        chosen = self.parameters(y_true, sample_weight)
        if np.ndim(chosen["base_score"]) == 0:
            chosen["base_score"] = float(LOGIT.inverse(HOME, np.asarray(chosen["base_score"])))
        chosen.pop("num_class", None)  # it counts them itself
        return chosen

    def prepare(self, data: Any) -> dict[str, Any]:
        """``parameters`` from the labels and weights of a DMatrix."""
        labels, weights = data.get_label(), data.get_weight()
        return self.parameters(labels, weights if weights.size else None)

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
        """A Booster, from the best start on, to the best round on the last validation set."""
        import xgboost

        # First, as it checks labels and weights with better words than XGBoost's.
        start = self.parameters(y_true, sample_weight)
        table = xgboost.DMatrix(features, y_true, weight=sample_weight)
        watched = [
            (xgboost.DMatrix(*two, weight=weight), f"validation_{place}")
            for place, (*two, weight) in enumerate(validation)
        ]
        stop = [xgboost.callback.EarlyStopping(rounds=patience, save_best=True)] if patience else []
        return xgboost.train(
            start | dict(parameters),
            table,
            num_boost_round=rounds,
            obj=self,
            custom_metric=self.metric,
            evals=watched,
            callbacks=stop,
            verbose_eval=False,
        )

    def predict_raw(self, model: Any, features: Any) -> Any:
        """The raw scores of a Booster, or of a class of XGBoost's scikit-learn API."""
        import xgboost

        if hasattr(model, "get_booster"):
            return model.predict(features, output_margin=True)
        is_table = isinstance(features, xgboost.DMatrix)
        table = features if is_table else xgboost.DMatrix(features)
        # Without output_margin a Booster of several columns gives the largest one's index.
        return model.predict(table, output_margin=True)

    def dump(self, model: Any) -> bytes:
        """A Booster as bytes."""
        return bytes(model.save_raw("ubj"))

    def restore(self, content: bytes) -> Any:
        """The Booster that was dumped."""
        import xgboost

        return xgboost.Booster(model_file=bytearray(content))


def _installed() -> tuple[int, ...]:
    """Major and minor version; before all others where there is none."""
    try:
        version = version_of("xgboost")
    except MissingDependencyError:
        return (0, 0)
    return tuple(map(int, version.split(".")[:2]))


def _contents(data: Any, scores: Any) -> tuple[Any, Any, Any]:
    return data.get_label(), scores, data.get_weight()
