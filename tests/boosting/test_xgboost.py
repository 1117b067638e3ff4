"""XGBoost trains the same model with its own objective and with ours."""

from __future__ import annotations

import pytest

import lossbook as lb
from boosting.cases import CLASSES, Case, apart, data

xgb = pytest.importorskip("xgboost")

CASES = [
    Case(lb.SquaredError(), "reg:squarederror", "numbers"),
    Case(lb.BinaryCrossEntropy(from_logits=True), "binary:logistic", "classes"),
    Case(lb.CrossEntropy(from_logits=True), "multi:softprob", "many", {"num_class": CLASSES}),
    Case(lb.Poisson(), "count:poisson", "counts"),
    Case(lb.Gamma(), "reg:gamma", "sizes"),
    Case(lb.Tweedie(power=1.3), "reg:tweedie", "counts", {"tweedie_variance_power": 1.3}),
    Case(lb.PseudoHuber(delta=1.5), "reg:pseudohubererror", "numbers", {"huber_slope": 1.5}),
]


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_the_model_is_the_built_in_one(case: Case, weighted: bool) -> None:
    known = data()
    weights = known["weights"] if weighted else None
    table = xgb.DMatrix(known["features"], known[case.labels], weight=weights)
    own = xgb.train({"objective": case.name, **case.parameters}, table, 30)
    objective = case.loss.xgboost(curvature="native")
    ours = xgb.train(objective.prepare(table), table, 30, obj=objective)
    assert apart(objective.predict(ours, table), own.predict(table)) <= 1e-6
