"""XGBoost, LightGBM and CatBoost: what they train with, read from the leaves of small trees.

A leaf is w = -G / (H + lambda): two trees with different lambda reveal gradient and Hessian.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

import lossbook as lb
from lossbook.rosetta import Counterpart

from .answers import CLASSES, Answers, Array

# Large enough that no leaf is held back where a framework limits them.
PENALTIES = (10.0, 30.0)

Leaves = Callable[[float], Array]


def reveal(leaves: Leaves) -> tuple[Array, Array]:
    """Gradient and Hessian per class; where the gradient is 0, nothing tells the Hessian."""
    one, other = (leaves(penalty) for penalty in PENALTIES)
    first, second = PENALTIES
    with np.errstate(invalid="ignore"):
        hessian = (second * other - first * one) / (one - other)
    return np.where(one == other, 0.0, -one * (hessian + first)), hessian


def ask_xgboost(theirs: Counterpart, loss: lb.Loss, y: Array, p: Array) -> Answers:
    labels = _labels(theirs, y)
    pairs = [
        reveal(lambda penalty, a=a, b=b: np.asarray(xgboost_leaves(theirs.name, [a], [b], penalty)))
        for a, b in zip(labels, p, strict=True)
    ]
    return _answers(loss, pairs)


def xgboost_leaves(objective: str, labels: Any, margins: Any, penalty: float, **more: Any) -> Any:
    """The leaves of a round of trees that cannot split."""
    import xgboost

    scores = np.asarray(margins)
    classes = {"num_class": scores.shape[1]} if scores.ndim == 2 else {}
    options = {"objective": objective, "lambda": penalty, "eta": 1, "min_child_weight": 0}
    data = xgboost.DMatrix(np.zeros((len(labels), 1)), label=labels, base_margin=scores)
    options |= {"max_depth": 1, "verbosity": 0, "nthread": 1, **classes, **more}
    model = xgboost.train(options, data, num_boost_round=1)
    return [json.loads(tree)["leaf"] for tree in model.get_dump(dump_format="json")]


def ask_lightgbm(theirs: Counterpart, loss: lb.Loss, y: Array, p: Array) -> Answers:
    labels = _labels(theirs, y)
    pairs = []
    for position, (a, b) in enumerate(zip(labels, p, strict=True)):
        # Its trees have no leaf before they split, and they split where slopes differ most.
        if loss.is_row:
            # Classes that do not occur are not trained; these slopes sum to 0.
            both = [a, *range(CLASSES)], [b, *np.zeros((CLASSES, CLASSES))]
        else:
            partner = _opposite(loss, y, p, position)
            both = [a, labels[partner]], [b, p[partner]]
        pairs.append(
            reveal(lambda penalty, both=both: lightgbm_leaves(theirs.name, *both, penalty))
        )
    return _answers(loss, pairs)


def lightgbm_leaves(
    objective: str, labels: Any, scores: Any, penalty: float, first: int = 1
) -> Array:
    """The leaf of the first samples in a round of trees that split once, after them."""
    import lightgbm

    scores = np.asarray(scores)
    # It guesses how many samples a leaf has from their Hessians: none, for a small one.
    alone = {"min_data_in_bin": 1, "min_data_in_leaf": 0, "feature_pre_filter": False}
    quiet = {"verbose": -1, "num_threads": 1}
    classes = {"num_class": scores.shape[1]} if scores.ndim == 2 else {}
    options = {"objective": objective, "lambda_l2": penalty, "learning_rate": 1, "num_leaves": 2}
    options |= {"min_sum_hessian_in_leaf": 1e-12, "boost_from_average": False, "max_delta_step": 0}
    side = (np.arange(len(labels)) >= first).astype(float)[:, None]
    data = lightgbm.Dataset(
        side, label=labels, init_score=scores.reshape(-1, order="F"), params={**alone, **quiet}
    )
    model = lightgbm.train({**options, **alone, **quiet, **classes}, data, num_boost_round=1)
    return np.ravel(model.predict(side[:1], raw_score=True))


NEWTON = {"leaf_estimation_method": "Newton", "leaf_estimation_iterations": 1}
# What has no default there.
MANDATORY = {
    "Tweedie": "variance_power=1.5",
    "Huber": "delta=1",
    "Expectile": "alpha=0.5",
    "Lq": "q=1.5",
    "Focal": "focal_alpha=0.5;focal_gamma=2.0",
}


def ask_catboost(theirs: Counterpart, loss: lb.Loss, y: Array, p: Array) -> Answers:
    other = 1 - y if loss.label_domain.two_classes else y + 1
    both = [
        ([a, b], np.asarray([[score], [score]])) for a, b, score in zip(y, other, p, strict=True)
    ]
    name = ":".join([theirs.name, *filter(None, [MANDATORY.get(theirs.name)])])
    # Below q = 2 it has no Newton steps.
    method = {**NEWTON, "leaf_estimation_method": "Gradient"} if theirs.name == "Lq" else NEWTON

    def leaf(penalty: float, labels: Any, scores: Any) -> Array:
        return catboost_leaves(name, labels, scores, l2_leaf_reg=penalty, **method)[:1]

    pairs = [reveal(lambda penalty, both=each: leaf(penalty, *both)) for each in both]
    return _answers(loss, pairs)


def catboost_leaves(objective: str, labels: Any, scores: Any, first: int = 1, **more: Any) -> Array:
    """The two leaves of a tree that splits the first samples from the others."""
    import catboost

    side = (np.arange(len(labels)) >= first).astype(float)[:, None]
    options = {"loss_function": objective, "iterations": 1, "depth": 1, "learning_rate": 1}
    options |= {"bootstrap_type": "No", "random_strength": 0, "boosting_type": "Plain"}
    options |= {"thread_count": 1, "allow_writing_files": False, "logging_level": "Silent"}
    model = catboost.CatBoost({**options, **more})
    model.fit(catboost.Pool(side, label=labels, baseline=scores))
    return np.asarray(model.get_leaf_values())


def _opposite(loss: lb.Loss, y: Array, p: Array, position: int) -> int:
    """A sample with the largest slope in the other direction."""
    slopes = loss.gradient(y, p, reduction="none")
    return int(np.argmax(-slopes * np.sign(slopes[position])))


def _labels(theirs: Counterpart, y: Array) -> Array:
    """Labels 0 and 1 where ours are -1 and 1."""
    return (y + 1) / 2 if theirs.labels.startswith("0 and 1") and y.min() < 0 else y


def _answers(loss: lb.Loss, pairs: list[tuple[Array, Array]]) -> Answers:
    gradient, hessian = (np.asarray(column) for column in zip(*pairs, strict=True))
    return Answers(None, *(array if loss.is_row else array[:, 0] for array in (gradient, hessian)))
