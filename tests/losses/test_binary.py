"""Losses of two classes against their definitions in mpmath, written here a second time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mpf

import lossbook as lb
from lossbook.checks.truth import OUTPUTS, ulp_errors

MARGINS = (-800.0, -40.5, -3.0, -1.5, -0.75, -0.375, 0.25, 0.8125, 1.5, 3.0, 40.5, 800.0)

#: Of the margin, as the papers have them.
MARGIN_LOSSES: dict[str, tuple[lb.Loss, Callable[[Any], Any]]] = {
    "hinge": (lb.Hinge(), lambda a: max(0, 1 - a)),
    "squared hinge": (lb.SquaredHinge(), lambda a: max(0, 1 - a) ** 2),
    "modified Huber": (
        lb.ModifiedHuber(),
        lambda a: -4 * a if a < -1 else max(0, 1 - a) ** 2,
    ),
    "perceptron": (lb.Perceptron(), lambda a: max(0, -a)),
    "exponential": (lb.Exponential(), lambda a: mpmath.exp(-a)),
    "squared margin": (lb.SquaredMargin(), lambda a: (1 - a) ** 2),
    "smoothed hinge": (
        lb.SmoothedHinge(gamma=2.0),
        lambda a: 1 - a - 1 if a < -1 else max(0, 1 - a) ** 2 / 4,
    ),
    "sigmoid": (lb.SigmoidLoss(), lambda a: 2 / (1 + mpmath.exp(2 * a))),
    "Savage": (lb.Savage(), lambda a: 1 / (1 + mpmath.exp(2 * a)) ** 2),
    "tangent": (lb.Tangent(), lambda a: (2 * mpmath.atan(a) - 1) ** 2),
    "DWD": (lb.DWD(q=1.0), lambda a: 1 - a if a < 0.5 else 1 / (4 * a)),
}

#: Of the logit for label 1; for label 0 the same of its negative.
LOGIT_LOSSES: dict[str, tuple[lb.Loss, Callable[[Any], Any]]] = {
    "focal": (
        lb.BinaryFocal(gamma=2.0),
        lambda z: (1 / (1 + mpmath.exp(z))) ** 2 * mpmath.log(1 + mpmath.exp(-z)),
    ),
    "asymmetric, even": (
        lb.AsymmetricLoss(gamma_pos=2.0, gamma_neg=2.0),
        lambda z: (1 / (1 + mpmath.exp(z))) ** 2 * mpmath.log(1 + mpmath.exp(-z)),
    ),
    "poly": (
        lb.PolyBCE(epsilon=2.0),
        lambda z: mpmath.log(1 + mpmath.exp(-z)) + 2 / (1 + mpmath.exp(z)),
    ),
    "poly without its first term": (
        lb.PolyBCE(epsilon=-1.0),
        lambda z: mpmath.log(1 + mpmath.exp(-z)) - 1 / (1 + mpmath.exp(z)),
    ),
    "Brier": (lb.Brier(from_logits=True), lambda z: (1 / (1 + mpmath.exp(z))) ** 2),
}


def shifted(z: Any) -> Any:
    """The cost of class 0 with a margin of 1/4 and gamma 3, as a function of the logit."""
    s = 1 / (1 + mpmath.exp(-z)) - mpmath.mpf(1) / 4
    return -(s**3) * mpmath.log(1 - s) if s > 0 else mpmath.mpf(0)


def derivatives(function: Callable[[Any], Any], place: float, sign: int = 1) -> list[Any]:
    """Value, slope and curvature of ``function(sign * prediction)`` where it has them."""
    a = mpf(place)
    return [function(a), sign * mpmath.diff(function, a), mpmath.diff(function, a, 2)]


def check(loss: lb.Loss, y: Any, p: Any, true: list[list[Any]], dtype: str) -> None:
    results = loss.value_gradient_hessian(y, np.asarray(p, dtype), reduction="none")
    for result, exact, output in zip(results, zip(*true, strict=True), OUTPUTS, strict=True):
        errors = ulp_errors(result, np.asarray(exact, object))
        assert errors.max() <= getattr(loss.accuracy, output), (loss, output, errors)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", MARGIN_LOSSES)
def test_a_function_of_the_margin(name: str, dtype: str) -> None:
    loss, function = MARGIN_LOSSES[name]
    for sign in (1, -1):
        with mpmath.workdps(1500):  # exp(1600) beside exp(-1600)
            true = [derivatives(function, a, sign) for a in MARGINS]
        labels = np.full(len(MARGINS), float(sign))
        check(loss, labels, sign * np.asarray(MARGINS), true, dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", LOGIT_LOSSES)
def test_a_function_of_the_logit(name: str, dtype: str) -> None:
    loss, function = LOGIT_LOSSES[name]
    for label, sign in ((1.0, 1), (0.0, -1)):
        with mpmath.workdps(3000):
            true = [derivatives(function, a, sign) for a in MARGINS]
        labels = np.full(len(MARGINS), label)
        check(loss, labels, sign * np.asarray(MARGINS), true, dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_shift_of_the_asymmetric_loss(dtype: str) -> None:
    loss = lb.AsymmetricLoss(gamma_pos=0.0, gamma_neg=3.0, margin=0.25)
    places = np.asarray([-800.0, -1.25, -1.0, -0.5, 0.0, 3.0, 40.0, 700.0, 800.0])
    with mpmath.workdps(3000):
        true = [derivatives(shifted, z) for z in places]
    check(loss, np.zeros(len(places)), places, true, dtype)


Z = np.random.default_rng(0).normal(0, 6, 300)
Y = np.random.default_rng(1).integers(0, 2, 300).astype(float)
LOGITS = lb.BinaryCrossEntropy(from_logits=True)


@pytest.mark.parametrize(
    ("loss", "known", "relative"),
    [
        (lb.BinaryFocal(gamma=0.0), LOGITS, 1e-14),
        (lb.AsymmetricLoss(gamma_pos=0.0, gamma_neg=0.0), LOGITS, 1e-14),
        (lb.AsymmetricLoss(gamma_pos=1.5, gamma_neg=1.5), lb.BinaryFocal(gamma=1.5), 1e-14),
        (lb.AsymmetricLoss(2.0, 2.0, margin=1e-200), lb.BinaryFocal(gamma=2.0), 1e-14),
        (lb.PolyBCE(epsilon=0.0), LOGITS, 1e-14),
        (lb.BinaryCrossEntropy(from_logits=True, pos_weight=1.0), LOGITS, 1e-15),
        (lb.BinaryCrossEntropy(from_logits=True, label_smoothing=0.0), LOGITS, 1e-15),
    ],
    ids=repr,
)
def test_a_parameter_at_its_end_gives_a_known_loss(
    loss: lb.Loss, known: lb.Loss, relative: float
) -> None:
    for one, other in zip(
        loss.value_gradient_hessian(Y, Z, reduction="none"),
        known.value_gradient_hessian(Y, Z, reduction="none"),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=relative, atol=0)


@pytest.mark.parametrize("loss", [lb.SmoothedHinge(gamma=1e-9), lb.DWD(q=1e9)], ids=repr)
def test_limits_that_are_the_hinge(loss: lb.Loss) -> None:
    signs, away = 2 * Y - 1, Z[abs(2 * Y - 1 - Z) > 1e-3]
    signs = signs[abs(2 * Y - 1 - Z) > 1e-3]
    hinge = lb.Hinge().value_and_gradient(signs, away, reduction="none")
    for one, other in zip(
        loss.value_and_gradient(signs, away, reduction="none"), hinge, strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-8)


def test_savage_is_the_brier_score_of_twice_the_logit() -> None:
    savage = lb.Savage().value_gradient_hessian(2 * Y - 1, Z, reduction="none")
    brier = lb.Brier(from_logits=True).value_gradient_hessian(Y, 2 * Z, reduction="none")
    for one, other, factor in zip(savage, brier, (1, 2, 4), strict=True):
        np.testing.assert_allclose(one, factor * other, rtol=1e-14, atol=0)


def test_smoothing_comes_before_the_weight() -> None:
    loss = lb.BinaryCrossEntropy(from_logits=True, pos_weight=3.0, label_smoothing=0.1)
    smooth = 0.9 * Y + 0.05
    expected = 3 * smooth * np.logaddexp(0, -Z) + (1 - smooth) * np.logaddexp(0, Z)
    np.testing.assert_allclose(loss(Y, Z, reduction="none"), expected, rtol=1e-14, atol=0)
    assert loss.optimal_constant([1, 0, 0]) == pytest.approx(np.log(3 * 0.35 / 0.65), rel=1e-14)


def test_a_gross_miss_has_negative_curvature() -> None:
    """At -40 the curvature of the focal loss (gamma 2) is p (5 - 2 * 40), p = e^-40."""
    hessian = lb.BinaryFocal(gamma=2.0).hessian([1.0], [-40.0]).item()
    assert hessian == pytest.approx(-75 * np.exp(-40.0), rel=1e-14)


@pytest.mark.parametrize(
    ("loss", "margin", "value", "slope"),
    [
        # As scikit-learn's own tests have them.
        (lb.ModifiedHuber(), 1.0, 0.0, 0.0),
        (lb.ModifiedHuber(), 0.0, 1.0, -2.0),
        (lb.ModifiedHuber(), -1.0, 4.0, -4.0),
        (lb.ModifiedHuber(), -3.0, 12.0, -4.0),
        (lb.SquaredHinge(), 0.0, 1.0, -2.0),
        (lb.SquaredHinge(), 1.0, 0.0, 0.0),
        (lb.SquaredHinge(), -2.5, 12.25, -7.0),
        # Ties: 0 where it is a subgradient.
        (lb.Hinge(), 1.0, 0.0, 0.0),
        (lb.Perceptron(), 0.0, 0.0, 0.0),
        (lb.ZeroOne(), 0.0, 1.0, 0.0),
        (lb.ZeroOne(), 5e-324, 0.0, 0.0),
    ],
    ids=repr,
)
def test_known_values(loss: lb.Loss, margin: float, value: float, slope: float) -> None:
    for y in (1.0, -1.0):
        got = loss.value_and_gradient([y], [y * margin], reduction="none")
        assert [array.item() for array in got] == [value, y * slope]


@pytest.mark.parametrize(
    ("loss", "constant"),
    [
        (lb.SquaredHinge(), 0.5),
        (lb.ModifiedHuber(), 0.5),
        (lb.SquaredMargin(), 0.5),
        (lb.Exponential(), 0.5 * np.log(3)),
        (lb.Perceptron(), 0.0),
        (lb.Savage(), 0.5 * np.log(3)),
        (lb.Tangent(), np.tan(0.25)),
        (lb.SmoothedHinge(gamma=1.0), 2 / 3),
        (lb.SigmoidLoss(), np.inf),
    ],
    ids=repr,
)
def test_best_constants(loss: lb.Loss, constant: float) -> None:
    """Three of class 1, one of the other: a mean label of 1/2, odds of 3."""
    assert loss.optimal_constant([1, -1, 1, 1]) == pytest.approx(constant, rel=1e-15)
    assert loss.optimal_constant([-1, 1, -1, -1]) == pytest.approx(-constant, rel=1e-15)


def test_certain_labels_have_infinite_odds() -> None:
    assert lb.Exponential().optimal_constant([1, 1]) == np.inf
    assert lb.Exponential()([1, 1], [np.inf, np.inf]) == 0


def test_the_mean_label_of_a_raw_score() -> None:
    raw = np.asarray([-800.0, -1e-300, 0.0, 0.5, 40.0])
    np.testing.assert_allclose(lb.Exponential().inverse_link(raw), np.tanh(raw), rtol=4e-16, atol=0)
