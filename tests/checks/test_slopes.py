"""Slopes of functions that run exactly, that take complex numbers, and that take neither."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy import special

from lossbook.checks.exactly.numbers import Exact, NotExactError, exact_array, numbers_of
from lossbook.checks.exactly.slopes import COMPLEX, EXACT, REAL, slopes
from lossbook.checks.subjects.recognise import Told, recognise

NOBODY_SAYS = Told(None, None, None, None, None)


def through_numpy(y: Any, p: Any) -> Any:
    return np.logaddexp(0, p) - y * p


def as_float(y: Any, p: Any) -> Any:
    """Turned into float64, but complex numbers stay."""
    p = np.asarray(p, dtype=complex if np.iscomplexobj(p) else float)
    return np.log(1 + np.exp(p)) - y * p


def with_math(y: float, p: float) -> float:
    return math.log1p(math.exp(p)) - y * p


def sigmoid(y: Any, p: Any) -> Any:
    return special.expit(p) - y


@pytest.mark.parametrize(
    ("value", "how", "relative"),
    [(through_numpy, EXACT, 1e-40), (as_float, COMPLEX, 1e-12), (with_math, REAL, 1e-6)],
)
def test_slopes_are_right_to_the_errors_that_they_state(
    value: Any, how: str, relative: float
) -> None:
    subject = recognise((value, sigmoid), NOBODY_SAYS)
    y, p = np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.3, -2.0, 4.5, -7.0])
    found = slopes(subject, "value", y, p)
    assert found.how == how
    with mpmath.workdps(80):
        for slope, error, label, z in zip(found.numbers, found.errors, y, p, strict=True):
            right = 1 / (1 + mpmath.exp(-mpmath.mpf(z))) - label
            assert abs(slope - right) <= relative * abs(right) + 3 * error
            assert error <= 1e-5 * abs(right)


def test_a_complex_step_that_is_wrong_is_not_believed() -> None:
    """abs() of a complex number is its modulus: the imaginary part tells nothing."""

    def value(_y: Any, p: Any) -> Any:
        p = np.asarray(p, dtype=complex if np.iscomplexobj(p) else float)
        return np.abs(p) ** 3

    subject = recognise((value, lambda _y, p: 3 * p * np.abs(p)), NOBODY_SAYS)
    y, p = np.zeros(3), np.array([0.5, -1.5, 2.5])
    found = slopes(subject, "value", y, p)
    assert found.how == REAL
    np.testing.assert_allclose(found.numbers, 3 * p * abs(p), rtol=1e-8, atol=0)


@pytest.mark.parametrize(
    "function",
    [
        np.exp,
        np.expm1,
        np.log,
        np.log1p,
        np.log2,
        np.log10,
        np.sqrt,
        np.cbrt,
        np.square,
        np.reciprocal,
        np.tanh,
        np.arctan,
        np.sinh,
        np.sign,
        np.floor,
        special.expit,
        special.log_expit,
        special.entr,
        special.gammaln,
        special.psi,
        special.erf,
        special.ndtr,
        lambda x: np.logaddexp(x, 1 - x),
        lambda x: special.xlogy(x, x),
        lambda x: special.xlog1py(x, x),
        lambda x: special.huber(0.5, x),
        lambda x: special.pseudo_huber(0.5, x),
        lambda x: np.clip(x, 0.3, 0.6) + np.where(x > 0.5, x, 2 * x),
        lambda x: np.maximum(x, 0.5) * np.minimum(x, 1.0) ** 1.5 - np.hypot(x, 2),
        lambda x: np.mean(x) + x.sum() - np.max(x) + (x > 0.5) * x,
        lambda x: np.power(-1, 2.0) / x + np.heaviside(x - 0.5, 0.5) + np.mod(x, 0.3),
    ],
)
def test_exact_functions_agree_with_numpy(function: Any) -> None:
    x = np.array([0.1, 0.45, 0.75, 2.5])
    with mpmath.workdps(60):
        found = numbers_of(function(exact_array(x))).astype(float)
    np.testing.assert_allclose(found, function(x), rtol=1e-13, atol=0)


def test_what_is_infinite_or_undefined_is_as_in_ieee_754() -> None:
    zero, minus = exact_array([0.0]), exact_array([-2.0])
    for got, right in [
        (1 / zero, np.inf),
        (minus / zero, -np.inf),
        (zero / zero, np.nan),
        (np.log(zero), -np.inf),
        (np.log(minus), np.nan),
        (np.sqrt(minus), np.nan),
        (minus**0.5, np.nan),
        (zero * np.log(zero), np.nan),
        (special.xlogy(zero, zero), 0.0),
    ]:
        np.testing.assert_array_equal(numbers_of(got).astype(float), [right])


@pytest.mark.parametrize(
    "function",
    [
        float,
        math.exp,
        lambda x: np.asarray([x], dtype=float),
        lambda x: np.array([0.0]) + special.betainc(1.0, 1.0, x),
        lambda x: np.add(np.zeros(1), x, out=np.zeros(1)),
    ],
)
def test_nothing_is_rounded_in_silence(function: Any) -> None:
    with pytest.raises(NotExactError):
        function(Exact(0.5))
    with pytest.raises((NotExactError, TypeError)):
        function(exact_array([0.5])[0])


def test_arrays_may_be_written_into_and_turned_into_whole_numbers() -> None:
    x = exact_array([1.0, -3.0])
    x[x < 0] = 2
    x += 1
    assert list(numbers_of(x)) == [2, 3]
    assert x.astype(float) is x
    assert list(np.eye(4)[x.astype(int)].argmax(axis=1)) == [2, 3]
    with pytest.raises(NotExactError, match="turns its arguments into int64"):
        exact_array([0.5]).astype(np.int64)
