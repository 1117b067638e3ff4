"""Pairs carry what is lost, and the functions made of them are right to the last bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from lossbook.checks.truth import exact, ulp_errors
from lossbook.maths.arrays import ArrayMaths
from lossbook.maths.oracle import ORACLE
from lossbook.maths.pairs import CompensatedMaths

Array = np.ndarray[Any, Any]
PLAIN = ArrayMaths(np, np.dtype(np.float64))
PAIRS = CompensatedMaths(PLAIN)

CHAINS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "sums": lambda _m, x, y: (x + y) + 1e-9 * x,
    "products": lambda _m, x, y: x * y * x * x,
    "quotients": lambda _m, x, y: (x / y) / (x * x + 1),
    "roots": lambda m, x, y: m.sqrt(abs(x) + y * y),
    "differences of close numbers": lambda _m, x, y: (x * y - x * y * (1 + 1e-14)) / y,
    "cases": lambda m, x, y: m.where(abs(x) < abs(y), m.minimum(x * y, y), m.maximum(x * x, y)),
}


def numbers(seed: int, count: int = 400) -> Array:
    rng = np.random.default_rng(seed)
    return rng.normal(size=count) * 10.0 ** rng.uniform(-12, 12, count)


def relative(pair: Any, true: Any) -> float:
    """The largest relative error of head + tail."""
    tails = np.zeros_like(pair.head) if pair.tail is None else pair.tail
    got = exact(pair.head) + exact(tails)
    return float(max(abs(g - t) / abs(t) for g, t in zip(got, true, strict=True)))


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_of_operations_has_twice_the_digits(name: str) -> None:
    x, y = numbers(1), numbers(2)
    with mpmath.workdps(60):
        true = CHAINS[name](ORACLE, exact(x), exact(y))
        pair = CHAINS[name](PAIRS, PAIRS.pair(x), PAIRS.pair(y))
        bound = 2.0**-55 if name.startswith("differences") else 2.0**-99
        assert relative(pair, true) < bound


@pytest.mark.parametrize("name", CHAINS)
def test_what_is_not_finite_is_as_in_the_plain_formula(name: str) -> None:
    special = np.array([np.inf, -np.inf, np.nan, 0.0, -0.0, 1e300, -1e300, 5e-324])
    x, y = (grid.ravel() for grid in np.meshgrid(special, special))
    with np.errstate(all="ignore"):
        plain = CHAINS[name](PLAIN, x, y)
        careful = PAIRS.rounded(CHAINS[name](PAIRS, PAIRS.pair(x), PAIRS.pair(y)))
    beyond = ~np.isfinite(plain)
    np.testing.assert_array_equal(careful[beyond], plain[beyond])


def _angles() -> Array:
    rng = np.random.default_rng(3)
    ends = np.pi - 2.0 ** rng.uniform(-50, 0, 200)
    middle = np.pi / 2 - 2.0 ** rng.uniform(-50, 0, 200)
    return np.concatenate([rng.uniform(-np.pi, np.pi, 500), ends, middle, _small()])


def _small() -> Array:
    rng = np.random.default_rng(4)
    return np.asarray(rng.choice([-1, 1], 300) * 2.0 ** rng.uniform(-1000, 0, 300))


def _any() -> Array:
    rng = np.random.default_rng(5)
    return np.concatenate([_small(), 1 / _small(), rng.uniform(-6, 6, 800)])


ONE_ARGUMENT = {"sin": _angles, "cos": _angles, "atan": _any}


@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_functions_in_ulp(name: str) -> None:
    x = ONE_ARGUMENT[name]()
    with mpmath.workdps(60):
        true = getattr(ORACLE, name)(exact(x))
    with np.errstate(all="ignore"):
        careful = PAIRS.rounded(getattr(PAIRS, name)(PAIRS.pair(x)))
        plain = getattr(PLAIN, name)(x)
    assert ulp_errors(careful, true).max() <= 0.6
    # Without pairs, an absolute error of a few roundings of the turn is left where it cancels.
    assert max(abs(exact(plain) - true)) < 2.0**-51


@pytest.mark.parametrize("exponent", [-2.5, -1.0, -0.3, 0.0, 1e-3, 0.5, 1.0, 1.7, 2.0, 9.3])
def test_powers_in_ulp(exponent: float) -> None:
    rng = np.random.default_rng(6)
    x = np.concatenate([abs(_any()), 1 + 2.0 ** rng.uniform(-50, -1, 200), [0.0, 1.0, 5e-324]])
    with mpmath.workdps(60), np.errstate(all="ignore"):
        true = ORACLE.power(exact(x), mpmath.mpf(exponent))
        careful = PAIRS.rounded(PAIRS.power(PAIRS.pair(x), exponent))
    normal = np.isfinite(careful) & (careful > 1e-300)
    assert ulp_errors(careful[normal], true[normal]).max() <= 1.4
    with np.errstate(all="ignore"):
        limits = PLAIN.power(np.array([0.0, np.inf]), exponent)
    wanted = [0.0, np.inf] if exponent > 0 else [1.0, 1.0] if exponent == 0 else [np.inf, 0.0]
    np.testing.assert_array_equal(limits, wanted)


def test_a_remainder_is_exact() -> None:
    x, period = numbers(7), 1.7
    rest = PAIRS.rounded(PAIRS.remainder(PAIRS.pair(x), period))
    with mpmath.workdps(80):
        turns = [mpmath.nint(mpmath.mpf(a) / mpmath.mpf(period)) for a in x.tolist()]
        true = [
            mpmath.mpf(a) - n * mpmath.mpf(period) for a, n in zip(x.tolist(), turns, strict=True)
        ]
    assert [mpmath.mpf(float(r)) for r in rest] == true
