"""The panel of three classes: the numbers of cross entropy, and what pushes do to the scores."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

import lossbook as lb
from explorer.visitor import Visitor, number

CROSS_ENTROPY = lb.CrossEntropy(from_logits=True)
SCORES = [-800.0, -40.0, -1.5, 0.0, 2.0, 40.0, 800.0]


def test_its_function_gives_the_numbers_of_the_library(visitor: Visitor) -> None:
    rows = [row for row in itertools.product(SCORES, repeat=3) if np.ptp(row) < 740]
    found = visitor.page.evaluate(
        "rows => rows.flatMap(row => [[1, 0, 0], [0, 0, 1], [0.5, 0.25, 0.25]].map("
        "label => lossbook.crossEntropy(label, row)))",
        rows,
    )
    labels = np.tile([[1, 0, 0], [0, 0, 1], [0.5, 0.25, 0.25]], (len(rows), 1))
    scores = np.repeat(rows, 3, axis=0)
    value, gradient, hessian = CROSS_ENTROPY.value_gradient_hessian(
        labels, scores, reduction="none"
    )
    # Between labels, the terms of a gradient cancel: it is as exact as they are large.
    sizes = np.where(labels % 1 == 0, abs(gradient), 1)
    results = np.array(found)
    np.testing.assert_allclose(results[:, 0], value, rtol=1e-12)
    assert np.all(abs(results[:, 1:4] - gradient) <= 1e-12 * sizes)
    np.testing.assert_allclose(results[:, 4:], hessian, rtol=1e-12)


def rows(visitor: Visitor) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Score, probability, slope and curvature of each class, as they can be read."""
    texts = visitor.page.locator("#class-rows td").all_inner_texts()
    return np.array([number(text) for text in texts]).reshape(3, 4)


@pytest.mark.parametrize("target", [0, 2])
def test_pushes_go_against_the_gradient(visitor: Visitor, target: int) -> None:
    visitor.press(f"target-{target}")
    visitor.slide("score-1", 2)
    before = rows(visitor)
    expected = CROSS_ENTROPY.gradient([target], [before[:, 0]])[0]
    np.testing.assert_allclose(before[:, 2], expected, rtol=1e-3)
    visitor.press("class-step")
    np.testing.assert_allclose(rows(visitor)[:, 0], before[:, 0] - 0.5 * expected, rtol=1e-3)
    visitor.press("class-step", 200)
    assert rows(visitor)[target, 1] > 0.98
    assert visitor.page.locator("#class-steps").inner_text() == "201 steps"


def test_the_address_holds_the_classes(visitor: Visitor, newcomer: Callable[..., Visitor]) -> None:
    visitor.press("target-1")
    visitor.slide("score-2", -3)
    visitor.slide("class-rate", 2)
    other = newcomer()
    other.go(visitor.hash)
    assert other.hash == visitor.hash
    np.testing.assert_array_equal(rows(other), rows(visitor))
