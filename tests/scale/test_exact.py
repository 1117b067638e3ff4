"""The exact sum against rational arithmetic, over the whole range of float64."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossbook.scale.exact import ExactSums, nearest_float

SMALLEST = 5e-324
LARGEST = np.finfo(np.float64).max
finite = st.floats(allow_nan=False, allow_infinity=False)


def rational_sum(values: list[float]) -> Fraction:
    return sum((Fraction(value) for value in values), Fraction(0))


def sums_of(values: list[float]) -> ExactSums:
    sums = ExactSums()
    sums.add(np.array(values, dtype=np.float64))
    return sums


@given(st.lists(finite, max_size=50))
def test_sum_is_exact(values: list[float]) -> None:
    assert sums_of(values).exact() == rational_sum(values)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [0.0, -0.0],
        [1e100, 1.0, -1e100],
        [SMALLEST] * 3,
        [LARGEST, LARGEST, -LARGEST],
        [LARGEST, -SMALLEST, SMALLEST],
        [-LARGEST, 2.0**-1022, 1.5],
        [2.0**992, 2.0**991, -(2.0**960), 2.0**-1056, -(2.0**-1057)],
        [0.1] * 10,
        [-0.1] * 100_000,
    ],
)
def test_sum_at_the_ends_of_the_range(values: list[float]) -> None:
    assert sums_of(values).exact() == rational_sum(values)


@pytest.mark.parametrize("power", range(-1074, 1024, 31))
def test_every_binary_place(power: int) -> None:
    values = [math.ldexp(1.0, power), -math.ldexp(1.0, max(power - 52, -1074))]
    assert sums_of(values).exact() == rational_sum(values)


def test_rounded_like_fsum_on_many_values() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=100_000) * np.exp(rng.normal(size=100_000) * 20)
    assert sums_of(values.tolist()).value() == math.fsum(values)


def test_order_and_partition_do_not_show() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=50_000) * np.exp(rng.normal(size=50_000) * 5)
    expected = sums_of(values.tolist()).exact()
    for size in (1, 7, 1000, 16_384, 40_000):
        merged = ExactSums()
        shuffled = rng.permutation(values)
        for start in range(0, 2_000 if size == 1 else len(values), size):
            merged.merge(sums_of(shuffled[start : start + size].tolist()))
        if size == 1:
            merged.merge(sums_of(shuffled[2_000:].tolist()))
        assert merged.exact() == expected


@given(st.lists(st.tuples(finite, st.integers(0, 4)), max_size=40))
def test_groups_are_separate_and_add_up(pairs: list[tuple[float, int]]) -> None:
    values = np.array([value for value, _ in pairs], dtype=np.float64)
    codes = np.array([code for _, code in pairs], dtype=np.intp)
    sums = ExactSums(5)
    sums.add(values, codes)
    for group in range(5):
        assert sums.exact(group) == rational_sum([v for v, code in pairs if code == group])
    assert sums.total().exact() == rational_sum(values.tolist())


@pytest.mark.parametrize("value", [LARGEST, -LARGEST, 1.0, -1.0, -SMALLEST, 3e-310])
def test_carries_keep_the_sum(value: float) -> None:
    doubled = sums_of([value])
    for _ in range(70):  # 2**70 times the value: more than an int64 slot could hold
        doubled.merge(pickle.loads(pickle.dumps(doubled)))
    assert doubled.exact() == Fraction(value) * 2**70


def test_carry_happens_before_a_slot_overflows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lossbook.scale.exact.ROWS_BEFORE_CARRY", 10)
    sums = ExactSums()
    for _ in range(400):
        sums.add(np.full(3, 0.1))
    # Without a carry in between, the lower slots would hold the parts of all 1200 rows.
    assert np.abs(sums._units[:, :-1]).max() < 12 * 2**32
    assert sums.exact() == 1200 * Fraction(0.1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, np.inf], np.inf),
        ([1.0, -np.inf, LARGEST], -np.inf),
        ([np.inf, -np.inf], np.nan),
        ([np.nan, 1.0], np.nan),
        ([LARGEST, LARGEST], np.inf),
        ([-LARGEST, -LARGEST], -np.inf),
    ],
)
def test_not_finite(values: list[float], expected: float) -> None:
    assert np.array_equal(sums_of(values).value(), expected, equal_nan=True)


def test_infinity_stays_in_its_group() -> None:
    sums = ExactSums(3)
    sums.add(np.array([1.0, np.inf, 2.0, 3.0]), np.array([0, 1, 2, 0]))
    assert [sums.value(group) for group in range(3)] == [4.0, np.inf, 2.0]


def test_nearest_float_rounds_once() -> None:
    half_way = Fraction(1) + Fraction(1, 2**53)
    assert nearest_float(half_way) == 1.0
    assert nearest_float(half_way + Fraction(1, 2**200)) == 1.0 + 2.0**-52
