"""BoostedTrees as people use it: tables, lists, scikit-learn's searches, and wrong input."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from boosting.cases import data
from lossbook.boosting import BoostedTrees

pytest.importorskip("xgboost")
pytest.importorskip("lightgbm")
LIBRARIES = ("xgboost", "lightgbm")
LOGISTIC = lb.BinaryCrossEntropy(from_logits=True)


def sample() -> tuple[Any, Any]:
    known = data()
    return known["features"][:300], known["classes"][:300]


def trees(library: str = "lightgbm", loss: lb.Loss = LOGISTIC, **settings: Any) -> BoostedTrees:
    return BoostedTrees(loss, library, rounds=3, **settings)


@pytest.mark.parametrize("library", LIBRARIES)
def test_tables_lists_and_arrays_are_the_same_rows(library: str) -> None:
    pandas = pytest.importorskip("pandas")
    x, y = sample()
    expected = trees(library).fit(x, y).predict(x)
    frame = pandas.DataFrame(x, columns=list("abcdef"))
    from_frame = trees(library).fit(frame, pandas.DataFrame({"y": y})).predict(frame)
    from_lists = trees(library).fit(x.tolist(), y.tolist(), [1.0] * 300).predict(x.tolist())
    assert np.array_equal(from_frame, expected)
    assert np.array_equal(from_lists, expected)


@pytest.mark.parametrize("library", LIBRARIES)
def test_trained_trees_are_pickled(library: str) -> None:
    x, y = sample()
    trained = trees(library).fit(x, y)
    assert np.array_equal(pickle.loads(pickle.dumps(trained)).predict(x), trained.predict(x))


def test_classes_0_and_1_are_what_the_margin_calls_minus_1_and_1() -> None:
    x, y = sample()
    hinge = lb.Hinge()
    expected = trees(loss=hinge).fit(x, 2 * y - 1).predict(x)
    assert np.array_equal(trees(loss=hinge).fit(x, y.astype(bool)).predict(x), expected)


def test_scikit_learn_searches_among_settings_and_losses() -> None:
    search = pytest.importorskip("sklearn.model_selection").GridSearchCV
    x, y = sample()
    grid = {"loss__pos_weight": [1.0, 200.0], "max_depth": [1], "rounds": [1, 10]}

    def by_log_loss(model: Any, x: Any, y: Any) -> float:
        return -LOGISTIC(y, model.predict_raw(x))

    best = search(trees(), grid, scoring=by_log_loss, cv=2, refit=True).fit(x, y)
    # What weighs one class 200 times does not give its probability.
    assert best.best_params_ == {"loss__pos_weight": 1.0, "max_depth": 1, "rounds": 10}
    assert best.score(x, y) == by_log_loss(best.best_estimator_, x, y)


def test_scikit_learn_takes_the_loss_where_nothing_is_said() -> None:
    base = pytest.importorskip("sklearn.base")
    validation = pytest.importorskip("sklearn.model_selection")
    x, y = sample()
    fresh = base.clone(trees(curvature="exact", max_depth=2))
    assert fresh.get_params()["curvature"] == "exact"
    assert fresh.set_params(loss=lb.Hinge(), curvature=None).objective.curvature == "secant"
    halves = [(np.arange(150), np.arange(150, 300))]
    (score,) = validation.cross_val_score(trees(), x, y, cv=halves)
    trained = trees().fit(x[:150], y[:150])
    assert score == trained.score(x[150:], y[150:])
    assert score == pytest.approx(-LOGISTIC(y[150:], trained.predict_raw(x[150:])), rel=1e-12)


def test_a_loss_whose_best_constant_is_far_out_starts_at_0() -> None:
    x, y = sample()
    loss = lb.SigmoidLoss()
    trained = BoostedTrees(loss, "xgboost", rounds=20, min_child_weight=0).fit(x, y)
    assert loss.xgboost().best_start(y) == 0
    assert loss(2 * y - 1, trained.predict_raw(x)) < 0.5 * loss(2 * y - 1, np.zeros(300))
    with pytest.raises(lb.InputError, match="all of one class"):
        trained.fit(x, np.zeros(300))


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ("huber", r"give lossbook.get\('huber'\)"),
        (lb.Huber, r"give Huber\(\), an instance"),
        (None, r"give a loss, as lossbook.Huber\(delta=1.0\)"),
    ],
)
def test_what_is_no_loss_is_refused(loss: Any, message: str) -> None:
    with pytest.raises(lb.InputTypeError, match=message):
        BoostedTrees(loss)


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("objective", "loss"),
        ("n_estimators", "rounds"),
        ("num_boost_round", "rounds"),
        ("early_stopping_rounds", "patience"),
    ],
)
def test_arguments_under_other_names_are_refused(name: str, argument: str) -> None:
    with pytest.raises(lb.InputError, match=f"{name} is no parameter here: give {argument}="):
        trees(**{name: 3})


def test_labels_and_weights_are_numbers() -> None:
    x, y = sample()
    with pytest.raises(lb.InputTypeError, match=r"y_true must be numbers, got <U.*numpy.unique"):
        trees().fit(x, np.where(y > 0, "yes", "no"))
    with pytest.raises(lb.InputError, match="sample_weight has -1 at index 7"):
        trees().fit(x, y, np.where(np.arange(300) == 7, -1.0, 1.0))
    with pytest.raises(lb.InputError, match="sample_weight has 5 entries for 300 rows"):
        trees().fit(x, y, np.ones(5))
    broken = np.where(np.arange(300) == 7, np.nan, y)
    with pytest.raises(lb.InputError, match="y_true has nan at index 7: leave out"):
        trees().fit(x, broken)
    with pytest.raises(lb.InputError, match="y_true of validation set 1 has nan at index 7"):
        trees().fit(x, y, validation=[(x, y), (x, broken)])


@pytest.mark.parametrize(
    ("validation", "got"),
    [
        (np.zeros((2, 2)), "got ndarray"),
        ([np.zeros((2, 2)), np.zeros(2)], "got ndarray at index 0"),
        ((np.zeros((2, 2)),), "got 1 of them at index 0"),
    ],
    ids=["array", "list of arrays", "features alone"],
)
def test_what_is_no_validation_set_is_refused(validation: Any, got: str) -> None:
    x, y = sample()
    with pytest.raises(lb.InputTypeError, match=rf"validation must be \(features.*{got}"):
        trees(patience=3).fit(x, y, validation=validation)


def test_features_are_a_table() -> None:
    x, y = sample()
    with pytest.raises(lb.InputError, match=r"features must have two axes.*\(300,\)"):
        trees().fit(x[:, 0], y)


def test_catboost_trains_two_classes_in_one_column() -> None:
    pytest.importorskip("catboost")
    x, y = sample()
    with pytest.raises(lb.InputError, match=r"one column for two classes.*BinaryCrossEntropy"):
        trees("catboost", lb.CrossEntropy(from_logits=True)).fit(x, y)


def test_a_folder_that_is_not_there_is_named(tmp_path: Any) -> None:
    x, y = sample()
    with pytest.raises(lb.InputError, match="nowhere is no folder: make it first"):
        trees().fit(x, y).save(tmp_path / "nowhere" / "model")


@pytest.mark.parametrize("library", LIBRARIES)
def test_check_says_that_an_objective_is_right(library: str) -> None:
    report = lb.check(getattr(LOGISTIC, library)())
    assert report.ok, report
