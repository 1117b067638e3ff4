"""The passes over rows of scores: the same result wherever it goes, whatever stands beside it."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from accuracy.paths import kernels

SCORES = lb.CrossEntropy(from_logits=True)
# Around the ends of vectors, and of the ways in which rows of different lengths are treated.
WIDTHS = (2, 3, 4, 5, 8, 15, 16, 17, 24, 25, 40, 41, 48, 127, 128, 129, 700)
BOTH = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def targets(rng: np.random.Generator, scores: Any) -> list[Any]:
    rows, width = scores.shape
    soft = rng.dirichlet(np.ones(width), rows).astype(scores.dtype)
    return [rng.integers(0, width, rows), soft]


def bits(results: Any) -> list[bytes]:
    return [
        np.asarray(one).tobytes() for one in (results if isinstance(results, tuple) else [results])
    ]


@BOTH
@pytest.mark.parametrize("width", WIDTHS)
def test_instruction_sets_agree_in_every_bit(dtype: Any, width: int) -> None:
    rng = np.random.default_rng(width)
    for rows, want in itertools.product((1, 15, 16, 35), (1, 2, 4, 7)):
        scores = rng.normal(0, 9, (rows, width)).astype(dtype)
        weights = rng.random(rows) * (rng.random(rows) < 0.8) + 1e-9
        for labels in targets(rng, scores):
            found = [
                bits(kernel(want, labels, scores, weights, "mean", None))
                for _, kernel in kernels(SCORES)
            ]
            assert all(one == found[0] for one in found)


@BOTH
@pytest.mark.parametrize("width", WIDTHS)
def test_a_gradient_may_take_the_place_of_scores_or_targets(dtype: Any, width: int) -> None:
    rng = np.random.default_rng(width)
    scores = rng.normal(0, 5, (37, width)).astype(dtype)
    for labels in targets(rng, scores):
        plain = SCORES.gradient(labels, scores)
        in_place = scores.copy()
        SCORES.gradient(labels, in_place, out=in_place)
        np.testing.assert_array_equal(in_place, plain)
        if labels.ndim == 2:
            SCORES.gradient(labels, scores, out=labels)
            np.testing.assert_array_equal(labels, plain)


@BOTH
def test_a_gradient_past_the_caches_is_the_same(dtype: Any) -> None:
    # Long rows, many numbers and a result in the caller's memory; no row begins at a cache line.
    width = 33_001 if dtype is np.float32 else 16_501
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 4, (140, width)).astype(dtype)
    labels = rng.integers(0, width, len(scores))
    scores[3, 5], scores[4, 6] = np.inf, np.nan
    result = np.empty(scores.size + 3, dtype)[3:].reshape(scores.shape)
    SCORES.gradient(labels, scores, out=result)
    np.testing.assert_array_equal(result, SCORES.gradient(labels, scores))


@BOTH
@pytest.mark.parametrize("width", WIDTHS)
def test_one_infinite_score_takes_everything(dtype: Any, width: int) -> None:
    rng = np.random.default_rng(width)
    scores = rng.normal(size=(width, width)).astype(dtype)
    np.fill_diagonal(scores, np.inf)
    sure = SCORES.value_gradient_hessian(np.arange(width), scores, reduction="none")
    assert not any(np.any(one) for one in sure)
    labels = (np.arange(width) + 1) % width
    value, gradient, hessian = SCORES.value_gradient_hessian(labels, scores, reduction="none")
    assert np.isposinf(value).all()
    assert not hessian.any()
    expected = np.eye(width, dtype=dtype)
    expected[np.arange(width), labels] = -1
    np.testing.assert_array_equal(gradient, expected)


@BOTH
@pytest.mark.parametrize("width", WIDTHS)
def test_a_missing_score_or_label_leaves_the_other_rows_alone(dtype: Any, width: int) -> None:
    rng = np.random.default_rng(width)
    scores = rng.normal(0, 3, (width + 5, width)).astype(dtype)
    for labels in targets(rng, scores):
        holes, where = scores.copy(), np.arange(width)
        holes[where, where] = np.nan
        holes[width, :2] = np.inf
        holes[width + 1] = -np.inf
        holed = labels.astype(float)
        holed[width + 2] = np.nan
        plain = SCORES.value_gradient_hessian(labels, scores, reduction="none")
        results = SCORES.value_gradient_hessian(holed, holes, reduction="none")
        for one, other in zip(results, plain, strict=True):
            assert np.isnan(one[: width + 3]).all()
            np.testing.assert_array_equal(one[width + 3 :], other[width + 3 :])


@BOTH
@pytest.mark.parametrize("width", WIDTHS)
def test_a_row_of_weight_zero_is_silent(dtype: Any, width: int) -> None:
    rng = np.random.default_rng(width)
    scores = rng.normal(0, 3, (33, width)).astype(dtype)
    weights = rng.random(33)
    weights[[0, 16, 32]] = 0
    loud = scores.copy()
    loud[[0, 16, 32], 0] = [np.inf, np.nan, -np.inf]
    for labels in targets(rng, scores):
        results = [
            SCORES.value_gradient_hessian(labels, one, sample_weight=weights)
            for one in (scores, loud)
        ]
        for one, other in zip(*results, strict=True):
            np.testing.assert_array_equal(one, other)
        assert not results[1][1][[0, 16, 32]].any()
