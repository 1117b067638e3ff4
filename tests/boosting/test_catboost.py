"""CatBoost trains the same model with its own objective and with ours."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from boosting.cases import CLASSES, ROWS, Case, apart, data
from lossbook.boosting import BoostedTrees

cb = pytest.importorskip("catboost")

QUIET = {"logging_level": "Silent", "allow_writing_files": False}
SETTINGS = {**QUIET, "learning_rate": 0.1}
ROUNDS = 30
PARITY = 1e-6
# Of several scores: CatBoost calls for each row.
FEW_ROWS, FEW_ROUNDS = 400, 8

LOGISTIC = lb.BinaryCrossEntropy(from_logits=True)
SOFTMAX = lb.CrossEntropy(from_logits=True)
FOCAL = "Focal:focal_alpha=0.3;focal_gamma=2"
CASES = [
    Case(lb.SquaredError(), "RMSE", "numbers"),
    Case(LOGISTIC, "Logloss", "classes"),
    Case(LOGISTIC, "CrossEntropy", "shares"),
    Case(lb.BinaryFocal(gamma=2, alpha=0.3), FOCAL, "classes"),
    Case(lb.Poisson(), "Poisson", "counts"),
    Case(lb.Tweedie(power=1.3), "Tweedie:variance_power=1.3", "counts"),
    Case(lb.Huber(delta=1.5), "Huber:delta=1.5", "numbers"),
    Case(lb.Expectile(tau=0.3), "Expectile:alpha=0.3", "numbers"),
    Case(lb.LpError(p=3), "Lq:q=3", "numbers"),
    Case(lb.LpError(p=1.5), "Lq:q=1.5", "numbers"),
    Case(SOFTMAX, "MultiClass", "many"),
    Case(lb.OneVsRest(), "MultiClassOneVsAll", "many"),
]


def sample(labels: str, weighted: bool = False, rows: int = ROWS) -> Any:
    """A Pool of the first rows."""
    known = data()
    weights = known["weights"][:rows] if weighted else None
    return cb.Pool(known["features"][:rows], known[labels][:rows], weight=weights)


def trained(objective: Any, pool: Any, rounds: int = ROUNDS, **more: Any) -> Any:
    """A model of one of our objectives."""
    settings = {**objective.prepare(pool, rounds), **SETTINGS, "iterations": rounds, **more}
    return objective.finish(cb.CatBoost(settings).fit(pool))


def raw_of(model: Any, pool: Any) -> Any:
    return model.predict(pool, prediction_type="RawFormulaVal")


def difference_on(case: Case, pool: Any, rounds: int, **more: Any) -> float:
    own = cb.CatBoost({**SETTINGS, "loss_function": case.name, "iterations": rounds, **more})
    objective = case.loss.catboost(curvature="native")
    ours = trained(objective, pool, rounds, **more)
    return apart(objective.predict_raw(ours, pool), raw_of(own.fit(pool), pool))


def difference(case: Case, weighted: bool) -> float:
    """How far raw scores are from the built-in objective's."""
    rows, rounds = (FEW_ROWS, FEW_ROUNDS) if case.loss.is_row else (ROWS, ROUNDS)
    pool = sample(case.labels, weighted, rows)
    return difference_on(case, pool, rounds, bootstrap_type="No")


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_the_model_is_the_built_in_one(case: Case, weighted: bool) -> None:
    assert difference(case, weighted) <= PARITY


@pytest.mark.parametrize("case", [CASES[1], CASES[4], CASES[7]], ids=str)
def test_the_model_is_the_built_in_one_of_many_rounds(case: Case) -> None:
    # Steps that are halved until the loss falls are for its own objectives alone.
    more = {"bootstrap_type": "No", "leaf_estimation_backtracking": "No", "depth": 3}
    assert difference_on(case, sample(case.labels), 200, **more) <= 1e-6


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"bootstrap_type": "Bayesian"},
        {"grow_policy": "Lossguide"},
        {"boosting_type": "Ordered"},
    ],
    ids=str,
)
def test_the_model_is_the_built_in_one_in_other_ways_of_training(more: dict[str, Any]) -> None:
    assert difference_on(CASES[1], sample("classes", weighted=True), ROUNDS, **more) <= 1e-6


@pytest.mark.parametrize("case", CASES[-2:], ids=str)
def test_the_model_of_classes_is_the_built_in_one_as_it_comes(case: Case) -> None:
    assert difference_on(case, sample("many", rows=FEW_ROWS), FEW_ROUNDS) <= 1e-6


@pytest.mark.parametrize("case", [CASES[0], CASES[1], CASES[4], CASES[10]], ids=str)
@pytest.mark.parametrize("stops_early", [False, True])
def test_the_learning_rate_is_the_built_in_one(case: Case, stops_early: bool) -> None:
    pool = sample(case.labels, rows=FEW_ROWS)
    for rounds in (3, 700):
        own = cb.CatBoost({"loss_function": case.name, "iterations": rounds, **QUIET, "depth": 1})
        own.fit(pool, eval_set=pool if stops_early else None)
        ours = case.loss.catboost().prepare(pool, rounds, stops_early=stops_early)
        rate = own.get_all_params()["learning_rate"]
        assert ours.get("learning_rate", 0.03) == pytest.approx(rate, rel=1e-6)


def test_columns_of_numbers_are_the_built_in_ones() -> None:
    known = data()
    both = np.column_stack([known["numbers"], known["sizes"]])[:FEW_ROWS]
    pool = cb.Pool(known["features"][:FEW_ROWS], both, weight=known["weights"][:FEW_ROWS])
    case = Case(lb.SquaredError(), "MultiRMSE", "")
    assert difference_on(case, pool, FEW_ROUNDS, bootstrap_type="No") <= 1e-6


@pytest.mark.parametrize("loss", [lb.Quantile(tau=0.3), lb.LogCosh(), lb.GaussianNLL()], ids=repr)
def test_what_no_objective_can_train_has_a_reason(loss: lb.Loss) -> None:
    with pytest.raises(lb.InputError, match=r"'native' does not exist .*: (sets|takes)"):
        loss.catboost(curvature="native")


# -- the start, the metric, the way back ----------------------------------------------------------


@pytest.mark.parametrize("loss", [lb.AbsoluteError(), lb.Gamma()], ids=repr)
def test_the_saved_model_holds_the_start(loss: lb.Loss, tmp_path: Path) -> None:
    labels = "numbers" if loss.is_of_residual else "sizes"
    pool = sample(labels, weighted=True)
    objective = loss.catboost()
    model = trained(objective, pool)
    model.save_model(str(tmp_path / "model.cbm"))
    raw = raw_of(cb.CatBoost().load_model(str(tmp_path / "model.cbm")), pool)
    known = data()
    start = loss.optimal_constant(known[labels], known["weights"])
    assert model.get_scale_and_bias()[1] == pytest.approx(start, rel=1e-6)
    # What is reported is what the model predicts.
    reported = model.get_best_score()["learn"][loss.name]
    found = loss(known[labels], raw, sample_weight=known["weights"])
    assert found == pytest.approx(reported, rel=1e-6)
    assert found < 0.9 * loss(known[labels], np.full(ROWS, start), sample_weight=known["weights"])


def test_early_stopping_stops_where_the_built_in_one_does() -> None:
    known = data()
    half = ROWS // 2
    train, other = (
        cb.Pool(known["features"][part], known["classes"][part], weight=known["weights"][part])
        for part in (slice(half), slice(half, None))
    )
    more = {"learning_rate": 0.5, "early_stopping_rounds": 5, "iterations": 100}
    own = cb.CatBoost({**SETTINGS, "loss_function": "Logloss", **more}).fit(train, eval_set=other)
    objective = LOGISTIC.catboost()
    ours = cb.CatBoost({**objective.prepare(train, 100), **SETTINGS, **more})
    ours.fit(train, eval_set=other)
    assert ours.get_best_iteration() == own.get_best_iteration() < 90
    assert ours.tree_count_ == own.tree_count_
    reported = ours.get_best_score()["validation"]["binary_cross_entropy"]
    assert reported == pytest.approx(own.get_best_score()["validation"]["Logloss"], rel=1e-9)


def test_the_wrapper_stops_at_the_last_validation_set() -> None:
    known = data()
    features, labels, half = known["features"], known["numbers"], ROWS // 2
    trees = BoostedTrees(lb.Fair(c=1.0), "catboost", rounds=200, patience=3, learning_rate=0.5)
    sets = [(features[:half], labels[:half]), (features[half:], labels[half:])]
    trees.fit(features[:half], labels[:half], known["weights"][:half], validation=sets)
    raw = trees.predict_raw(features[half:])
    best = trees.model_.get_best_score()["validation_1"]["fair"]
    assert trees.model_.tree_count_ < 190
    assert lb.Fair(c=1.0)(labels[half:], raw) == pytest.approx(best, rel=1e-6)
    again = trees.objective.restore(trees.objective.dump(trees.model_))
    assert np.array_equal(trees.objective.predict_raw(again, features[half:]), raw)


def test_classes_have_probabilities_in_both_apis() -> None:
    pool = sample("classes")
    objective = LOGISTIC.catboost(curvature="exact")
    settings = {**objective.prepare(pool, ROUNDS), **SETTINGS, "iterations": ROUNDS}
    model = objective.finish(cb.CatBoostClassifier(**settings).fit(pool))
    assert apart(objective.predict(model, pool), model.predict_proba(pool)[:, 1]) <= 1e-12
    share = data()["classes"].mean()
    assert objective.predict(model, pool).mean() == pytest.approx(share, abs=0.01)


# -- several scores -------------------------------------------------------------------------------


def test_shares_of_certain_classes_train_what_the_classes_train() -> None:
    known = data()
    features, classes = known["features"][:FEW_ROWS], known["many"][:FEW_ROWS]
    soft = np.eye(CLASSES)[classes.astype(int)]
    settings = {**SETTINGS, "bootstrap_type": "No"}
    models = [
        BoostedTrees(SOFTMAX, "catboost", rounds=FEW_ROUNDS, **settings).fit(features, labels)
        for labels in (classes, soft)
    ]
    by_class, by_share = (model.predict(features) for model in models)
    assert apart(by_share, by_class) <= 1e-12
    assert by_class.sum(axis=1) == pytest.approx(1, rel=1e-12)


def test_quantiles_do_not_cross() -> None:
    known = data()
    features, labels = known["features"][:FEW_ROWS], known["numbers"][:FEW_ROWS]
    levels = 0.1, 0.5, 0.9
    loss = lb.MultiQuantile(taus=levels, non_crossing=True)
    trees = BoostedTrees(loss, "catboost", rounds=10, depth=3, **SETTINGS)
    predicted = trees.fit(features, labels).predict(features)
    assert (np.diff(predicted, axis=1) >= 0).all()
    assert (labels[:, None] <= predicted).mean(axis=0) == pytest.approx(levels, abs=0.05)


@pytest.mark.parametrize(
    ("loss", "labels"),
    [(lb.GaussianNLL(), "numbers"), (lb.Ordinal(), "many"), (lb.MulticlassHinge(), "many")],
    ids=str,
)
def test_rows_of_every_kind_of_label_are_learnt(loss: lb.Loss, labels: str) -> None:
    known = data()
    features, y_true = known["features"][:FEW_ROWS], known[labels][:FEW_ROWS]
    trees = BoostedTrees(loss, "catboost", rounds=FEW_ROUNDS, learning_rate=0.3)
    raw = trees.fit(features, y_true).predict_raw(features)
    start = np.broadcast_to(trees.objective.best_start(y_true), raw.shape)
    assert loss(y_true, raw) < 0.95 * loss(y_true, start)


def test_what_a_row_is_given_is_what_the_loss_says() -> None:
    label, scores = np.asarray([1]), np.asarray([[0.5, -1.0, 2.0]])
    for loss in (SOFTMAX, lb.OneVsRest(), lb.Focal(), lb.Poly1()):
        for curvature in ("exact", "unit"):
            objective = loss.catboost(curvature).fitted(np.asarray([0, 1, 2, 2]))
            given, matrix = objective.calc_ders_multi(scores[0] - objective.start, 1.0, 2.0)
            gradient = loss.gradient(label, scores, reduction="sum")[0]
            hessian = np.eye(CLASSES)
            if curvature == "exact":
                hessian = loss.full_hessian(label, scores, reduction="sum")[0]
            assert given == pytest.approx(-2 * gradient, rel=1e-9)
            assert np.asarray(matrix) == pytest.approx(-2 * hessian, rel=1e-9)


def test_a_row_without_weight_counts_nothing() -> None:
    objective = SOFTMAX.catboost().fitted(np.asarray([0, 1]))
    given = objective.calc_ders_multi(np.asarray([np.inf, 0.0]), 1.0, 0.0)
    assert given == ([0.0, 0.0], [[0.0, 0.0], [0.0, 0.0]])


# -- copies, wrong input --------------------------------------------------------------------------


def test_objectives_and_metrics_are_copied_and_sent() -> None:
    labels = np.asarray([0.0, 1.0, 3.0])
    for loss in (LOGISTIC, lb.AbsoluteError(), lb.GaussianNLL()):
        y_true = labels.clip(0, 1) if loss is LOGISTIC else labels
        objective = loss.catboost().fitted(y_true)
        for thing in (objective, objective.metric):
            for other in (copy.deepcopy(thing), pickle.loads(pickle.dumps(thing))):
                assert other == thing
                assert hash(other) == hash(thing)
                assert type(other) is type(thing)
        assert type(objective.metric).__name__ == loss.name
        assert isinstance(objective, cb.MultiTargetCustomObjective) == loss.is_row
    model = trained(LOGISTIC.catboost(), sample("classes"), 2)
    again = pickle.loads(pickle.dumps(model))
    assert again.get_param("loss_function") == model.get_param("loss_function")


def test_missing_labels_are_refused() -> None:
    broken = np.where(np.arange(ROWS) == 7, np.nan, data()["numbers"])
    for loss in (lb.Huber(), lb.AbsoluteError()):
        objective = loss.catboost()
        with pytest.raises(lb.InputError, match="y_true has nan at index 7"):
            objective.prepare(cb.Pool(data()["features"], broken))
        with pytest.raises(lb.InputError, match="y_true has nan at index 7"):
            objective.train(data()["features"], broken, rounds=2, parameters={})


def test_labels_beyond_single_precision_are_refused() -> None:
    labels = np.where(np.arange(ROWS) == 7, 1e39, data()["numbers"])
    with pytest.raises(lb.InputError, match="y_true has infinity at index 7 in single precision"):
        lb.Huber().catboost().parameters(labels)


def test_labels_of_another_set_are_refused() -> None:
    for loss in (LOGISTIC, lb.Poisson()):
        with pytest.raises(lb.InputError, match=r"y_true has .* at index \d+, outside"):
            loss.catboost().prepare(sample("numbers"))
        # Where nothing was prepared, CatBoost tells what it was told.
        settings = {**SETTINGS, "loss_function": loss.catboost(), "eval_metric": "RMSE"}
        with pytest.raises(cb.CatBoostError, match=r"InputError: y_true has .* outside"):
            cb.CatBoost(settings).fit(sample("numbers"))


def test_a_data_set_without_labels_is_refused() -> None:
    with pytest.raises(lb.InputError, match="the data set has no labels"):
        LOGISTIC.catboost().prepare(cb.Pool(data()["features"]))


def test_labels_of_too_few_columns_are_refused() -> None:
    with pytest.raises(lb.InputError, match=r"a column of labels for each score of GaussianNLL"):
        lb.GaussianNLL().catboost().prepare(sample("numbers"))


def test_labels_that_are_all_the_same_are_refused() -> None:
    with pytest.raises(lb.InputError, match=r"y_true is 1\.0 in all 9 rows \(all of one class\)"):
        LOGISTIC.catboost().parameters(np.ones(9))


def test_weights_of_another_length_are_refused() -> None:
    with pytest.raises(lb.InputError, match="sample_weight has 3 entries for 2000 samples"):
        LOGISTIC.catboost().parameters(data()["classes"], np.ones(3))


@pytest.mark.parametrize("loss", [lb.AbsoluteError(), SOFTMAX], ids=repr)
def test_rows_that_do_not_tell_enough_are_refused(loss: lb.Loss) -> None:
    settings = {**SETTINGS, "loss_function": loss.catboost(), "eval_metric": "RMSE"}
    with pytest.raises(cb.CatBoostError, match=r"train with the parameters that objective.prepare"):
        cb.CatBoost(settings).fit(sample("many"))


def test_a_model_that_diverges_is_heard_of() -> None:
    trees = BoostedTrees(lb.Poisson(), "catboost", rounds=50, learning_rate=1e3)
    message = r"^the (gradient|curvature) is .* of a slice of the rows, where the raw score is"
    with pytest.raises(lb.InputError, match=message):
        trees.fit(data()["features"], data()["counts"])
    lost = dataclasses.replace(SOFTMAX.catboost(), start=(np.nan, 0.0, 0.0))
    with pytest.raises(lb.InputError, match=message):
        lost.calc_ders_multi(np.zeros(3), 1.0, 1.0)


def test_a_model_of_another_objective_is_not_finished() -> None:
    model = cb.CatBoost({**QUIET, "iterations": 2}).fit(sample("numbers"))
    with pytest.raises(lb.InputError, match="model was trained with loss_function=None"):
        lb.AbsoluteError().catboost().finish(model)


def test_features_of_categories_go_with_the_parameters() -> None:
    pandas = pytest.importorskip("pandas")
    known = data()
    table = pandas.DataFrame(
        {"number": known["features"][:, 0], "class": known["many"].astype(str)}
    )
    trees = BoostedTrees(lb.AbsoluteError(), "catboost", rounds=20, cat_features=["class"])
    raw = trees.fit(table, known["numbers"]).predict_raw(table)
    assert trees.model_.get_cat_feature_indices() == [1]
    assert lb.AbsoluteError()(known["numbers"], raw) < 0.8 * abs(known["numbers"]).mean()


def test_what_catboost_itself_refuses_is_passed_on() -> None:
    with pytest.raises(cb.CatBoostError, match="depth"):
        LOGISTIC.catboost().train(
            data()["features"], data()["classes"], rounds=2, parameters={"depth": 99}
        )
