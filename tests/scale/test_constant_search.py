"""The best constant over a file against the one over labels in memory."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossbook.functionals import CircularMean, Expectile, Mean, MeanAndVariance, Quantile
from lossbook.scale import constants
from lossbook.scale.constants import Search, search_for

labels = st.floats(allow_nan=False, width=64)


def search(found: Search | None, y: np.ndarray, weight: np.ndarray | None, size: int) -> Search:
    assert found is not None
    while not found.is_done:
        for start in range(0, len(y), size):
            part = slice(start, start + size)
            found.update(y[part], None if weight is None else weight[part])
        found.end_pass()
    return found


def sorted_reference(y: np.ndarray, weight: np.ndarray, tau: float) -> float:
    """Weights that are small multiples of 1/8 add up without rounding."""
    order = np.argsort(y, kind="stable")
    reached = np.cumsum(weight[order])
    target = max(tau * reached[-1], math.ulp(0.0))
    return float(y[order][np.searchsorted(reached, target)])


@pytest.mark.parametrize("most_collected", [0, 10, 1 << 20])
@pytest.mark.parametrize("tau", [1e-9, 0.1, 0.25, 0.5, 0.9, 1 - 1e-12])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_quantile(
    most_collected: int, tau: float, is_weighted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "MOST_COLLECTED", most_collected)
    rng = np.random.default_rng(10)
    for y in (
        rng.normal(size=3000),
        rng.integers(-3, 4, size=3000) * 1.0,
        rng.choice([-1.0, 1.0], size=3000),
        1e300 * rng.normal(size=3000),
        5e-324 * rng.integers(-9, 9, size=3000),
        1 + rng.integers(0, 2**10, size=3000) * 2.0**-52,
    ):
        weight = rng.integers(0, 9, size=3000) / 8 if is_weighted else None
        expected = sorted_reference(y, np.ones(3000) if weight is None else weight, tau)
        for size in (3000, 271):
            assert search(search_for(Quantile(tau), 0), y, weight, size).value == expected


@pytest.mark.parametrize("tau", [0.001, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_expectile_balances_what_is_above_and_below(tau: float, is_weighted: bool) -> None:
    rng = np.random.default_rng(12)
    for y in (rng.normal(size=3000), rng.standard_cauchy(3000), rng.integers(-3, 4, 3000) * 1.0):
        weight = rng.integers(0, 9, size=3000) / 8 if is_weighted else None
        one, other = (
            search(search_for(Expectile(tau), 0), y, weight, n).value for n in (3000, 271)
        )
        assert one == other == pytest.approx(Expectile(tau)(y, weight), rel=1e-13, abs=0)
        w = np.ones(3000) if weight is None else weight
        above, below = w * np.maximum(y - one, 0), w * np.maximum(one - y, 0)
        assert tau * math.fsum(above) == pytest.approx((1 - tau) * math.fsum(below), rel=1e-12)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_circular_mean_is_the_angle_of_the_sum(is_weighted: bool) -> None:
    rng = np.random.default_rng(13)
    y = rng.normal(22, 3, size=3000)
    weight = rng.integers(0, 9, size=3000) / 8 if is_weighted else None
    functional = CircularMean(24.0)
    one, other = (search(search_for(functional, 0), y, weight, n).value for n in (3000, 271))
    w = np.ones(3000) if weight is None else weight
    angle = np.angle(np.sum(w * np.exp(2j * np.pi * y / 24))) * 24 / (2 * np.pi)
    assert one == other == pytest.approx(angle, rel=1e-12)
    assert functional(y, weight) == pytest.approx(angle, rel=1e-12)


def test_what_no_pass_finds_is_not_searched_for() -> None:
    assert search_for(MeanAndVariance(), 2) is None


def test_expectile_of_labels_without_weight() -> None:
    found = search(search_for(Expectile(0.3), 0), np.array([1.0, 2.0]), np.zeros(2), 1)
    assert math.isnan(found.value)


@given(st.lists(labels, min_size=1, max_size=30), st.floats(0.001, 0.999))
def test_quantile_of_any_labels(values: list[float], tau: float) -> None:
    y = np.array(values)
    assert search(search_for(Quantile(tau), 0), y, None, 7).value == Quantile(tau)(y)


def test_share_is_rounded_as_for_labels_in_memory() -> None:
    y = np.arange(10.0)  # 0.9 of 10 is 9, although the float 0.9 is a little more
    assert search(search_for(Quantile(0.9), 0), y, None, 3).value == Quantile(0.9)(y) == 8.0


def test_quantile_takes_two_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    passes = 0
    end_pass = constants.QuantileSearch.end_pass

    def counted(self: constants.QuantileSearch) -> None:
        nonlocal passes
        passes += 1
        end_pass(self)

    monkeypatch.setattr(constants.QuantileSearch, "end_pass", counted)
    y = 1 + np.random.default_rng(0).random(999)  # many labels with the same leading bits
    search(search_for(Quantile(0.5), 0), y, None, 100)
    assert passes == 2
    search(search_for(Quantile(0.5), 0), np.repeat([-1.0, 1.0, 1.0], 99), None, 100)
    assert passes == 4
    search(search_for(Quantile(0.5), 0), np.full(99, 3.5), None, 100)
    assert passes == 5


@pytest.mark.parametrize("y", [[-0.0], [-0.0, 0.0], [0.0, -0.0], [-1.0, -0.0, 0.0, 1.0]])
def test_zero_has_one_sign(y: list[float]) -> None:
    found = search(search_for(Quantile(0.5), 0), np.array(y), None, 1)
    assert math.copysign(1.0, found.value) == 1.0


def test_quantile_of_labels_without_weight() -> None:
    found = search(search_for(Quantile(0.5), 0), np.array([1.0, 2.0]), np.zeros(2), 1)
    assert math.isnan(found.value)


def test_mean_is_rounded_once() -> None:
    y = np.array([1e16, 1.0, -1e16, 1.0])
    assert search(search_for(Mean(), 0), y, None, 2).value == 0.5
    assert search(search_for(Mean(), 0), y, np.array([1.0, 3.0, 1.0, 0.0]), 2).value == 0.6


def test_mean_ignores_labels_without_weight() -> None:
    y, weight = np.array([np.inf, 2.0]), np.array([0.0, 1.0])
    assert search(search_for(Mean(), 0), y, weight, 1).value == 2.0


def test_frequencies() -> None:
    classes = np.array([0.0, 2.0, 2.0, 1.0])
    weight = np.array([1.0, 2.0, 1.0, 0.0])
    rows = np.eye(3)[classes.astype(int)]
    for y in (classes, rows):
        found = search(search_for(Mean(), 3), y, None, 3)
        assert found.value.tolist() == [0.25, 0.25, 0.5]
        found = search(search_for(Mean(), 3), y, weight, 3)
        assert found.value.tolist() == [0.25, 0.0, 0.75]
