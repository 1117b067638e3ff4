"""Rows of every length that the kernels treat in a way of its own, with scores of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from lossbook.checks.truth import OUTPUTS, exact, truth, ulp_errors

from .paths import paths

SCORES = lb.CrossEntropy(from_logits=True)
WIDTHS = (2, 5, 16, 31, 33, 64, 65, 161)

#: Below the largest score, where exp of the difference is subnormal.
SUBNORMAL = {"float32": (87.5, 103.5), "float64": (708.5, 744.5)}


def kinds(dtype: str, rng: np.random.Generator, width: int) -> Iterator[tuple[str, Any]]:
    """Rows of scores by what is hard about them."""

    def rows(low: float, high: float, count: int = 2) -> Any:
        return rng.uniform(low, high, (count, width))

    yield "moderate", rows(-10, 10)
    yield "falling, rising", np.sort(rows(-40, 40, 2)) * [[-1], [1]]
    low, high = SUBNORMAL[dtype]
    confident = -rows(low, high)
    confident[:, rng.integers(width)] = 0
    yield "subnormal exponentials", confident
    yield "subnormal exponentials, shifted", confident + 7.3
    ties = rows(-3, 3)
    ties[:, ::2] = 3.7
    yield "ties at the top", ties
    yield "all equal", np.full((1, width), -2.3)
    # About where scores are first reduced by the largest.
    yield "far", np.concatenate([rows(-9, 9, 1) + c for c in (4096, -4099, -3e30)])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("width", WIDTHS)
def test_rows_of_scores(dtype: str, width: int) -> None:
    rng = np.random.default_rng(width)
    broken = []
    for kind, scores in kinds(dtype, rng, width):
        z = scores.astype(dtype)
        any_class = rng.integers(0, width, len(z))
        for labels in (z.argmax(axis=1), any_class):
            broken += [f"{kind}: {found}" for found in errors(labels, z)]
        soft = rng.dirichlet(np.ones(width), len(z)).astype(dtype)
        broken += [f"{kind}, soft: {found}" for found in errors(soft, z)]
    assert not broken, "\n".join(broken)


def terms(targets: Any, scores: Any) -> Any:
    """What the gradient is the difference of: y (1 - p) and (1 - y) p."""
    shares = truth(SCORES, 1, np.zeros(len(scores)), scores)
    shares[:, 0] += 1
    return exact(targets) * (1 - shares) + (1 - exact(targets)) * shares


def errors(labels: Any, scores: Any) -> Iterator[str]:
    """What is beyond its bound, on every compiled path."""
    sizes = [None, terms(labels, scores) if labels.ndim == 2 else None, None]
    true = [truth(SCORES, order, labels, scores) for order in range(3)]
    for path, evaluate in paths(SCORES).items():
        if path == "arrays":
            continue
        for order, result in enumerate(evaluate(0b111, labels, scores)):
            worst = ulp_errors(result, true[order], sizes[order]).max()
            if worst > getattr(SCORES.accuracy, OUTPUTS[order]):
                yield f"{path}, {OUTPUTS[order]}: {worst:.2f} ULP"
