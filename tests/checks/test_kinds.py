"""What is taken for what: the kinds of objects, their labels, and how they are called."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

import lossbook as lb
from checks import packages as made
from lossbook import registry


def objective(y: Any, z: Any, sample_weight: Any = None) -> tuple[Any, Any]:
    """The logistic loss as it should be."""
    w = 1.0 if sample_weight is None else sample_weight
    return w * np.where(y == 1, -expit(-z), expit(z)), w * expit(z) * expit(-z)


def native(predictions: Any, dataset: Any) -> tuple[Any, Any]:
    return objective(dataset.get_label(), predictions, dataset.get_weight())


def value(y: Any, z: Any) -> Any:
    return np.where(y == 1, np.logaddexp(0, -z), np.logaddexp(0, z))


def gradient(y: Any, z: Any) -> Any:
    return objective(y, z)[0]


def hessian(y: Any, z: Any) -> Any:
    return objective(y, z)[1]


class Plain(lb.ResidualLoss):
    """Squares, of somebody who states neither facts nor bounds."""

    def value(self, m: Any, r: Any) -> Any:
        return r * r

    def deriv(self, m: Any, r: Any) -> Any:
        return 2 * r

    def deriv2(self, m: Any, r: Any) -> Any:
        return 2


registry.unregister(Plain)


@pytest.mark.parametrize(
    ("loss", "kind", "options"),
    [
        (lb.Hinge(), "loss", {}),
        (lb.Hinge, "loss", {}),
        (Plain(), "loss", {}),
        ((value, gradient), "functions", {}),
        ([value, gradient, hessian], "functions", {}),
        ({"gradient": gradient, "hessian": hessian}, "functions", {}),
        (objective, "objective", {}),
        (functools.partial(objective), "objective", {}),
        (objective, "objective", {"value": value}),
        (native, "native objective", {}),
        (native, "native objective", {"kind": "native objective"}),
        (objective, "objective", {"kind": "objective", "label_domain": "0,1"}),
        (objective, "objective", {"label_domain": (0, 1), "prediction_domain": "reals"}),
    ],
)
def test_each_kind_is_seen_and_right_ones_are_clean(
    loss: Any, kind: str, options: dict[str, Any]
) -> None:
    report = lb.check(loss, **options)
    assert report.kind == kind
    assert report.ok, str(report)
    assert bool(report) is True


def test_a_loss_that_states_nothing_is_told_so() -> None:
    report = lb.check(Plain())
    assert [note.problem for note in report.notes] == ["none"]


def expected_square(y: float, f: float) -> float:
    return math.fsum([(f - y) ** 2])


def test_functions_of_single_numbers() -> None:
    right = lb.check((expected_square, lambda y, f: math.fsum([2 * (f - y)])))
    assert right.ok, str(right)
    wrong = lb.check((expected_square, lambda y, f: math.fsum([f - y])))
    assert [one.problem for one in wrong.findings] == ["factor"]


@pytest.mark.parametrize(
    ("functions", "problem"),
    [
        ((lambda y, f: np.mean((f - y) ** 2), lambda y, f: 2 * (f - y) / len(y)), None),
        ((lambda y, f: np.sum((f - y) ** 2), lambda y, f: 2 * (f - y)), None),
        ((lambda y, f: np.mean((f - y) ** 2), lambda y, f: 2 * (f - y)), "inconsistent"),
        ((lambda y, f: np.sum((f - y) ** 2), lambda y, f: 2 * (f - y) / len(y)), "inconsistent"),
        ((lambda y, f: (f - y) ** 2, lambda y, f: 2 * (f - y) / len(y)), "inconsistent"),
    ],
)
def test_value_and_gradient_are_of_the_same_reduction(functions: Any, problem: str | None) -> None:
    assert [one.problem for one in lb.check(functions).findings] == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("weigh", "problem"),
    [
        (lambda w, a: w * a, None),
        (lambda _w, a: a, "ignored"),
        (lambda w, a: w * w * a, "squared"),
        (lambda w, a: w / w.sum() * a, "not linear"),
        (lambda w, a: (1 + w) * a, "not linear"),
    ],
)
def test_weights(weigh: Any, problem: str | None) -> None:
    def weighted(y: Any, f: Any, sample_weight: Any) -> Any:
        return weigh(sample_weight, f - y), weigh(sample_weight, np.ones_like(f))

    found = [one.problem for one in lb.check(weighted).findings if one.subject == "weights"]
    assert found == ([problem] if problem else [])


def test_a_third_parameter_that_lightgbm_would_give_weights_to() -> None:
    def focal(y: Any, z: Any, gamma: float = 2.0) -> Any:
        return gamma * (z - y), gamma * np.ones_like(z)

    (found,) = lb.check(focal).findings
    assert "'gamma'" in found.says
    (note,) = lb.check(functools.partial(focal, gamma=1.0)).notes
    assert "LightGBM then drops sample_weight" in note.says


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        ({0, 1}, "For label 0 the gradient is 0, whatever the prediction"),
        ({-1, 1}, None),
    ],
)
def test_labels_of_the_exponential_loss(domain: Any, words: str | None) -> None:
    functions = (lambda y, f: np.exp(-y * f), lambda y, f: -y * np.exp(-y * f))
    found = lb.check(functions, label_domain=domain).findings
    assert [words in one.says for one in found] == ([True] if words else [])


def test_labels_of_the_logistic_loss() -> None:
    functions = (lambda y, z: np.logaddexp(0, z) - y * z, lambda y, z: expit(z) - y)
    found = [
        one for one in lb.check(functions, label_domain={-1, 1}).findings if one.subject == "labels"
    ]
    assert "For label -1 the loss falls without end" in found[0].says
    assert "(y + 1) / 2" in found[0].fix


def test_derivatives_by_the_probability() -> None:
    def by_probability(y: Any, z: Any) -> Any:
        p = expit(z)
        return (p - y) / (p * (1 - p)), y / p**2 + (1 - y) / (1 - p) ** 2

    report = lb.check(by_probability, value=lambda y, z: np.logaddexp(0, z) - y * z)
    found = {one.subject: one for one in report.findings if one.problem == "chain rule"}
    assert "lacks the factor p (1 - p)" in found["gradient"].says
    assert "Multiply it by p (1 - p)" in found["gradient"].fix


def test_an_objective_of_probabilities_is_no_objective() -> None:
    def of_probabilities(y: Any, p: Any) -> Any:
        return -y / p + (1 - y) / (1 - p), y / np.square(np.sqrt(p)) ** 2 + (1 - y) / (1 - p) ** 2

    report = lb.check(of_probabilities, prediction_domain=(0, 1))
    assert [one.problem for one in report.findings if one.subject == "labels"] == ["scores"]


def test_the_gradient_that_is_to_be_maximised() -> None:
    """CatBoost's sign: right for CatBoost alone."""

    def negated(y: Any, f: Any) -> Any:
        return y - f, -np.ones_like(f)

    found = {(one.subject, one.problem) for one in lb.check(negated).findings}
    assert found == {("gradient", "sign"), ("curvature", "negative")}


@pytest.mark.parametrize(
    ("sign_of_hessian", "fix"),
    [
        (1, "Change its sign; that of the Hessian is right."),
        (-1, "Change the signs of gradient and Hessian."),
    ],
)
def test_a_positive_hessian_keeps_its_sign(sign_of_hessian: int, fix: str) -> None:
    def negated(y: Any, f: Any) -> Any:
        return y - f, sign_of_hessian * np.ones_like(f)

    findings = lb.check(negated).findings
    assert fix in [one.fix for one in findings if one.subject == "gradient"]


def test_a_stand_in_for_a_hessian_of_0_and_a_floor_are_notes() -> None:
    def absolute(y: Any, f: Any, sample_weight: Any) -> Any:
        return sample_weight * np.sign(f - y), sample_weight * np.ones_like(f)

    report = lb.check(absolute)
    assert report.ok
    assert [note.problem for note in report.notes] == ["stand-in"]

    def floored(y: Any, z: Any, sample_weight: Any) -> Any:
        g, h = objective(y, z)
        return sample_weight * g, sample_weight * np.maximum(h, 1e-16)

    report = lb.check(floored)
    assert report.ok, str(report)
    assert [note.problem for note in report.notes] == ["floor"]


def test_where_there_is_no_slope_a_hessian_of_0_does_no_harm() -> None:
    assert not lb.check(
        (
            lambda y, f: np.maximum(0, f - y) ** 2,
            lambda y, f: 2 * np.maximum(0, f - y),
            lambda y, f: np.where(f > y, 2.0, 0.0),
        )
    ).notes
    (note,) = lb.check(lb.Huber()).notes
    assert note.problem == "partly zero"
    assert "steps grow without bound" in note.says


def test_a_softmax_whose_hessian_is_xgboost_s() -> None:
    def twice(y: Any, scores: Any) -> Any:
        p = made.softmax(scores)
        return p - np.eye(scores.shape[1])[y], 2 * p * (1 - p)

    report = lb.check(twice, classes=3)
    assert "is twice the slope of the gradient" in report.findings[0].says
    assert "upper bound" in report.findings[0].fix
    assert "can be the gradient of a value" in str(report)


@pytest.mark.parametrize(
    ("loss", "options", "words"),
    [
        (3, {}, "check takes a loss, functions"),
        ("hinge", {}, "check takes a loss, functions"),
        (lambda y, f: f - y, {}, "and not \\(gradient, hessian\\)"),
        ((value,), {}, "functions must be"),
        ((value, gradient, hessian, value), {}, "functions must be"),
        ({"slope": gradient}, {}, "functions must be"),
        ((value, 3), {}, "must be callable"),
        (objective, {"kind": "booster"}, "kind must be one of"),
        (objective, {"kind": "loss"}, "needs a lossbook.Loss"),
        (objective, {"value": 3}, "value must be a function"),
        (objective, {"classes": 1}, "classes must be a whole number from 2 on"),
        (objective, {"label_domain": "zero"}, "label_domain must be written"),
        (objective, {"prediction_domain": 3}, "prediction_domain must be a domain"),
        ((lambda y: y, gradient), {}, "the value cannot be called with arrays"),
    ],
)
def test_wrong_calls_say_what_is_taken(loss: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises((lb.InputError, lb.InputTypeError), match=words):
        lb.check(loss, **options)


def test_the_same_report_twice() -> None:
    assert str(lb.check(made.gbdtcbl_focal)) == str(lb.check(made.gbdtcbl_focal))
