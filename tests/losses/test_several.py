"""Cosine distance and ordinal regression, held against definitions and other libraries."""

from __future__ import annotations

import mpmath
import numpy as np
import optax
import pytest
import torch

import lossbook as lb

RNG = np.random.default_rng(7)
LABELS, ROWS = RNG.normal(0, 2, (100, 5)), RNG.normal(0, 2, (100, 5))
COSINE, ORDINAL = lb.CosineDistance(), lb.Ordinal()


def test_torch_and_optax_have_the_same_cosine_distance() -> None:
    point = torch.tensor(ROWS, requires_grad=True)
    theirs = torch.nn.CosineEmbeddingLoss()(point, torch.tensor(LABELS), torch.ones(100))
    theirs.backward()
    value, gradient = COSINE.value_and_gradient(LABELS, ROWS)
    np.testing.assert_allclose(value, theirs.item(), rtol=1e-10)
    assert point.grad is not None
    size = abs(gradient).max(axis=1, keepdims=True)
    assert (abs(gradient - point.grad.numpy()) <= 1e-10 * size).all()
    other = np.asarray(optax.cosine_distance(ROWS, LABELS)).mean()
    np.testing.assert_allclose(value, other, rtol=1e-5)


def test_a_small_angle_is_not_lost() -> None:
    """1 - cos of an angle a is a^2 / 2, and 1 minus a number next to 1 does not know it."""
    angle = 1e-9
    value = COSINE([[1.0, 0.0]], [[1.0, angle]])
    np.testing.assert_allclose(value, angle**2 / 2, rtol=1e-6)


def test_lengths_do_not_count() -> None:
    plain = COSINE(LABELS, ROWS, reduction="none")
    for factor in (2.0**-1000, 2.0**900):
        np.testing.assert_allclose(
            COSINE(LABELS * factor, ROWS / factor, reduction="none"), plain, rtol=1e-12
        )
        np.testing.assert_allclose(
            COSINE.gradient(LABELS, ROWS * factor),
            COSINE.gradient(LABELS, ROWS) / factor,
            rtol=1e-12,
        )


def test_a_row_of_zeros_points_nowhere() -> None:
    for label, row in (([0.0, 0.0], [1.0, 2.0]), ([1.0, 2.0], [0.0, 0.0]), ([0.0] * 2, [0.0] * 2)):
        value, gradient, hessian = COSINE.value_gradient_hessian([label], [row], reduction="none")
        assert value.tolist() == [1.0]
        assert not gradient.any()
        assert not hessian.any()
        assert not COSINE.full_hessian([label], [row]).any()


def test_the_best_direction_is_the_mean_of_directions() -> None:
    best = COSINE.optimal_constant([[2.0, 0.0], [0.0, 5.0], [0.0, 0.0]], [1.0, 1.0, 7.0])
    np.testing.assert_allclose(best, [0.5**0.5] * 2, rtol=1e-14)


def test_cosine_rows_are_checked() -> None:
    with pytest.raises(lb.InputError, match=r"pass rows of shape \(100, 5\)"):
        COSINE(LABELS[:, 0], ROWS)
    with pytest.raises(lb.InputError, match="must hold 2 or more numbers"):
        COSINE([[1.0]], [[1.0]])


def all_threshold(y: int, score: float, thresholds: list[float]) -> mpmath.mpf:
    """The sum over thresholds of log(1 + exp(-s (score - threshold))), in 40 digits."""
    with mpmath.workdps(40):
        return sum(
            mpmath.log(1 + mpmath.exp((-1 if y > k else 1) * (mpmath.mpf(score) - threshold)))
            for k, threshold in enumerate(thresholds)
        )


def test_ordinal_is_the_sum_over_all_thresholds() -> None:
    thresholds = [-1.5, 0.25, 2.0]
    scores = [-40.0, -1.0, 0.3, 50.0]
    for y in range(4):
        rows = np.asarray(scores)[:, None] - thresholds
        got = ORDINAL([y] * 4, rows, reduction="none")
        wanted = [float(all_threshold(y, score, thresholds)) for score in scores]
        np.testing.assert_allclose(got, wanted, rtol=1e-15)


def test_two_ordered_classes_are_binary() -> None:
    y, z = RNG.integers(0, 2, 50), RNG.normal(0, 5, (50, 1))
    binary = lb.BinaryCrossEntropy(from_logits=True)
    for ours, theirs in zip(
        ORDINAL.value_gradient_hessian(y, z, reduction="none"),
        binary.value_gradient_hessian(y, z[:, 0], reduction="none"),
        strict=True,
    ):
        np.testing.assert_allclose(np.reshape(ours, 50), theirs, rtol=1e-14, atol=0)


def test_ordinal_s_best_constant_and_probabilities() -> None:
    best = ORDINAL.optimal_constant([0, 1, 1, 3])
    np.testing.assert_allclose(best, np.log([3.0, 1 / 3, 1 / 3]), rtol=1e-14)
    np.testing.assert_allclose(ORDINAL.inverse_link(best), [0.75, 0.25, 0.25], rtol=1e-14)


def test_ordinal_labels_are_checked() -> None:
    with pytest.raises(lb.InputError) as caught:
        ORDINAL([0, 4], np.zeros((2, 3)))
    assert str(caught.value) == (
        "y_true has 4 at index 1, outside the class indices 0 .. 3: labels count from 0, and "
        "y_pred has 3 columns, one between each two of 4 classes."
    )
    with pytest.raises(lb.InputError, match="not a whole number"):
        ORDINAL([0.5], np.zeros((1, 3)))
    with pytest.raises(lb.InputError, match=r"pass class indices of shape \(2,\)"):
        ORDINAL(np.zeros((2, 3)), np.zeros((2, 3)))
