"""The same numbers as scikit-learn and PyTorch where they are right, and better where not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from sklearn import metrics
from sklearn._loss import loss as peers

import lossbook as lb
from parity.known_defects import DEFECTS, Defect
from sampling import weights

RNG = np.random.default_rng(0)
COUNT = 500
Z = RNG.normal(0, 3, COUNT)
HARD = RNG.integers(0, 2, COUNT).astype(float)
P = RNG.uniform(0.01, 0.99, COUNT)
REAL = RNG.normal(0, 5, COUNT)
SCORES = RNG.normal(0, 3, (COUNT, 4))
INDEX = RNG.integers(0, 4, COUNT)
WEIGHTS = weights(COUNT)
CLOSE: dict[str, float] = {"rtol": 1e-12, "atol": 0}

BINARY, MANY = lb.BinaryCrossEntropy(from_logits=True), lb.CrossEntropy(from_logits=True)
# Each with the factor by which ours is theirs: scikit-learn's squared error is half of ours.
SCIKIT: list[tuple[Any, ...]] = [
    (lb.SquaredError(), peers.HalfSquaredError(), REAL, Z, 2),
    (lb.Quantile(tau=0.3), peers.PinballLoss(quantile=0.3), REAL, Z, 1),
    (lb.Quantile(tau=0.5), peers.AbsoluteError(), REAL, Z, 0.5),
    (BINARY, peers.HalfBinomialLoss(), HARD, np.clip(Z, -8, 4), 1),
    (BINARY, peers.HalfBinomialLoss(), P, np.clip(Z, -8, 4), 1),
]


@pytest.mark.parametrize("weight", [None, WEIGHTS], ids=["plain", "weighed"])
@pytest.mark.parametrize("case", SCIKIT, ids=lambda case: f"{case[0]} {type(case[1]).__name__}")
def test_losses_of_scikit_learn(case: Any, weight: Any) -> None:
    ours, theirs, y, raw, factor = case
    value = ours(y, raw, sample_weight=weight, reduction="none")
    slope, curve = ours.gradient_and_hessian(y, raw, sample_weight=weight, reduction="none")
    np.testing.assert_allclose(value, factor * theirs.loss(y, raw, weight), **CLOSE)
    their_slope, their_curve = theirs.gradient_hessian(y, raw, weight)
    np.testing.assert_allclose(slope, factor * their_slope, **CLOSE)
    if not ours.facts.kinks:  # at a kink they give boosters a constant Hessian of 1
        np.testing.assert_allclose(curve, factor * their_curve, **CLOSE)
    mean = ours(y, raw, sample_weight=weight)
    np.testing.assert_allclose(mean, factor * theirs(y, raw, weight), **CLOSE)


def test_the_multinomial_loss_of_scikit_learn() -> None:
    theirs = peers.HalfMultinomialLoss(n_classes=4)
    value, slope = MANY.value_and_gradient(INDEX, SCORES, reduction="none")
    wrong = MANY(INDEX, SCORES, reduction="none") > 0.5  # their log-sum cancels on confident rows
    expected = theirs.loss(INDEX.astype(float), SCORES)
    np.testing.assert_allclose(value[wrong], expected[wrong], **CLOSE)
    np.testing.assert_allclose(
        slope[wrong], theirs.gradient(INDEX.astype(float), SCORES)[wrong], **CLOSE
    )


def test_metrics_of_scikit_learn() -> None:
    for ours, theirs in (
        (lb.SquaredError()(REAL, Z, sample_weight=WEIGHTS),
         metrics.mean_squared_error(REAL, Z, sample_weight=WEIGHTS)),
        (lb.Quantile(tau=0.8)(REAL, Z, sample_weight=WEIGHTS),
         metrics.mean_pinball_loss(REAL, Z, alpha=0.8, sample_weight=WEIGHTS)),
        (lb.BinaryCrossEntropy()(HARD, P, sample_weight=WEIGHTS),
         metrics.log_loss(HARD, P, sample_weight=WEIGHTS)),
        (lb.Hinge()(2 * HARD - 1, Z, sample_weight=WEIGHTS),
         metrics.hinge_loss(2 * HARD - 1, Z, sample_weight=WEIGHTS)),
    ):  # fmt: skip
        np.testing.assert_allclose(ours, theirs, **CLOSE)


def _double(array: Any) -> torch.Tensor:
    return torch.tensor(array)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_losses_of_torch(reduction: str) -> None:
    f = torch.nn.functional
    unsure = np.where(HARD == 1, np.minimum(Z, 4), np.maximum(Z, -4))
    y, z, p = _double(HARD), _double(Z), _double(P)
    pairs = [
        (lb.SquaredError()(REAL, Z, reduction=reduction),
         f.mse_loss(z, _double(REAL), reduction=reduction)),
        (lb.BinaryCrossEntropy()(HARD, P, reduction=reduction),
         f.binary_cross_entropy(p, y, reduction=reduction)),
        (BINARY(HARD, unsure, reduction=reduction),
         f.binary_cross_entropy_with_logits(_double(unsure), y, reduction=reduction)),
    ]  # fmt: skip
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs.numpy(), **CLOSE)


def test_the_cross_entropy_of_torch() -> None:
    f = torch.nn.functional
    unsure = MANY(INDEX, SCORES, reduction="none") > 0.5
    scores, index = SCORES[unsure], INDEX[unsure]
    tensor = _double(scores).requires_grad_()
    theirs = f.cross_entropy(tensor, _double(index))
    theirs.backward()
    value, slope = MANY.value_and_gradient(index, scores)
    np.testing.assert_allclose(value, theirs.item(), **CLOSE)
    assert tensor.grad is not None
    np.testing.assert_allclose(slope, tensor.grad.numpy(), rtol=1e-11, atol=0)
    soft = RNG.dirichlet(np.ones(4), len(scores))
    np.testing.assert_allclose(
        MANY(soft, scores), f.cross_entropy(_double(scores), _double(soft)).item(), **CLOSE
    )


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.peer}: {defect.about}")
def test_known_defects_are_still_there(defect: Defect) -> None:
    returned = defect.call()
    assert returned == pytest.approx(defect.returned, rel=1e-8, abs=0)
    assert returned != pytest.approx(defect.true, rel=1e-2, abs=0)


def test_ours_are_right_there() -> None:
    near = {"rel": 4e-16, "abs": 0}
    assert BINARY([1.0], [40.0]) == pytest.approx(4.248354255291589e-18, **near)
    assert BINARY.gradient([1.0], [40.0])[0] == pytest.approx(-4.248354255291589e-18, **near)
    assert MANY([0], [[50.0, 0.0, 0.0]]) == pytest.approx(3.8574996959278356e-22, **near)
    shares = lb.BinaryCrossEntropy()
    assert shares([1.0, 0.0], [1e-30, 0.0], reduction="sum") == pytest.approx(
        69.07755278982137, **near
    )
    assert shares([1.0], [1e-60]) == pytest.approx(138.15510557964274, **near)
    assert shares.gradient([1.0], [1e-30])[0] == pytest.approx(-1e30, **near)
