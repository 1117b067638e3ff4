"""Limits in both precisions: infinite where the loss is, never NaN, and -0 counts as 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lossbook as lb

SHARES, LOGITS = (lb.BinaryCrossEntropy(from_logits=choice) for choice in (False, True))
ROWS, SCORES = (lb.CrossEntropy(from_logits=choice) for choice in (False, True))
BOTH = pytest.mark.parametrize("dtype", [np.float32, np.float64])
INF = np.inf


@BOTH
@pytest.mark.parametrize(
    ("y", "p", "value", "gradient", "hessian"),
    [
        (1.0, 1.0, 0.0, -1.0, 1.0),
        (0.0, 0.0, 0.0, 1.0, 1.0),
        (0.0, -0.0, 0.0, 1.0, 1.0),
        (1.0, 0.0, INF, -INF, INF),
        (1.0, -0.0, INF, -INF, INF),
        (0.0, 1.0, INF, INF, INF),
        (0.5, 0.0, INF, -INF, INF),
        (0.5, -0.0, INF, -INF, INF),
        (0.5, 1.0, INF, INF, INF),
    ],
)
def test_probabilities_at_the_ends(
    dtype: Any, y: float, p: float, value: float, gradient: float, hessian: float
) -> None:
    # 20 samples, so that whole vectors and the rest of a block are both seen.
    labels, predictions = np.full(20, y, dtype), np.full(20, p, dtype)
    results = SHARES.value_gradient_hessian(labels, predictions, reduction="none")
    for result, expected in zip(results, (value, gradient, hessian), strict=True):
        assert result.tolist() == [expected] * 20


@BOTH
@pytest.mark.parametrize("z", [1000.0, INF])
def test_far_logits(dtype: Any, z: float) -> None:
    y, logits = np.asarray([1, 1, 0, 0], dtype), np.asarray([z, -z, z, -z], dtype)
    value, gradient, hessian = LOGITS.value_gradient_hessian(y, logits, reduction="none")
    assert value.tolist() == [0, z, z, 0]
    assert gradient.tolist() == [0, -1, 1, 0]
    assert hessian.tolist() == [0, 0, 0, 0]


@BOTH
@pytest.mark.parametrize("classes", [3, 40])
@pytest.mark.parametrize("rows", [False, True])
def test_class_scores(dtype: Any, classes: int, rows: bool) -> None:
    def call(loss: lb.Loss, label: int, scores: list[float]) -> Any:
        y = np.eye(classes, dtype=dtype)[[label]] if rows else np.asarray([label])
        padded = scores + [scores[-1] if loss is ROWS else -INF] * (classes - 3)
        results = loss.value_gradient_hessian(y, np.asarray([padded], dtype))
        return [results[0], *(result[0, :3].tolist() for result in results[1:])]

    assert call(SCORES, 0, [-INF, 0, 0])[:2] == [INF, [-1, 0.5, 0.5]]
    assert call(SCORES, 1, [-INF, 0, 0])[1:] == [[0, -0.5, 0.5], [0, 0.25, 0.25]]
    assert call(SCORES, 0, [1000, -1000, -1000]) == [0, [0, 0, 0], [0, 0, 0]]
    assert call(ROWS, 0, [1, 0, 0]) == [0, [-1, 0, 0], [1, 0, 0]]
    for zero in (0.0, -0.0):
        assert call(ROWS, 0, [zero, 0.5, 0.5]) == [INF, [-INF, 0, 0], [INF, 0, 0]]


@BOTH
def test_one_infinite_sample_makes_sums_infinite_and_not_missing(dtype: Any) -> None:
    y, p = np.ones(50, dtype), np.full(50, 0.5, dtype)
    p[17] = 0
    assert SHARES(y, p) == SHARES(y, p, reduction="sum") == INF
    soft = np.full((50, 2), 0.5, dtype)
    logits = np.zeros((50, 2), dtype)
    logits[17, 1] = -INF
    assert SCORES(soft, logits) == INF
    assert ROWS(soft, np.stack([1 - p, p], axis=1)) == INF
