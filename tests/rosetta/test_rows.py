"""Every row of the catalogue's table of names elsewhere, against the framework that it is about.

A row says a factor, default parameters, and where the curvature or the slope at a kink is another
one. What it does not say differs must agree. What it says in words is here as a formula.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from lossbook.rosetta import FRAMEWORKS

from .answers import CLASSES, Array, Ask, Row, by_label, rows, samples
from .closed_forms import ask_scipy, ask_sklearn, ask_statsmodels
from .differentiated import ask_keras, ask_optax, ask_torch, torch_default
from .trees import (
    NEWTON,
    ask_catboost,
    ask_lightgbm,
    ask_xgboost,
    catboost_leaves,
    lightgbm_leaves,
    xgboost_leaves,
)

# How a framework is asked, and how exactly it answers.
ASKED: dict[str, tuple[Ask, float]] = {
    "torch": (ask_torch, 1e-12),
    "keras": (ask_keras, 1e-6),
    "optax": (ask_optax, 1e-12),
    "sklearn": (ask_sklearn, 1e-12),
    "scipy": (ask_scipy, 1e-7),
    "statsmodels": (ask_statsmodels, 1e-12),
    "xgboost": (ask_xgboost, 2e-4),
    "lightgbm": (ask_lightgbm, 1e-5),
    "catboost": (ask_catboost, 1e-5),
}

# Small numbers that a framework adds or holds apart change the last half of the digits.
SOFTENED = 1e-5

HERE = [row for row in rows() if importlib.util.find_spec(row.theirs.framework)]
NOT_TESTED = {
    "xgboost:reg:expectileerror": "newer than the version that is tested",
    "catboost:FairLoss": "a metric alone",
    "catboost:BrierScore": "a metric alone",
    "catboost:MSLE": "a metric alone",
    "lightgbm:mape": "leaves are set to medians, and those of shares are not the labels'",
    "catboost:MAPE": "leaves are set to medians, and those of shares are not the labels'",
    "catboost:RMSEWithUncertainty": "several scores per sample have no baseline",
    "catboost:MultiQuantile": "several scores per sample have no baseline",
    "catboost:MultiClassOneVsAll": "classes are those among the labels: in tests/boosting",
    "keras:CategoricalHinge": "another loss where all rivals are below 0: in tests/parity",
    "keras:CategoricalGeneralizedCrossEntropy": "probabilities for our scores: in tests/parity",
    "lightgbm:multiclassova": "trees of one class each, which have no baseline in common",
}
# Leaves that are set to a quantile of residuals do not show what the tree was grown with.
RENEWED = {
    "xgboost:reg:absoluteerror",
    "xgboost:reg:quantileerror",
    "lightgbm:regression_l1",
    "lightgbm:l1",
    "lightgbm:quantile",
    "catboost:MAE",
    "catboost:Quantile",
}
# Leaves that solve a system of equations do not show the terms of it one by one.
WHOLE = {"catboost:MultiClass"}
TESTED = [
    row
    for row in HERE
    if row.theirs.framework in ASKED and row.key not in RENEWED | WHOLE | NOT_TESTED.keys()
]

Formula = Callable[[Row, Array, Array], Any]


def _times(factor: float) -> Formula:
    return lambda row, y, p: factor * row.loss.hessian(y, p, reduction="none")


def _ones(*_samples: Any) -> Any:
    return np.asarray(1.0)


def _half_and_1e_6(row: Row, y: Array, p: Array) -> Any:
    return np.maximum(row.loss.hessian(y, p, reduction="none") / 2, 1e-6)


def _larger_by_1(row: Row, y: Array, p: Array) -> Any:
    return 1 + row.loss.gradient(y, p, reduction="none")


# What rows say of the Hessian in words.
HESSIANS: dict[str, Formula] = {
    "sklearn:AbsoluteError": _ones,
    "sklearn:PinballLoss": _ones,
    "sklearn:HuberLoss": _times(1),
    "xgboost:count:poisson": _times(np.exp(0.7)),
    "lightgbm:poisson": _times(np.exp(0.7)),
    "xgboost:multi:softmax": _times(2),
    "xgboost:multi:softprob": _times(2),
    "lightgbm:multiclass": _times(CLASSES / (CLASSES - 1)),
    "xgboost:reg:pseudohubererror": _times(1),
    "lightgbm:huber": _ones,
    "catboost:Lq": _ones,
    "xgboost:reg:squaredlogerror": _half_and_1e_6,
    "lightgbm:mape": lambda _row, y, _p: 1 / np.maximum(1, abs(y)),
    "xgboost:binary:logistic": _times(1),
    "xgboost:binary:logitraw": _times(1),
    "xgboost:binary:hinge": lambda _row, y, p: np.where(y * p < 1, 1.0, 0.0),
}
# What rows say of the gradient in words.
GRADIENTS: dict[str, Formula] = {
    "keras:CategoricalCrossentropy": _larger_by_1,
    "keras:SparseCategoricalCrossentropy": _larger_by_1,
}
# What rows say of the slope at a kink, at a label or margin of the first kind.
SLOPES: dict[str, Callable[[lb.Loss], float]] = {
    "sklearn:AbsoluteError": lambda _loss: -1.0,
    "sklearn:PinballLoss": lambda loss: -loss.parameters["tau"],
    "sklearn:hinge": lambda _loss: -1.0,
    "sklearn:perceptron": lambda _loss: -1.0,
    "optax:hinge_loss": lambda _loss: -0.5,
    "optax:perceptron_loss": lambda _loss: -0.5,
}


def ask(row: Row, y: Array, p: Array) -> Any:
    return ASKED[row.theirs.framework][0](row.theirs, row.loss, y, p)


def tolerance(row: Row) -> float:
    exact = ASKED[row.theirs.framework][1]
    return max(exact, SOFTENED) if row.theirs.clipping else exact


def assert_close(ours: Array, theirs: Array, row: Row) -> None:
    ours = np.broadcast_to(ours, np.shape(theirs))
    room = tolerance(row) * np.maximum(abs(ours), abs(ours).max() / 10)
    worst = int(np.argmax(abs(ours - theirs) - room))
    assert (abs(ours - theirs) <= room).all(), (ours.flat[worst], theirs.flat[worst])


@pytest.mark.parametrize("row", TESTED, ids=str)
def test_value_and_derivatives(row: Row) -> None:
    y, p = samples(row.loss)
    value, gradient, hessian = row.loss.value_gradient_hessian(y, p, reduction="none")
    answers = ask(row, y, p)
    assert answers.value is not None or answers.gradient is not None
    if answers.value is not None:
        theirs, ours = (by_label(row.loss, y, each) for each in (answers.value, value))
        assert_close(row.theirs.factor * ours, theirs, row)
    if answers.gradient is not None:
        told = GRADIENTS.get(row.key)
        expected = row.theirs.factor * gradient if told is None else told(row, y, p)
        assert_close(expected, answers.gradient, row)
    if answers.hessian is not None:
        words = row.theirs.hessian
        expected = HESSIANS[row.key](row, y, p) if words else row.theirs.factor * hessian
        told = np.isfinite(answers.hessian)
        assert told.mean() > 0.4
        assert_close(np.broadcast_to(expected, told.shape)[told], answers.hessian[told], row)


def _tie(loss: lb.Loss) -> tuple[Array, Array]:
    """A label, and the prediction at the first kink."""
    kink = loss.facts.kinks[0]
    if isinstance(loss, lb.ResidualLoss):
        return np.asarray([1.0]), np.asarray([1.0 + kink])
    return np.asarray([1.0]), np.asarray([kink])


# Boosters have no leaf where the gradient is 0, and Keras leaves ties to what it runs on.
KINKED = [
    row
    for row in TESTED
    if row.theirs.framework not in ("xgboost", "lightgbm", "catboost", "keras")
    and not row.loss.is_row
    and row.loss.facts.kinks
]


@pytest.mark.parametrize("row", KINKED, ids=str)
def test_slope_at_a_kink(row: Row) -> None:
    y, p = _tie(row.loss)
    gradient = ask(row, y, p).gradient
    if gradient is None:
        return
    ours = row.theirs.factor * row.loss.gradient(y, p, reduction="none")
    expected = SLOPES[row.key](row.loss) if row.theirs.ties else ours.item()
    assert gradient.item() == pytest.approx(expected, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("row", [row for row in TESTED if row.theirs.framework == "torch"], ids=str)
def test_mean_unless_the_row_says_otherwise(row: Row) -> None:
    y, p = samples(row.loss)
    ours = row.theirs.factor * row.loss(y, p)
    is_mean = torch_default(row.theirs, y, p) == pytest.approx(ours, rel=1e-9, abs=0)
    assert is_mean == (row.theirs.reduction == "")


# -- leaves that are set to quantiles -------------------------------------------------------------

LABELS = np.asarray([0.1, 0.9, 2.3, 4.4, 8.0, 9.5, 20.0, 21.0, 25.0, 40.0, 41.0])


def test_leaves_are_set_to_quantiles() -> None:
    for row in HERE:
        if row.key in RENEWED:
            _check_renewed(row)


def _check_renewed(row: Row) -> None:
    best = row.loss.optimal_constant(LABELS)
    apart = np.diff(LABELS).max()
    zeros = np.zeros_like(LABELS)
    if row.theirs.framework == "xgboost":
        more = {"quantile_alpha": 0.5} if "quantile" in row.key else {}
        (leaf,) = xgboost_leaves(row.theirs.name, LABELS, zeros, 0, **more)
    elif row.theirs.framework == "catboost":
        both = [*LABELS, *(LABELS - 1000)], np.zeros((22, 1))
        leaf = catboost_leaves(row.theirs.name, *both, len(LABELS), l2_leaf_reg=0)[0]
    else:
        # It has no leaf without a split: the same labels once more, far off, on the other side.
        leaf = lightgbm_leaves(
            row.theirs.name, [*LABELS, *(LABELS - 1000)], np.zeros(22), 0, first=len(LABELS)
        )[0]
    assert abs(leaf - best) <= apart
    assert "set to" in row.theirs.hessian


# -- leaves of several classes at once ------------------------------------------------------------


def test_leaves_come_from_the_whole_hessian() -> None:
    for row in HERE:
        if row.key in WHOLE:
            _check_whole(row)


def _check_whole(row: Row) -> None:
    y, p = samples(row.loss)
    for label, scores in zip(y[:4], p[:4], strict=True):
        # The other side of the split has every class.
        labels = [label, *range(CLASSES)]
        everyone = np.vstack([scores, np.zeros((CLASSES, CLASSES))])
        leaf = catboost_leaves(row.theirs.name, labels, everyone, l2_leaf_reg=2.0, **NEWTON)[
            :CLASSES
        ]
        matrix = row.loss.full_hessian([label], [scores], reduction="sum")[0]
        slopes = row.loss.gradient([label], [scores], reduction="sum")[0]
        expected = np.linalg.solve(matrix + 2.0 * np.eye(CLASSES), -slopes)
        np.testing.assert_allclose(leaf, expected, rtol=1e-6)


# -- numbers that are clipped ---------------------------------------------------------------------

# Label, prediction: what the value is held to there. Ours is infinite.
CLIPPED = {
    "torch:torch.nn.BCELoss": 100.0,
    "keras:BinaryCrossentropy": -np.log(1e-7),
    "keras:Poisson": -np.log(1e-7),
}


def test_clipping() -> None:
    y, p = np.asarray([1.0]), np.asarray([0.0])
    for row in HERE:
        if row.key in CLIPPED:
            assert row.loss(y, p) == np.inf
            assert row.theirs.clipping
            assert ask(row, y, p).value.item() == pytest.approx(CLIPPED[row.key], rel=1e-6), row


# -- nothing is left out --------------------------------------------------------------------------


def test_every_word_has_its_formula() -> None:
    for row in TESTED:
        knows_hessians = row.theirs.framework in ("xgboost", "lightgbm", "catboost", "sklearn")
        assert bool(row.theirs.hessian and knows_hessians) <= (row.key in HESSIANS), row
    for row in KINKED:
        if row.theirs.framework in ("sklearn", "optax"):
            assert bool(row.theirs.ties) == (row.key in SLOPES), row


def test_frameworks_are_known_and_names_stand_for_one_loss_each() -> None:
    spelled: dict[str, Row] = {}
    for cls in lb.catalogue():
        for theirs in cls.counterparts:
            assert theirs.framework in FRAMEWORKS, (cls.name, theirs)
            row = Row(cls(**theirs.parameters), theirs)
            for spelling in map(str.lower, theirs.spellings):
                assert spelling not in spelled, (spelling, row, spelled[spelling])
                spelled[spelling] = row
                assert lb.get(spelling) == row.loss


def test_frameworks_with_a_tested_version_are_asked() -> None:
    assert {name for name, framework in FRAMEWORKS.items() if framework.tested} == ASKED.keys()
