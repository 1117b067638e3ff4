"""Labels of several numbers per row, which LightGBM takes by the number of their row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lossbook as lb
from boosting.cases import CLASSES, ROWS, apart, data
from boosting.test_lightgbm import CASES, SETTINGS, sample, trained
from lossbook.boosting import BoostedTrees

lgb = pytest.importorskip("lightgbm")


def test_rows_of_certain_classes_train_what_the_classes_train() -> None:
    features, classes, weights = sample(CASES[4])
    loss = lb.CrossEntropy(from_logits=True)
    by_class = trained(loss.lightgbm(), lgb.Dataset(features, classes, weight=weights))
    by_row = trained(
        loss.lightgbm().with_rows(np.eye(CLASSES)[classes.astype(int)]),
        lgb.Dataset(features, np.arange(ROWS), weight=weights),
    )
    assert apart(by_row.predict(features), by_class.predict(features)) <= 1e-12


def test_soft_labels_are_learnt_through_the_wrapper() -> None:
    features, classes, weights = sample(CASES[4])
    teacher = lb.CrossEntropy(from_logits=True)
    soft = 0.8 * np.eye(CLASSES)[classes.astype(int)] + 0.2 / CLASSES
    pupil = BoostedTrees(teacher, "lightgbm", rounds=200, patience=5, **SETTINGS)
    half = ROWS // 2
    pupil.fit(
        features[:half], soft[:half], weights[:half], validation=(features[half:], soft[half:])
    )
    constant = np.tile(soft[:half].mean(axis=0), (half, 1))
    assert pupil.model_.best_iteration < 200
    assert teacher(soft[half:], pupil.predict_raw(features[half:])) < 0.9 * lb.CrossEntropy()(
        soft[half:], constant
    )


def test_several_numbers_per_row_are_learnt_each_by_itself() -> None:
    known = data()
    features, weights = known["features"], known["weights"]
    both = np.column_stack([known["numbers"], known["sizes"]]).astype(np.float32)
    together = BoostedTrees(lb.SquaredError(), "lightgbm", rounds=5, **SETTINGS)
    together.fit(features, both, weights)
    alone = BoostedTrees(lb.SquaredError(), "lightgbm", rounds=5, **SETTINGS)
    each = [alone.fit(features, y, weights).predict(features) for y in both.T]
    assert apart(together.predict(features), np.column_stack(each)) <= 1e-12


def test_quantiles_do_not_cross() -> None:
    known = data()
    features, labels, half = known["features"], known["numbers"], ROWS // 2
    levels = 0.1, 0.5, 0.9
    loss = lb.MultiQuantile(taus=levels, non_crossing=True)
    settings = {**SETTINGS, "learning_rate": 0.1, "min_data_in_leaf": 50}
    trees = BoostedTrees(loss, "lightgbm", rounds=60, **settings)
    # Not predict, which would put them in order.
    predicted = loss.inverse_link(trees.fit(features[:half], labels[:half]).predict_raw(features))
    assert (np.diff(predicted, axis=1) >= 0).all()
    covered = (labels[half:, None] <= predicted[half:]).mean(axis=0)
    assert covered == pytest.approx(levels, abs=0.05)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0.0, 3.0], "the label is 3 at index 1, but must be the number of a row, from 0 to 2"),
        ([0.5, 1.0], "the label is 0.5 at index 0"),
        ([np.nan, 1.0], "the label is nan at index 0"),
        ([1.0, 1.0], "2 labels are 1, but each must be the number of its own row"),
    ],
)
def test_labels_that_are_no_numbers_of_rows_are_refused(labels: Any, message: str) -> None:
    objective = lb.CrossEntropy(from_logits=True).lightgbm().with_rows(np.eye(3))
    with pytest.raises(lb.InputError, match=message):
        objective(np.asarray(labels), np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.zeros(3), "labels must have two axes"),
        (np.broadcast_to(0.0, (2**24 + 1, 1)), "labels must have at most 16777216 rows"),
    ],
    ids=["flat", "long"],
)
def test_tables_that_are_no_rows_of_labels_are_refused(rows: Any, message: str) -> None:
    with pytest.raises(lb.InputError, match=message):
        lb.CrossEntropy(from_logits=True).lightgbm().with_rows(rows)
