"""Proximal points and conjugates as textbooks give them.

Parikh and Boyd, Proximal Algorithms (2014), sections 6.1 and 7.1; Boyd and Vandenberghe, Convex
Optimization (2004), section 3.3; Combettes and Pesquet, Proximal Splitting Methods (2011), table 1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import lossbook as lb

E = math.e


@pytest.mark.parametrize(
    ("loss", "label", "point", "step", "expected"),
    [
        # Soft thresholding of |x|.
        (lb.AbsoluteError(), 0.0, 3.0, 1.0, 2.0),
        (lb.AbsoluteError(), 0.0, -0.5, 1.0, 0.0),
        (lb.AbsoluteError(), 1.0, -4.0, 2.0, -2.0),
        # x^2 is twice the square of the book, so its point of step 1 is v / 3.
        (lb.SquaredError(), 0.0, 3.0, 1.0, 1.0),
        # Huber's function: v / (1 + step) within, v - step beyond.
        (lb.Huber(delta=1.0), 0.0, 1.5, 1.0, 0.75),
        (lb.Huber(delta=1.0), 0.0, 4.0, 1.0, 3.0),
        # max(0, 1 - x).
        (lb.Hinge(), 1, -1.0, 0.5, -0.5),
        (lb.Hinge(), 1, 0.75, 0.5, 1.0),
        (lb.Hinge(), 1, 1.25, 0.5, 1.25),
        (lb.Hinge(), -1, 1.0, 0.5, 0.5),
        # mu - y log mu: (v - s + sqrt((v - s)^2 + 4 s y)) / 2.
        (lb.Poisson(from_log=False), 2.0, 2.0, 1.0, 2.0),
        (lb.Poisson(from_log=False), 3.0, -1.0, 1.0, 1.0),
        (lb.Poisson(from_log=False), 0.0, -5.0, 1.0, 0.0),
    ],
)
def test_known_proximal_points(
    loss: lb.Loss, label: float, point: float, step: float, expected: float
) -> None:
    found = loss.prox([label], [point], step)
    np.testing.assert_allclose(found, [expected], rtol=1e-15, atol=0)


@pytest.mark.parametrize(
    ("loss", "label", "dual", "expected"),
    [
        (lb.SquaredError(), 0.0, 3.0, 2.25),
        (lb.AbsoluteError(), 0.0, 1.0, 0.0),
        (lb.AbsoluteError(), 0.0, 1.0000001, math.inf),
        (lb.AbsoluteError(), 3.0, 0.5, 1.5),
        (lb.Huber(delta=2.0), 0.0, 1.0, 0.5),
        # e^x: u log u - u.
        (lb.Poisson(), 0.0, 2.0, 2 * math.log(2) - 2),
        (lb.Poisson(), 0.0, 0.0, 0.0),
        (lb.Poisson(), 0.0, -1.0, math.inf),
        # -log x, here up to x = 1: -log(-u) - 1 from u = -1 down.
        (lb.BinaryCrossEntropy(), 1.0, -E, -2.0),
        (lb.BinaryCrossEntropy(), 1.0, 0.5, 0.5),
        # log(1 + e^x): u log u + (1 - u) log(1 - u).
        (lb.BinaryCrossEntropy(from_logits=True), 0.0, 0.5, -math.log(2)),
        (lb.BinaryCrossEntropy(from_logits=True), 0.0, 0.25, -0.5623351446188083),
        (lb.BinaryCrossEntropy(from_logits=True), 0.0, 1.5, math.inf),
        # max(0, 1 - x): u on [-1, 0].
        (lb.Hinge(), 1, -0.5, -0.5),
        (lb.Hinge(), 1, 0.5, math.inf),
        # sqrt(1 + x^2) - 1: 1 - sqrt(1 - u^2).
        (lb.PseudoHuber(delta=1.0), 0.0, 0.6, 0.2),
        (lb.PseudoHuber(delta=1.0), 0.0, 1.5, math.inf),
    ],
)
def test_known_conjugates(loss: lb.Loss, label: float, dual: float, expected: float) -> None:
    found = loss.conjugate([label], [dual])
    np.testing.assert_allclose(found, [expected], rtol=4e-15, atol=0)


def test_they_can_be_asked_for() -> None:
    assert lb.Huber().has_prox
    assert not lb.PseudoHuber().has_prox
    assert not lb.Cauchy().has_conjugate
    with pytest.raises(lb.InputError, match="not convex"):
        lb.Cauchy().prox([0.0], [1.0], 1.0)
    with pytest.raises(lb.InputError, match="has_prox"):
        lb.PseudoHuber().prox([0.0], [1.0], 1.0)


def test_multiples_and_offsets_have_them_too() -> None:
    y, v = [0.0, 2.0], [3.0, -1.0]
    huber = lb.Huber(delta=1.5)
    np.testing.assert_array_equal((2 * huber).prox(y, v, 0.5), huber.prox(y, v, 1.0))
    np.testing.assert_array_equal(
        huber.offset(1).prox(y, v, 0.5), huber.prox(y, [4.0, 0.0], 0.5) - 1
    )
    np.testing.assert_array_equal((2 * huber).conjugate(y, v), 2 * huber.conjugate(y, [1.5, -0.5]))
    assert not (huber + lb.AbsoluteError()).has_prox


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_dtype_of_the_point_stays(dtype: str) -> None:
    point = np.array([3.0, np.nan], dtype)
    for found in (
        lb.Huber().prox([0, 1], point, 1),
        lb.Huber().conjugate([0, 1], point),
    ):
        assert found.dtype == dtype
        assert np.isnan(found).tolist() == [False, True]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: lb.Huber().prox([0.0], [1.0], 0), "step must be greater than 0"),
        (lambda: lb.Huber().prox([0.0], [1.0], "1"), "step must be one real number"),
        (lambda: lb.Huber().prox([0.0, 1.0], [1.0], 1), "point has (1,)"),
        (lambda: lb.Hinge().conjugate([0], [1.0]), "y_true has 0"),
    ],
)
def test_errors_name_the_argument(call: Any, words: str) -> None:
    with pytest.raises((lb.InputError, lb.InputTypeError)) as caught:
        call()
    assert words in str(caught.value)


def test_other_array_libraries() -> None:
    torch = pytest.importorskip("torch")
    y, v = np.array([0.0, 1.0, 0.25]), np.array([2.0, -1.0, 0.125])
    for loss in (lb.Huber(), lb.Fair(), lb.SmoothQuantile()):
        for one, other in (
            (loss.prox(torch.tensor(y), torch.tensor(v), 0.5), loss.prox(y, v, 0.5)),
            (loss.conjugate(torch.tensor(y), torch.tensor(v)), loss.conjugate(y, v)),
        ):
            np.testing.assert_allclose(one.numpy(), other, rtol=1e-15, atol=0)


def test_formulas_on_paper() -> None:
    sympy = pytest.importorskip("sympy")
    y, u = sympy.symbols("y u", real=True)
    assert sympy.simplify(lb.SquaredError().formula("conjugate") - (u**2 / 4 + u * y)) == 0
    step, v = sympy.Symbol("s", positive=True), sympy.Symbol("v", real=True)
    point = y + (v - y) / (1 + 2 * step)
    assert sympy.simplify(lb.SquaredError().formula("prox") - point) == 0
    with pytest.raises(lb.InputError, match="gives no prox"):
        lb.Cauchy().formula("prox")
