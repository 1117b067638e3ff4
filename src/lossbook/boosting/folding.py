"""Where LightGBM starts, as a part of its model.

It adds ``init_score`` to the scores of a data set but not to the model. Its own objectives add
their start to the leaves of the first trees: so does this.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lossbook.errors import InputError


def repeated(start: Any, labels: Any) -> Any:
    """The start for each row of a data set."""
    return np.full((len(labels), *np.shape(start)), start, dtype=np.float64)


def label_of(data: Any) -> Any:
    """The labels of a Dataset, which only then reads a file, or finds its rows, if it must."""
    labels = kept(data, "label")
    if labels is None and (isinstance(data.data, str | Path) or data.used_indices is not None):
        labels = data.construct().get_label()
    if labels is None:
        raise InputError(
            "the data set has no labels: give them with it (label=y).", argument="y_true"
        )
    return labels


def kept(data: Any, name: str) -> Any:
    """The label, weight or init_score of a Dataset; None where it has none."""
    given = getattr(data, name)
    # Asked for what it has not, a Dataset that is not constructed yet raises.
    return given if given is not None or data._handle is None else getattr(data, f"get_{name}")()


def check_is_free(data: Any) -> None:
    """Raise where a Dataset starts from scores of somebody's own."""
    given = kept(data, "init_score")
    if given is not None and _constant(given) is None:
        raise InputError(
            "the data set has an init_score of its own, which differs between rows: leave it out, "
            "or take parameters instead of prepare and add it to predictions.",
            argument="train_set",
        )


def fold(environment: Any) -> None:
    """A callback: makes the start a part of the first trees.

    Whatever reads the model then predicts right: LightGBM itself, SHAP, a saved file. Where
    training goes on from a model, that one has the start already.
    """
    if environment.iteration == environment.begin_iteration == 0:
        for booster in getattr(environment.model, "boosters", [environment.model]):
            _fold_into(booster)


def _fold_into(booster: Any) -> None:
    scores = booster.train_set.get_init_score()
    if scores is None:
        return
    start = _constant(scores)
    if start is None:
        raise InputError(
            "init_score differs between rows, so that it cannot be a part of a tree: leave fold "
            "out, and add it to predictions.",
            argument="init_score",
        )
    trees = booster.dump_model(num_iteration=1)["tree_info"]
    for tree, shift in zip(trees, np.atleast_1d(start), strict=True):
        _check_can_shift(tree["tree_structure"])
        index = tree["tree_index"]
        for leaf in range(tree["num_leaves"]):
            booster.set_leaf_output(index, leaf, booster.get_leaf_output(index, leaf) + shift)


def _constant(scores: Any) -> Any:
    """The number, or one for each column, that all rows of scores are; None where they differ."""
    scores = np.asarray(scores)
    return scores[0] if (scores == scores[0]).all() else None


def _check_can_shift(node: Mapping[str, Any]) -> None:
    while "left_child" in node:
        node = node["left_child"]
    if "leaf_const" in node:
        raise InputError(
            "linear_tree makes leaves that LightGBM cannot shift: take parameters instead of "
            "prepare, without fold, and train from 0.",
            argument="linear_tree",
        )
