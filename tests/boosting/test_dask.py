"""The same objectives where each of two processes has half of the rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from boosting.cases import CLASSES, ROWS, Case, apart, data

array = pytest.importorskip("dask.array")
distributed = pytest.importorskip("distributed")

ROUNDS = 10
CHUNK = ROWS // 4

CASES = [
    Case(lb.BinaryCrossEntropy(from_logits=True), "binary", "classes"),
    Case(lb.CrossEntropy(from_logits=True), "multiclass", "many", {"num_class": CLASSES}),
    Case(lb.AbsoluteError(), "", "numbers"),
]


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    )
    with cluster, distributed.Client(cluster) as client:
        yield client


def sample(labels: str) -> tuple[Any, Any, Any]:
    """Features of so few numbers that all rows and half of them have the same bins."""
    known = data()
    return np.clip(np.round(2 * known["features"]) / 2, -1.5, 1.5), known[labels], known["weights"]


def spread(client: Any, *whole: Any) -> list[Any]:
    """Arrays in chunks of rows, on both workers."""
    chunked = (array.from_array(one, chunks=(CHUNK, *one.shape[1:])) for one in whole)
    return list(client.persist(list(chunked)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.labels)
def test_xgboost_trains_the_model_of_one_machine(client: Any, case: Case) -> None:
    xgb = pytest.importorskip("xgboost")
    from xgboost import dask

    features, labels, weights = sample(case.labels)
    # By default each machine takes the floor of its own labels.
    objective = case.loss.xgboost(floor=0.3)
    settings = {**objective.parameters(labels, weights), "tree_method": "hist"}
    alone = xgb.train(
        settings, xgb.DMatrix(features, labels, weight=weights), ROUNDS, obj=objective
    )
    x, y, w = spread(client, features, labels, weights)
    together = dask.train(
        client, settings, dask.DaskDMatrix(client, x, y, weight=w), ROUNDS, obj=objective
    )
    ours = objective.predict_raw(together["booster"], features)
    assert apart(ours, objective.predict_raw(alone, features)) <= 1e-6


SETTINGS = {
    "n_estimators": ROUNDS,
    # LightGBM guesses the rows of a leaf from its curvature, on several machines in another way.
    "min_data_in_leaf": 1,
    "num_leaves": 8,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


def trained(client: Any, parameters: dict[str, Any], start: dict[str, Any], *whole: Any) -> Any:
    """A Booster of LightGBM on both workers."""
    import lightgbm as lgb

    x, y, w, scores = spread(client, *whole, start["init_score"])
    model = lgb.DaskLGBMRegressor(client=client, **SETTINGS, **parameters)
    model.fit(x, y, sample_weight=w, **{**start, "init_score": scores})
    return model.booster_


@pytest.mark.filterwarnings("ignore:Parameter n_jobs will be ignored")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.labels)
def test_lightgbm_trains_the_model_of_one_machine(client: Any, case: Case) -> None:
    lgb = pytest.importorskip("lightgbm")
    features, labels, weights = sample(case.labels)
    objective = case.loss.lightgbm()
    settings = objective.parameters(labels, weights)
    start = objective.fit_arguments(labels, weights)
    alone = lgb.LGBMRegressor(**SETTINGS, **settings, n_jobs=1)
    alone.fit(features, labels, weights, **start)
    ours = trained(client, settings, start, features, labels, weights).predict(features)
    assert apart(ours, objective.predict_raw(alone, features)) <= 1e-12
    if case.name:
        own = {"objective": case.name, **case.parameters}
        built_in = trained(
            client, own, {"init_score": start["init_score"]}, features, labels, weights
        )
        raw = built_in.predict(features, raw_score=True) + start["init_score"]
        assert apart(ours, raw) <= 1e-12


@pytest.mark.filterwarnings("ignore:Parameter n_jobs will be ignored")
def test_lightgbm_finds_rows_of_labels_on_each_machine(client: Any) -> None:
    lgb = pytest.importorskip("lightgbm")
    features, classes, weights = sample("many")
    soft = 0.9 * np.eye(CLASSES)[classes.astype(int)] + 0.1 / CLASSES
    objective, numbers = (
        lb.CrossEntropy(from_logits=True).lightgbm().with_rows(soft),
        np.arange(ROWS),
    )
    settings = objective.parameters(numbers, weights)
    start = objective.fit_arguments(numbers, weights)
    alone = lgb.LGBMRegressor(**SETTINGS, **settings, n_jobs=1)
    alone.fit(features, numbers, weights, **start)
    together = trained(client, settings, start, features, numbers, weights)
    assert apart(together.predict(features), objective.predict_raw(alone, features)) <= 1e-12
