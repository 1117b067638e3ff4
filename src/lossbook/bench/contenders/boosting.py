"""XGBoost and LightGBM: training with the built-in objective, and with gradients from outside."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

import lossbook
from lossbook.bench.cases import Array
from lossbook.bench.contenders.contender import library
from lossbook.loss import Loss

LEARNING_RATE = 0.1
DEPTH = 6

# (y_true, raw predictions) -> gradient and Hessian, for a sum
Objective = Callable[[Array, Array], tuple[Array, Array]]


class Booster:
    """A library of boosted trees in a process of its own.

    Parameters
    ----------
    threads : int
        How many threads it may use.
    """

    package = ""
    # By how much its Hessian of softmax is larger than the true one, by the number of classes.
    softmax_factor: Callable[[int], float]

    def __init__(self, threads: int) -> None:
        self.threads = threads

    def version(self) -> str:
        """The version of the library."""
        return str(library(self.package).__version__)

    def prepare(self, job: dict[str, Any]) -> None:
        """Make the data, and what else is no part of training."""
        self.job = job
        features, labels = _data(job)
        self.labels = labels
        self.features = features
        self.objectives = {
            "built in": None,
            "lossbook": _Timed(_lossbooks(self, job)),
            "numpy": _Timed(_by_hand(self, job)),
        }

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
        """What the first rounds of a model predict for the data, before any link."""
        raise NotImplementedError

    def loss(self, predictions: Array) -> float:
        """The mean loss of raw predictions."""
        return float(_loss(self.job)(self.labels, predictions))


class XGBoost(Booster):
    """``xgboost.train``, with histograms made beforehand."""

    package = "xgboost"
    softmax_factor = staticmethod(lambda _: 2.0)
    _names = {
        "squared_error": "reg:squarederror",
        "binary_cross_entropy": "binary:logistic",
        "cross_entropy": "multi:softprob",
    }

    def prepare(self, job: dict[str, Any]) -> None:
        super().prepare(job)
        self._matrix = library("xgboost").QuantileDMatrix(
            self.features, label=self.labels, nthread=self.threads
        )

    def fit(self, objective: Any) -> Any:
        settings: dict[str, Any] = {
            "tree_method": "hist",
            "max_depth": DEPTH,
            "eta": LEARNING_RATE,
            "nthread": self.threads,
            "disable_default_eval_metric": True,
            "base_score": 0.0,
        }
        if self.job["classes"]:
            settings["num_class"] = self.job["classes"]
        if objective is None:
            settings["objective"] = self._names[self.job["loss"]]
            if self.job["loss"] == "binary_cross_entropy":
                settings["base_score"] = 0.5  # a probability here, whose logit is 0
        return library("xgboost").train(
            settings,
            self._matrix,
            num_boost_round=self.job["trees"],
            obj=None if objective is None else lambda p, _: objective(self.labels, p),
        )

    def raw(self, model: Any, trees: int) -> Array:
        first = (0, trees)
        predictions = model.predict(self._matrix, output_margin=True, iteration_range=first)
        return np.asarray(predictions, np.float64)


class LightGBM(Booster):
    """``lightgbm.train``, with bins made beforehand."""

    package = "lightgbm"
    softmax_factor = staticmethod(lambda classes: classes / (classes - 1))
    _names = {
        "squared_error": "regression",
        "binary_cross_entropy": "binary",
        "cross_entropy": "multiclass",
    }

    def prepare(self, job: dict[str, Any]) -> None:
        super().prepare(job)
        # Without force_row_wise it would try two ways first, by the clock.
        self._fixed = {"num_threads": self.threads, "force_row_wise": True, "verbose": -1}
        self._set = library("lightgbm").Dataset(
            self.features, label=self.labels, params=self._fixed, free_raw_data=False
        )
        self._set.construct()

    def fit(self, objective: Any) -> Any:
        settings: dict[str, Any] = {
            **self._fixed,
            "num_leaves": 2**DEPTH - 1,
            "learning_rate": LEARNING_RATE,
            "boost_from_average": False,
            "metric": "none",
            "objective": self._names[self.job["loss"]],
        }
        if self.job["classes"]:
            settings["num_class"] = self.job["classes"]
        if objective is not None:
            settings["objective"] = lambda p, _: objective(self.labels, p)
        return library("lightgbm").train(settings, self._set, num_boost_round=self.job["trees"])

    def raw(self, model: Any, trees: int) -> Array:
        settings = {"raw_score": True, "num_threads": self.threads}
        return np.asarray(model.predict(self.features, num_iteration=trees, **settings))


class _Timed:
    """An objective that sums up how long it took."""

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self.seconds = 0.0

    def __call__(self, y: Array, p: Array) -> tuple[Array, Array]:
        start = time.perf_counter()
        results = self._objective(y, p)
        self.seconds += time.perf_counter() - start
        return results


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


def _lossbooks(booster: Booster, job: dict[str, Any]) -> Objective:
    loss = _loss(job)

    def objective(y: Array, p: Array) -> tuple[Array, Array]:
        gradient, hessian = loss.gradient_and_hessian(y, p, reduction="none")
        if job["loss"] == "squared_error":
            gradient *= 0.5  # theirs is half of ours
            hessian *= 0.5
        elif job["classes"]:
            hessian *= booster.softmax_factor(job["classes"])
        return gradient, hessian

    return objective


def _by_hand(booster: Booster, job: dict[str, Any]) -> Objective:
    """What their users write down."""

    def squared(y: Array, p: Array) -> tuple[Array, Array]:
        return p - y, np.ones_like(p)

    def logistic(y: Array, z: Array) -> tuple[Array, Array]:
        p = 1 / (1 + np.exp(-z))
        return p - y, p * (1 - p)

    def softmax(y: Array, z: Array) -> tuple[Array, Array]:
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        hessian = booster.softmax_factor(job["classes"]) * p * (1 - p)
        p[np.arange(len(y)), y] -= 1
        return p, hessian

    forms = {"squared_error": squared, "binary_cross_entropy": logistic, "cross_entropy": softmax}
    return forms[job["loss"]]
