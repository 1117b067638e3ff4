"""LightGBM trains the same model with its own objective and with ours."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from boosting.cases import CLASSES, COLUMNS, ROWS, Case, apart, data

lgb = pytest.importorskip("lightgbm")
sklearn = pytest.importorskip("sklearn")

# One order of all sums.
SETTINGS = {"num_threads": 1, "deterministic": True, "force_row_wise": True, "verbosity": -1}
ROUNDS = 30
PARITY = 1e-12

LOGISTIC = lb.BinaryCrossEntropy(from_logits=True)
POSITIVES_THRICE = lb.BinaryCrossEntropy(from_logits=True, pos_weight=3.0)
CASES = [
    Case(lb.SquaredError(), "regression", "numbers"),
    Case(LOGISTIC, "binary", "classes"),
    Case(POSITIVES_THRICE, "binary", "classes", {"scale_pos_weight": 3.0}),
    Case(LOGISTIC, "cross_entropy", "shares"),
    Case(lb.CrossEntropy(from_logits=True), "multiclass", "many", {"num_class": CLASSES}),
    Case(lb.OneVsRest(), "multiclassova", "many", {"num_class": CLASSES}),
    Case(lb.Poisson(), "poisson", "counts"),
    Case(lb.Gamma(), "gamma", "sizes"),
    Case(lb.Tweedie(power=1.3), "tweedie", "counts", {"tweedie_variance_power": 1.3}),
    Case(lb.Huber(delta=1.5), "huber", "numbers", {"alpha": 1.5}),
    Case(lb.Fair(c=1.5), "fair", "numbers", {"fair_c": 1.5}),
]


def sample(case: Case, weighted: bool = True) -> tuple[Any, Any, Any]:
    """Features, labels and weights; LightGBM takes 1 - share in float32, which these shares are."""
    known = data()
    labels = known[case.labels]
    if case.labels == "shares":
        labels = np.round(labels * 2**24) / 2**24
    return known["features"], labels, known["weights"] if weighted else None


def trained(objective: Any, table: Any, others: Any = (), rounds: int = ROUNDS, **more: Any) -> Any:
    """A Booster of one of our objectives, from its start on."""
    callbacks = [objective.fold, *more.pop("callbacks", [])]
    return lgb.train(
        {**SETTINGS, **objective.prepare(table, *others), **more},
        table,
        rounds,
        valid_sets=list(others),
        feval=objective.metric,
        callbacks=callbacks,
    )


def difference(case: Case, weighted: bool) -> float:
    """How far predictions are from the built-in objective's, before and after the inverse link."""
    features, labels, weights = sample(case, weighted)
    objective = case.loss.lightgbm(curvature="native")
    table = lgb.Dataset(features, labels, weight=weights)
    own = lgb.train({**SETTINGS, "objective": case.name, **case.parameters}, table, ROUNDS)
    ours = trained(objective, table)
    return max(
        apart(ours.predict(features), own.predict(features, raw_score=True)),
        apart(objective.predict(ours, features), own.predict(features)),
    )


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_the_model_is_the_built_in_one(case: Case, weighted: bool) -> None:
    assert difference(case, weighted) <= PARITY


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_model_of_the_scikit_learn_api_is_the_built_in_one(case: Case) -> None:
    features, labels, weights = sample(case)
    objective = case.loss.lightgbm(curvature="native")
    settings = {**SETTINGS, "n_estimators": ROUNDS}
    own = lgb.LGBMRegressor(objective=case.name, **settings, **case.parameters)
    own.fit(features, labels, weights)
    ours = lgb.LGBMRegressor(**settings, **objective.parameters(labels, weights))
    ours.fit(features, labels, weights, **objective.fit_arguments(labels, weights))
    assert apart(ours.predict(features), own.predict(features, raw_score=True)) <= 1e-12
    assert apart(objective.predict(ours, features), own.predict(features)) <= 1e-12


@pytest.mark.parametrize(
    "settings",
    [
        {"data_sample_strategy": "goss"},
        {"bagging_fraction": 0.5, "bagging_freq": 1},
    ],
    ids=["goss", "bagging"],
)
def test_the_model_is_the_built_in_one_of_a_sample_of_rows(settings: dict[str, Any]) -> None:
    features, labels, _ = sample(CASES[1])
    table = lgb.Dataset(features, labels)
    own = lgb.train({**SETTINGS, "objective": "binary", **settings}, table, ROUNDS)
    ours = trained(LOGISTIC.lightgbm(), table, **settings)
    assert apart(ours.predict(features), own.predict(features, raw_score=True)) <= 1e-12


@pytest.mark.parametrize("boosting", ["gbdt", "dart"])
def test_what_is_reported_is_what_the_saved_model_predicts(boosting: str) -> None:
    features, labels, weights = sample(CASES[6])
    objective = lb.Poisson().lightgbm()
    table = lgb.Dataset(features, labels)
    other = table.create_valid(features, labels, weight=weights)
    model = trained(objective, table, [other], boosting=boosting, drop_rate=0.5)
    raw = lgb.Booster(model_str=model.model_to_string()).predict(features)
    reported = model.best_score["valid_0"]["poisson"]
    assert lb.Poisson()(labels, raw, sample_weight=weights) == pytest.approx(reported, rel=1e-6)


def test_early_stopping_stops_where_the_built_in_one_does() -> None:
    features, labels, weights = sample(CASES[1])
    half = ROWS // 2
    table = lgb.Dataset(features[:half], labels[:half], weight=weights[:half])
    other = table.create_valid(features[half:], labels[half:], weight=weights[half:])
    stop = {"early_stopping_round": 3}
    own = lgb.train({**SETTINGS, "objective": "binary", **stop}, table, 200, valid_sets=[other])
    ours = trained(LOGISTIC.lightgbm(), table, [other], 200, **stop)
    assert ours.best_iteration == own.best_iteration < 200
    reported = ours.best_score["valid_0"]
    assert reported["binary_cross_entropy"] == pytest.approx(
        own.best_score["valid_0"]["binary_logloss"], rel=1e-12
    )
    raw = ours.predict(features[half:])
    assert LOGISTIC(labels[half:], raw, sample_weight=weights[half:]) == pytest.approx(
        reported["binary_cross_entropy"], rel=1e-6
    )


def test_classifiers_stop_early_where_the_built_in_one_does() -> None:
    features, labels, weights = sample(CASES[4])
    half = ROWS // 2
    train, test = (features[:half], labels[:half]), (features[half:], labels[half:])
    settings = {**SETTINGS, "n_estimators": 200, "early_stopping_round": 3}
    own = lgb.LGBMClassifier(**settings)
    own.fit(*train, weights[:half], eval_X=test[0], eval_y=test[1])
    objective = lb.CrossEntropy(from_logits=True).lightgbm()
    ours = sklearn.base.clone(
        lgb.LGBMClassifier(**settings, **objective.parameters(train[1], weights[:half]))
    )
    start = objective.fit_arguments(train[1], weights[:half], validation=[test[1]])
    ours.fit(*train, weights[:half], eval_X=test[0], eval_y=test[1], **start)
    assert ours.best_iteration_ == own.best_iteration_ < 200
    assert apart(objective.predict(ours, test[0]), own.predict_proba(test[0])) <= 1e-12


@pytest.mark.parametrize("loss", [lb.Poisson(), lb.CrossEntropy(from_logits=True)], ids=repr)
def test_trees_of_a_single_leaf_hold_the_start(loss: lb.Loss) -> None:
    features, labels, _ = sample(CASES[4])
    objective = loss.lightgbm()
    model = trained(objective, lgb.Dataset(features, labels), rounds=3, min_gain_to_split=1e9)
    start = objective.best_start(labels)
    assert np.array_equal(model.predict(features), np.full((ROWS, *np.shape(start)), start))


def test_contributions_are_the_built_in_ones() -> None:
    features, labels, _ = sample(CASES[6])
    table = lgb.Dataset(features, labels)
    ours = trained(lb.Poisson().lightgbm(), table).predict(features, pred_contrib=True)
    own = lgb.train({**SETTINGS, "objective": "poisson"}, lgb.Dataset(features, labels), ROUNDS)
    assert ours.shape == (ROWS, COLUMNS + 1)
    assert apart(ours, own.predict(features, pred_contrib=True)) <= 1e-12


def test_training_goes_on_from_a_model_that_has_the_start() -> None:
    features, labels, weights = sample(CASES[6])
    objective = lb.Poisson().lightgbm()

    def table() -> Any:
        return lgb.Dataset(features, labels, weight=weights)

    first = trained(objective, table(), rounds=10)
    settings = {**SETTINGS, **objective.parameters(labels, weights)}
    more = lgb.train(settings, table(), 20, init_model=first, callbacks=[objective.fold])
    at_once = trained(objective, table(), rounds=30)
    assert apart(more.predict(features), at_once.predict(features)) <= 1e-6


def test_cross_validation_starts_and_folds_each_model() -> None:
    features, labels, _ = sample(CASES[6])
    objective = lb.Poisson().lightgbm()
    table = lgb.Dataset(features, labels, free_raw_data=False)
    halves = [(np.arange(1000), np.arange(1000, 2000)), (np.arange(1000, 2000), np.arange(1000))]
    found = lgb.cv(
        {**SETTINGS, **objective.prepare(table)},
        table,
        10,
        folds=halves,
        feval=objective.metric,
        callbacks=[objective.fold],
        return_cvbooster=True,
    )
    raw = [
        model.predict(features[test])
        for model, (_, test) in zip(found["cvbooster"].boosters, halves, strict=True)
    ]
    losses = [lb.Poisson()(labels[test], z) for z, (_, test) in zip(raw, halves, strict=True)]
    assert np.mean(losses) == pytest.approx(found["valid poisson-mean"][-1], rel=1e-6)


def test_arrays_are_those_that_lightgbm_reads() -> None:
    raw = np.zeros((CLASSES, ROWS)).T
    pair = lb.CrossEntropy(from_logits=True).lightgbm()(data()["many"], raw)
    for values in pair:
        assert values.dtype == np.float32
        assert np.shares_memory(values, values.ravel(order="F"))


@pytest.mark.parametrize("loss", [lb.AbsoluteError(), lb.MultiQuantile(taus=(0.2, 0.8))], ids=repr)
def test_many_rows_have_the_derivatives_of_all_at_once(loss: lb.Loss) -> None:
    rows = 40_000
    rng = np.random.default_rng(0)
    # Were the floor of some rows, it would differ: later labels are spread more.
    labels = rng.normal(size=rows) * np.linspace(1, 9, rows)
    raw = rng.normal(size=(2, rows)).T if loss.is_row else rng.normal(size=rows)
    weights = rng.uniform(size=rows)
    objective = loss.lightgbm()
    for ours, all_at_once in zip(
        objective(labels, raw, weights), objective.derivatives(labels, raw, weights), strict=True
    ):
        np.testing.assert_array_equal(ours, all_at_once.astype(np.float32))


def test_the_index_of_a_wrong_label_is_that_among_all() -> None:
    labels = np.zeros(40_000)
    labels[30_000] = 2
    with pytest.raises(lb.InputError, match=r"y_true has 2\.0 at index 30000"):
        LOGISTIC.lightgbm()(labels, labels)
    labels[30_000] = np.nan
    with pytest.raises(lb.InputError, match="the gradient is nan at index 30000"):
        lb.SquaredError().lightgbm()(labels, labels)


def test_objectives_are_copied_and_sent() -> None:
    soft = np.eye(3)[::-1]
    for objective in (
        LOGISTIC.lightgbm(curvature="exact"),
        lb.AbsoluteError().lightgbm(floor=0.1),
        lb.CrossEntropy(from_logits=True).lightgbm().with_rows(soft),
    ):
        labels, raw = np.arange(2.0), np.zeros((2, 3)) if objective.rows else np.zeros(2)
        for other in (copy.deepcopy(objective), pickle.loads(pickle.dumps(objective))):
            assert other == objective
            assert np.array_equal(other(labels, raw), objective(labels, raw))


# -- wrong input ----------------------------------------------------------------------------------


def test_missing_labels_are_refused() -> None:
    features, labels, _ = sample(CASES[0])
    broken = np.where(np.arange(ROWS) == 7, np.nan, labels)
    objective = lb.SquaredError().lightgbm()
    for call in (
        lambda: objective.prepare(lgb.Dataset(features, broken)),
        lambda: objective.fit_arguments(broken),
        lambda: objective.train(features, broken, rounds=3, parameters=SETTINGS),
    ):
        with pytest.raises(lb.InputError, match="y_true has nan at index 7"):
            call()
    with pytest.raises(lb.InputError, match="the gradient is nan at index 7"):
        objective(broken, np.zeros(ROWS))


def test_gradients_beyond_single_precision_are_refused() -> None:
    objective = lb.SquaredError().lightgbm(curvature="exact")
    with pytest.raises(lb.InputError, match="the gradient is inf at index 1"):
        objective(np.zeros(2), np.asarray([0.0, 1e39]))


def test_labels_of_another_set_are_refused() -> None:
    features, labels, _ = sample(CASES[0])
    for objective in (LOGISTIC.lightgbm(), lb.Poisson().lightgbm()):
        with pytest.raises(lb.InputError, match=r"y_true has .* at index \d+, outside"):
            objective.prepare(lgb.Dataset(features, labels))
        with pytest.raises(lb.InputError, match=r"y_true has .* at index \d+, outside"):
            lgb.train({**SETTINGS, "objective": objective}, lgb.Dataset(features, labels), 3)


def test_a_data_set_without_labels_is_refused() -> None:
    features, labels, _ = sample(CASES[0])
    objective = lb.SquaredError().lightgbm()
    table = lgb.Dataset(features, labels)
    for sets in ([lgb.Dataset(features)], [table, table.create_valid(features)]):
        with pytest.raises(lb.InputError, match="the data set has no labels"):
            objective.prepare(*sets)


def test_other_numbers_of_rows_are_refused() -> None:
    objective = lb.SquaredError().lightgbm()
    with pytest.raises(lb.InputError, match="y_true has shape"):
        objective(np.zeros(4), np.zeros(5))
    with pytest.raises(lb.InputError, match="sample_weight has 4 entries for 5 samples"):
        objective(np.zeros(5), np.zeros(5), np.ones(4))


def test_a_start_that_differs_between_rows_is_not_folded() -> None:
    features, labels, _ = sample(CASES[0])
    objective = lb.SquaredError().lightgbm()
    offsets = np.linspace(0, 1, ROWS)
    table = lgb.Dataset(features, labels, init_score=offsets)
    with pytest.raises(lb.InputError, match="init_score of its own, which differs between rows"):
        objective.prepare(table)
    with pytest.raises(lb.InputError, match="cannot be a part of a tree"):
        lgb.train({**SETTINGS, "objective": objective}, table, 3, callbacks=[objective.fold])


def test_linear_trees_train_from_zero() -> None:
    features, labels, _ = sample(CASES[0])
    objective = lb.SquaredError().lightgbm()
    linear = {"linear_tree": True}
    with pytest.raises(lb.InputError, match="linear_tree makes leaves that LightGBM cannot shift"):
        trained(objective, lgb.Dataset(features, labels, params=linear), **linear)
    settings = {**SETTINGS, **linear}
    model = objective.train(features, labels, rounds=ROUNDS, parameters=settings)
    own = lgb.train(
        {**settings, "objective": "regression", "boost_from_average": False},
        lgb.Dataset(features, labels),
        ROUNDS,
    )
    assert apart(objective.predict(model, features), own.predict(features)) <= 1e-12


@pytest.mark.parametrize("name", ["boosting", "boosting_type", "boost"])
def test_random_forests_are_refused(name: str) -> None:
    features, labels, _ = sample(CASES[0])
    with pytest.raises(lb.InputError, match=f"{name} must not be 'rf'"):
        lb.SquaredError().lightgbm().train(features, labels, rounds=3, parameters={name: "rf"})


@pytest.mark.parametrize("loss", [lb.AbsoluteError(), lb.Quantile(tau=0.9)], ids=repr)
def test_leaves_of_medians_have_no_native_curvature(loss: lb.Loss) -> None:
    with pytest.raises(lb.InputError, match=r"sets its leaves to .* of the residuals"):
        loss.lightgbm(curvature="native")


def test_models_are_dumped_and_restored() -> None:
    features, labels, weights = sample(CASES[4])
    objective = lb.CrossEntropy(from_logits=True).lightgbm()
    model = objective.train(features, labels, weights, rounds=5, parameters=SETTINGS)
    again = objective.restore(objective.dump(model))
    assert np.array_equal(objective.predict(again, features), objective.predict(model, features))
    with pytest.raises(lb.InputError, match="content must be a model as LightGBM writes it"):
        objective.restore(b"{}")
