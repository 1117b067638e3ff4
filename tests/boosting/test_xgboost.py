"""XGBoost trains the same model with its own objective and with ours."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from boosting.cases import CLASSES, ROWS, Case, apart, data
from lossbook.boosting import BoostedTrees
from lossbook.boosting import xgboost as module

xgb = pytest.importorskip("xgboost")

ROUNDS = 30
PARITY = 1e-6
SETTINGS = {"nthread": 1}

LOGISTIC = lb.BinaryCrossEntropy(from_logits=True)
SOFTMAX = lb.CrossEntropy(from_logits=True)
CASES = [
    Case(lb.SquaredError(), "reg:squarederror", "numbers"),
    Case(LOGISTIC, "binary:logistic", "classes"),
    Case(LOGISTIC, "reg:logistic", "shares"),
    Case(SOFTMAX, "multi:softprob", "many", {"num_class": CLASSES}),
    Case(lb.Poisson(), "count:poisson", "counts"),
    Case(lb.Gamma(), "reg:gamma", "sizes"),
    Case(lb.Tweedie(power=1.3), "reg:tweedie", "counts", {"tweedie_variance_power": 1.3}),
    Case(lb.PseudoHuber(delta=1.5), "reg:pseudohubererror", "numbers", {"huber_slope": 1.5}),
]


def table_of(case: Case, weighted: bool = True, rows: slice = slice(None)) -> Any:
    known = data()
    weights = known["weights"][rows] if weighted else None
    return xgb.DMatrix(known["features"][rows], known[case.labels][rows], weight=weights)


def built_in(case: Case, table: Any, rounds: int = ROUNDS, **more: Any) -> Any:
    parameters = {"objective": case.name, **SETTINGS, **case.parameters}
    return xgb.train(parameters, table, rounds, **more)


def trained(objective: Any, table: Any, rounds: int = ROUNDS, **more: Any) -> Any:
    """A Booster of one of our objectives, from its start on."""
    parameters = {**SETTINGS, **objective.prepare(table)}
    return xgb.train(parameters, table, rounds, obj=objective, **more)


def difference(case: Case, weighted: bool) -> float:
    """How far predictions are from the built-in objective's, before and after the inverse link."""
    table = table_of(case, weighted)
    objective = case.loss.xgboost(curvature="native")
    own, ours = built_in(case, table), trained(objective, table)
    scores = own.predict(table, output_margin=True)
    return max(
        apart(objective.predict_raw(ours, table), scores),
        apart(objective.predict(ours, table), own.predict(table)),
    )


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_the_model_is_the_built_in_one(case: Case, weighted: bool) -> None:
    assert difference(case, weighted) <= PARITY


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_model_of_the_scikit_learn_api_is_the_built_in_one(case: Case) -> None:
    known = data()
    rows = known["features"], known[case.labels]
    settings = {"n_estimators": ROUNDS, "n_jobs": 1}
    own = xgb.XGBRegressor(objective=case.name, **settings, **case.parameters)
    own.fit(*rows, sample_weight=known["weights"])
    objective = case.loss.xgboost()
    more = objective.parameters(known[case.labels], known["weights"])
    ours = xgb.XGBRegressor(objective=objective, eval_metric=objective.metric, **settings, **more)
    ours.fit(*rows, sample_weight=known["weights"], eval_set=[rows], verbose=False)
    theirs = own.predict(known["features"], output_margin=True)
    assert apart(objective.predict_raw(ours.get_booster(), known["features"]), theirs) <= 1e-6
    reported = ours.evals_result()["validation_0"][case.loss.name][-1]
    scores = ours.predict(known["features"], output_margin=True)
    assert reported == pytest.approx(case.loss(rows[1], scores), rel=1e-5)


@pytest.mark.parametrize("case", [CASES[1], CASES[3]], ids=str)
def test_classifiers_give_the_built_in_probabilities(case: Case) -> None:
    known = data()
    rows = known["features"], known[case.labels].astype(int)
    own = xgb.XGBClassifier(n_estimators=ROUNDS).fit(*rows, sample_weight=known["weights"])
    objective = case.loss.xgboost()
    more = objective.classifier_parameters(rows[1], known["weights"])
    ours = xgb.XGBClassifier(n_estimators=ROUNDS, objective=objective, **more)
    ours.fit(*rows, sample_weight=known["weights"])
    shares = [model.predict_proba(known["features"]) for model in (ours, own)]
    assert apart(*shares) <= PARITY
    np.testing.assert_array_equal(*(model.predict(known["features"]) for model in (ours, own)))


def test_early_stopping_stops_where_the_built_in_one_does() -> None:
    case, half = CASES[1], ROWS // 2
    tables = table_of(case, rows=slice(half)), table_of(case, rows=slice(half, None))
    stop: dict[str, Any] = {"early_stopping_rounds": 3, "verbose_eval": False}
    watched = [(tables[1], "other")]
    own = built_in(case, tables[0], 200, evals=watched, **stop)
    objective = LOGISTIC.xgboost()
    ours = trained(objective, tables[0], 200, evals=watched, custom_metric=objective.metric, **stop)
    assert ours.best_iteration == own.best_iteration < 200
    assert ours.best_score == pytest.approx(own.best_score, rel=1e-6)


@pytest.mark.parametrize("kind", ["DMatrix", "QuantileDMatrix"])
def test_the_saved_model_holds_the_start(kind: str, tmp_path: Path) -> None:
    known = data()
    table = getattr(xgb, kind)(known["features"], known["many"], weight=known["weights"])
    objective = SOFTMAX.xgboost()
    model = trained(objective, table)
    model.save_model(tmp_path / "model.json")
    raw = xgb.Booster(model_file=tmp_path / "model.json").predict(table, output_margin=True)
    np.testing.assert_array_equal(raw, objective.predict_raw(model, table))
    assert SOFTMAX(known["many"], raw) < 0.8 * SOFTMAX(
        known["many"], np.tile(objective.best_start(known["many"]), (ROWS, 1))
    )


def test_objectives_are_copied_as_they_are() -> None:
    for objective in (LOGISTIC.xgboost(), lb.Quantile(tau=0.9).xgboost("secant", floor=0.5)):
        for other in (pickle.loads(pickle.dumps(objective)), copy.deepcopy(objective)):
            assert other == objective
            assert other.metric == objective.metric


def test_soft_labels_of_classes_are_rows() -> None:
    """What certain rows train is what their classes train."""
    known = data()
    rows = np.eye(CLASSES)[known["many"].astype(int)]
    objective = SOFTMAX.xgboost()
    classes = xgb.DMatrix(known["features"], known["many"])
    shares = xgb.DMatrix(known["features"], rows)
    of_classes, of_shares = trained(objective, classes), trained(objective, shares)
    assert apart(*(objective.predict(m, classes) for m in (of_shares, of_classes))) <= 1e-6
    soft = BoostedTrees(SOFTMAX, rounds=5).fit(known["features"], 0.9 * rows + 0.1 / CLASSES)
    assert soft.predict(known["features"]).max() < 0.95


def test_quantiles_do_not_cross() -> None:
    known, half = data(), ROWS // 2
    features, labels = known["features"], known["numbers"]
    levels = 0.1, 0.5, 0.9
    for stepped in (False, True):
        loss = lb.MultiQuantile(taus=levels, non_crossing=stepped)
        trees = BoostedTrees(loss, rounds=60, learning_rate=0.1, max_depth=3, **SETTINGS)
        predicted = trees.fit(features[:half], labels[:half]).predict(features)
        assert (np.diff(predicted, axis=1) >= 0).all()
        covered = (labels[half:, None] <= predicted[half:]).mean(axis=0)
        assert covered == pytest.approx(levels, abs=0.06)


def test_labels_0_and_1_are_classes_of_a_margin() -> None:
    known = data()
    of_zero_one = BoostedTrees(lb.Hinge(), rounds=5).fit(known["features"], known["classes"])
    of_signs = BoostedTrees(lb.Hinge(), rounds=5).fit(known["features"], 2 * known["classes"] - 1)
    predicted = of_zero_one.predict(known["features"])
    np.testing.assert_array_equal(predicted, of_signs.predict(known["features"]))


def test_gradients_stay_in_the_dtype_of_the_scores() -> None:
    for dtype in (np.float32, np.float64):
        for loss in (LOGISTIC, lb.Quantile(tau=0.9), lb.BinaryFocal(), lb.Welsch()):
            for name in ("fisher", "bound", "secant", "unit", "exact"):
                try:
                    objective = loss.xgboost(name)
                except lb.InputError:
                    continue
                pair = objective(np.asarray([0.0, 1.0]), np.asarray([0.3, -2.0], dtype))
                assert {values.dtype for values in pair} == {np.dtype(dtype)}, (loss, name)


def test_a_model_that_diverges_is_told() -> None:
    known = data()
    table = xgb.DMatrix(known["features"], known["counts"])
    objective = lb.Poisson().xgboost()
    parameters = {**objective.prepare(table), "eta": 1e4, "max_delta_step": 0}
    with pytest.raises(lb.InputError, match=r"the (gradient|curvature) is (inf|nan) at index \d+"):
        xgb.train(parameters, table, ROUNDS, obj=objective)


def test_a_table_without_labels_is_told() -> None:
    table = xgb.DMatrix(data()["features"])
    objective = LOGISTIC.xgboost()
    with pytest.raises(lb.InputError, match="the data set has no labels"):
        objective.prepare(table)
    with pytest.raises(lb.InputError, match="the data set has no labels"):
        xgb.train({"disable_default_eval_metric": True}, table, 1, obj=objective)


def test_rows_that_changed_are_told() -> None:
    objective = LOGISTIC.xgboost()
    with pytest.raises(lb.InputError, match=r"y_true has shape \(3,\)"):
        objective(np.zeros(3), np.zeros(4))
    with pytest.raises(lb.InputError, match="sample_weight has 3 entries for 4 samples"):
        objective(np.zeros(4), np.zeros(4), sample_weight=np.ones(3))


def test_a_curvature_of_another_version_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "version_of", lambda _: "3.5.1")
    with pytest.raises(lb.InputError, match=r"changed its curvature after XGBoost 3\.4"):
        SOFTMAX.xgboost(curvature="native")
    assert SOFTMAX.xgboost().curvature == "exact"
    assert LOGISTIC.xgboost().curvature == "native"


@pytest.mark.parametrize("loss", [lb.AbsoluteError(), lb.Quantile(tau=0.3)], ids=repr)
def test_what_no_objective_can_train_has_a_reason(loss: lb.Loss) -> None:
    with pytest.raises(lb.InputError, match=r"'native' does not exist .* sets its leaves to"):
        loss.xgboost(curvature="native")
