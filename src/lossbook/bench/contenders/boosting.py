"""XGBoost, LightGBM and CatBoost: training with the built-in objective, and with others."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

import lossbook
from lossbook.bench.cases import Array
from lossbook.bench.contenders.by_hand import by_hand, row_by_hand
from lossbook.bench.contenders.contender import NotOfferedError, library
from lossbook.loss import Loss

LEARNING_RATE = 0.1
DEPTH = 6
# CatBoost calls an objective of several scores this often, at most, where it is to be waited for.
MOST_CALLS = 2_000_000


class Booster:
    """A library of boosted trees in a process of its own.

    Every objective trains as its users train: from where it starts, to the model that is saved.

    Parameters
    ----------
    threads : int
        How many threads it may use.
    """

    package = ""
    # What it calls its own objectives.
    names: dict[str, str]
    # By how much its Hessian of softmax is larger than the true one, by the number of classes.
    softmax_factor: Callable[[int], float] = staticmethod(lambda _: 1.0)

    def __init__(self, threads: int) -> None:
        self.threads = threads

    def version(self) -> str:
        """The version of the library."""
        return str(library(self.package).__version__)

    def prepare(self, job: dict[str, Any]) -> None:
        """Make the data, and what else is no part of training."""
        self.job = job
        self.features, self.labels = _data(job)
        self.objective = getattr(_loss(job), self.package)()
        self.load()
        self.objectives = {
            "built in": None,
            "lossbook": Timed(self.own()),
            "numpy": Timed(self.by_hand()),
        }

    def load(self) -> None:
        """Make the library's data sets, with bins, and find where to start."""
        raise NotImplementedError

    def own(self) -> Any:
        """Lossbook's objective, as the library calls it."""
        return self.objective

    def by_hand(self) -> Any:
        """What users write down, as the library calls it."""
        function = by_hand(self.job, self.softmax_factor)
        return lambda raw, _: function(self.labels, raw)

    def train(self, kind: str) -> tuple[float, float, Any]:
        """Train, and return the seconds it took, those in the objective, and the model."""
        objective = self.objectives[kind]
        if objective is not None:
            objective.seconds = 0.0
        start = time.perf_counter()
        model = self.fit(objective)
        took = time.perf_counter() - start
        return took, 0.0 if objective is None else objective.seconds, model

    def fit(self, objective: Any) -> Any:
        """A model; ``objective`` is None for the built-in one."""
        raise NotImplementedError

    def raw(self, model: Any, trees: int) -> Array:
        """What the first rounds of a model predict for the data, before any link.

        Scores of classes that all move together stand for the same: their mean is 0 here.
        """
        predictions = np.asarray(self.predictions(model, trees), np.float64)
        if self.job["classes"]:
            predictions -= predictions.mean(axis=1, keepdims=True)
        return predictions

    def predictions(self, model: Any, trees: int) -> Any:
        """The same, as the library gives it."""
        raise NotImplementedError

    def loss(self, predictions: Array) -> float:
        """The mean loss of raw predictions."""
        return float(_loss(self.job)(self.labels, predictions))


class XGBoost(Booster):
    """``xgboost.train``, with histograms made beforehand."""

    package = "xgboost"
    softmax_factor = staticmethod(lambda _: 2.0)
    names = {
        "squared_error": "reg:squarederror",
        "binary_cross_entropy": "binary:logistic",
        "cross_entropy": "multi:softprob",
    }

    def load(self) -> None:
        self._matrix = library("xgboost").QuantileDMatrix(
            self.features, label=self.labels, nthread=self.threads
        )
        self._given = self.objective.prepare(self._matrix)

    def fit(self, objective: Any) -> Any:
        settings: dict[str, Any] = {
            "tree_method": "hist",
            "max_depth": DEPTH,
            "eta": LEARNING_RATE,
            "nthread": self.threads,
            "disable_default_eval_metric": True,
        }
        if objective is None:
            settings["objective"] = self.names[self.job["loss"]]
            if self.job["classes"]:
                settings["num_class"] = self.job["classes"]
        else:
            settings |= self._given
        return library("xgboost").train(
            settings, self._matrix, num_boost_round=self.job["trees"], obj=objective
        )

    def predictions(self, model: Any, trees: int) -> Any:
        return model.predict(self._matrix, output_margin=True, iteration_range=(0, trees))


class LightGBM(Booster):
    """``lightgbm.train``, with bins made beforehand."""

    package = "lightgbm"
    softmax_factor = staticmethod(lambda classes: classes / (classes - 1))
    names = {
        "squared_error": "regression",
        "binary_cross_entropy": "binary",
        "cross_entropy": "multiclass",
    }

    def load(self) -> None:
        # Without force_row_wise it would try two ways first, by the clock.
        self._fixed = {"num_threads": self.threads, "force_row_wise": True, "verbose": -1}
        # One for the built-in objective, one that others have written their start to.
        self._set, self._started = self._data_set(), self._data_set()
        self._given = self.objective.prepare(self._started)

    def _data_set(self) -> Any:
        made = library("lightgbm").Dataset(
            self.features, label=self.labels, params=self._fixed, free_raw_data=False
        )
        return made.construct()

    def fit(self, objective: Any) -> Any:
        settings: dict[str, Any] = {
            **self._fixed,
            "num_leaves": 2**DEPTH - 1,
            "learning_rate": LEARNING_RATE,
        }
        train, trees = library("lightgbm").train, self.job["trees"]
        if objective is not None:
            settings |= {**self._given, "objective": objective}
            callbacks = [self.objective.fold]
            return train(settings, self._started, num_boost_round=trees, callbacks=callbacks)
        settings |= {"metric": "none", "objective": self.names[self.job["loss"]]}
        if self.job["classes"]:
            settings["num_class"] = self.job["classes"]
        return train(settings, self._set, num_boost_round=trees)

    def predictions(self, model: Any, trees: int) -> Any:
        settings = {"raw_score": True, "num_threads": self.threads}
        return model.predict(self.features, num_iteration=trees, **settings)


class CatBoost(Booster):
    """``catboost.CatBoost``, with bins made beforehand."""

    package = "catboost"
    names = {
        "squared_error": "RMSE",
        "binary_cross_entropy": "Logloss",
        "cross_entropy": "MultiClass",
    }

    def load(self) -> None:
        pool = library("catboost").Pool
        self._raw = pool(self.features, self.labels)
        self._pool = pool(self.features, self.labels)
        self._pool.quantize(border_count=254)
        self._given = self.objective.prepare(self._raw, self.job["trees"])

    def own(self) -> Any:
        fitted = self._given["loss_function"]
        return fitted.calc_ders_multi if self.job["classes"] else fitted.calc_ders_range

    def by_hand(self) -> Any:
        start, function = self._given["loss_function"].start, by_hand(self.job, lambda _: 1.0)
        if self.job["classes"]:
            return row_by_hand

        def pairs(raw: Array, labels: Array, _: Array | None) -> Array:
            return -np.column_stack(function(labels, raw + start))

        return pairs

    def fit(self, objective: Any) -> Any:
        settings: dict[str, Any] = {
            "depth": DEPTH,
            "learning_rate": LEARNING_RATE,
            "thread_count": self.threads,
            "iterations": self.job["trees"],
            "logging_level": "Silent",
            "allow_writing_files": False,
        }
        kind = library("catboost").CatBoost
        if objective is None:
            settings["loss_function"] = self.names[self.job["loss"]]
            return kind(settings).fit(self._pool)
        calls = 2 * self.job["rows"] * self.job["trees"] if self.job["classes"] else 0
        if calls > MOST_CALLS:
            raise NotOfferedError(f"CatBoost calls for each row, which makes {calls:,} calls")
        settings = {**self._given, **settings, "loss_function": _Callbacks(objective)}
        try:
            model = kind(settings).fit(self._pool)
        except library("catboost").CatBoostError as error:
            # The text of a traceback.
            raise RuntimeError(str(error).strip().splitlines()[-1]) from error
        start = self._given["loss_function"].start
        model.set_scale_and_bias(1.0, list(start) if self.job["classes"] else start)
        return model

    def predictions(self, model: Any, trees: int) -> Any:
        settings = {"ntree_end": trees, "thread_count": self.threads}
        return model.predict(self._raw, "RawFormulaVal", **settings)


class _Callbacks:
    """A function as an objective of CatBoost."""

    no_jit = True

    def __init__(self, function: Any) -> None:
        self.calc_ders_range = self.calc_ders_multi = function

    def __deepcopy__(self, _: Any) -> _Callbacks:
        return self


class Timed:
    """A function that sums up how long it took."""

    def __init__(self, function: Any) -> None:
        self.function = function
        self.seconds = 0.0

    def __call__(self, *arguments: Any) -> Any:
        start = time.perf_counter()
        results = self.function(*arguments)
        self.seconds += time.perf_counter() - start
        return results

    def __deepcopy__(self, _: Any) -> Timed:
        # Libraries copy their parameters; the seconds are to stay here.
        return self


def _data(job: dict[str, Any]) -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    features = rng.normal(0, 1, (job["rows"], job["columns"])).astype(np.float32)
    score = features[:, 0] + features[:, 1] * features[:, 2] + rng.normal(0, 1, job["rows"])
    if job["classes"]:
        cuts = np.quantile(score, np.linspace(0, 1, job["classes"] + 1)[1:-1])
        return features, np.searchsorted(cuts, score)
    if job["loss"] == "binary_cross_entropy":
        return features, (score > 0).astype(np.float32)
    return features, score.astype(np.float32)


def _loss(job: dict[str, Any]) -> Loss:
    switches = {} if job["loss"] == "squared_error" else {"from_logits": True}
    loss: Loss = lossbook.get(job["loss"], **switches)
    return loss
