"""What is true of cross entropy and of no other loss of classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lossbook as lb
from lossbook.checks.truth import OUTPUTS

SCORES, ROWS = lb.CrossEntropy(from_logits=True), lb.CrossEntropy()
SHARES = SCORES.inverse_link
BOTH = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@BOTH
@pytest.mark.parametrize("classes", [2, 7, 50])
def test_a_shift_of_all_scores_changes_only_last_bits(dtype: Any, classes: int) -> None:
    rng = np.random.default_rng(1)
    # Multiples of 2^-8 below 2^9: adding 256 is exact, so both have the same true result.
    scores = (rng.integers(-4000, 4000, (300, classes)) / 256).astype(dtype)
    for labels in (rng.integers(0, classes, 300), rng.dirichlet(np.ones(classes), 300)):
        plain = SCORES.value_gradient_hessian(labels, scores, reduction="none")
        shifted = SCORES.value_gradient_hessian(labels, scores + dtype(256), reduction="none")
        # The gradient of a row of probabilities is a difference, of numbers of the size of y and p.
        sizes = [plain[0], abs(plain[1]) if labels.ndim == 1 else labels + SHARES(scores), plain[2]]
        for output, one, other, size in zip(OUTPUTS, plain, shifted, sizes, strict=True):
            allowed = 2 * getattr(SCORES.accuracy, output) * np.finfo(dtype).eps * size
            assert (abs(one - other) <= allowed).all(), output


@BOTH
def test_two_classes_are_the_binary_loss_of_the_difference(dtype: Any) -> None:
    rng = np.random.default_rng(2)
    y = rng.integers(0, 2, 500)
    z = (rng.normal(size=500) * 2.0 ** rng.uniform(-10, 6, 500)).astype(dtype)
    pairs = np.stack([np.zeros_like(z), z], axis=1)
    binary = lb.BinaryCrossEntropy(from_logits=True)
    value, gradient, hessian = binary.value_gradient_hessian(y, z, reduction="none")
    two = SCORES.value_gradient_hessian(y, pairs, reduction="none")
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(two[0], value, rtol=6 * eps, atol=0)
    np.testing.assert_allclose(two[1], np.stack([-gradient, gradient], 1), rtol=6 * eps, atol=0)
    np.testing.assert_allclose(two[2], np.stack([hessian, hessian], 1), rtol=7 * eps, atol=0)


@BOTH
def test_a_class_with_score_minus_infinity_is_a_class_less(dtype: Any) -> None:
    rng = np.random.default_rng(3)
    scores, labels = rng.normal(size=(40, 5)).astype(dtype), rng.integers(0, 5, 40)
    more = np.insert(scores, 2, -np.inf, axis=1)
    fewer = SCORES.value_and_gradient(labels, scores, reduction="none")
    result = SCORES.value_and_gradient(labels + (labels >= 2), more, reduction="none")
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(result[0], fewer[0], rtol=4 * eps, atol=0)
    np.testing.assert_allclose(np.delete(result[1], 2, 1), fewer[1], rtol=4 * eps, atol=0)
    assert not result[1][:, 2].any()


def test_the_gradient_of_scores_sums_to_zero() -> None:
    rng = np.random.default_rng(4)
    scores = rng.normal(size=(300, 6)) * 2.0 ** rng.uniform(-3, 9, (300, 1))
    for labels in (rng.integers(0, 6, 300), rng.dirichlet(np.ones(6), 300)):
        gradient = SCORES.gradient(labels, scores, reduction="none")
        assert (abs(gradient.sum(axis=1)) <= 1e-15 * 6 * abs(gradient).sum(axis=1)).all()


def test_labels_may_be_whole_floats() -> None:
    rng = np.random.default_rng(5)
    scores, labels = rng.normal(size=(50, 3)), rng.integers(0, 3, 50)
    for dtype in (np.float16, np.float32, np.float64):
        assert SCORES(labels.astype(dtype), scores) == SCORES(labels, scores)


@pytest.mark.parametrize("loss", [SCORES, ROWS], ids=repr)
def test_target_rows_may_be_rounded_to_any_dtype(loss: lb.Loss) -> None:
    rng = np.random.default_rng(6)
    targets, shares = rng.dirichlet(np.ones(9), 200), rng.dirichlet(np.ones(9), 200)
    for one in (np.float16, np.float32, np.float64):
        for other in (np.float16, np.float32, np.float64):
            assert np.isfinite(loss(targets.astype(one), shares.astype(other)))
