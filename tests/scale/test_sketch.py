"""The distribution of losses, from a sketch, against the losses themselves."""

from __future__ import annotations

import numpy as np
import pytest

from lossbook.scale.sketch import LEVELS, LossSketch


def sketch_of(losses: np.ndarray, size: int = 500) -> LossSketch:
    """One sketch, merged from one per part, the last part first."""
    merged = LossSketch()
    for start in reversed(range(0, len(losses), size)):
        part = LossSketch()
        part.add(losses[start : start + size])
        merged.merge(part)
    return merged


RNG = np.random.default_rng(11)
SAMPLES = {
    "uniform": RNG.random(5000),
    "exponential": RNG.exponential(size=5000),
    "heavy tail": np.exp(4 * RNG.normal(size=5000)),
    "many zeros": np.maximum(RNG.normal(size=5000), 0),
    "negative": RNG.normal(size=5000),
    "tiny and huge": np.concatenate([RNG.random(2500) * 1e-300, RNG.random(2500) * 1e300]),
    "far from 0": 100 + RNG.random(5000),
}
# Below 2e-308 a float64 has fewer and fewer digits, and so has the sketch.
SUBNORMAL = RNG.integers(1, 1000, size=5000) * 5e-324 * 2.0**40


@pytest.mark.parametrize("name", SAMPLES)
def test_quantiles(name: str) -> None:
    losses = SAMPLES[name]
    found = sketch_of(losses).quantiles(LEVELS)
    expected = np.quantile(losses, LEVELS, method="inverted_cdf")
    np.testing.assert_allclose(found, expected, rtol=0.002)


@pytest.mark.parametrize("name", [*SAMPLES, "subnormal"])
def test_every_row_is_counted_once(name: str) -> None:
    losses = SAMPLES.get(name, SUBNORMAL)
    histogram = sketch_of(losses).histogram()
    assert len(histogram.edges) == len(histogram.counts) + 1
    assert list(histogram.edges) == sorted(set(histogram.edges))
    outside = histogram.zeros + histogram.below + histogram.above
    assert sum(histogram.counts) + outside == len(losses)


@pytest.mark.parametrize("name", SAMPLES)
def test_bins_hold_the_rows_between_their_edges(name: str) -> None:
    losses = SAMPLES[name]
    histogram = sketch_of(losses).histogram()
    inner = np.array(histogram.edges[1:-1])
    reached = histogram.zeros + histogram.below + np.cumsum(histogram.counts)[:-1]
    slack = 0.004 * np.abs(inner)
    # A row within 0.4 % of an edge may be counted on either side of it.
    assert (reached >= (losses[:, None] < inner - slack).sum(axis=0)).all()
    assert (reached <= (losses[:, None] < inner + slack).sum(axis=0)).all()


@pytest.mark.parametrize(
    ("name", "scale", "starts_at_0"),
    [
        ("uniform", "linear", True),
        ("exponential", "linear", True),
        ("heavy tail", "log", False),
        ("negative", "linear", False),
        ("far from 0", "linear", False),
    ],
)
def test_axis(name: str, scale: str, starts_at_0: bool) -> None:
    histogram = sketch_of(SAMPLES[name]).histogram()
    assert histogram.scale == scale
    assert (histogram.edges[0] == 0) == starts_at_0


def test_zeros_stand_apart_on_a_logarithmic_axis() -> None:
    losses = np.append(SAMPLES["heavy tail"], np.zeros(7))
    histogram = sketch_of(losses).histogram()
    assert (histogram.scale, histogram.zeros) == ("log", 7)


@pytest.mark.parametrize("value", [0.0, 2.5, -2.5])
def test_one_value(value: float) -> None:
    histogram = sketch_of(np.full(9, value)).histogram()
    assert sum(histogram.counts) == 9
    assert dict(histogram.quantiles)[0.5] == pytest.approx(value, rel=0.002, abs=0)


def test_infinite_losses_are_counted_apart() -> None:
    histogram = sketch_of(np.array([1.0, np.inf, np.inf, 2.0])).histogram()
    assert histogram.infinite == 2
    assert sum(histogram.counts) == 2
    assert dict(histogram.quantiles)[0.95] == np.inf
    histogram = sketch_of(np.full(3, np.inf)).histogram()
    assert (histogram.infinite, sum(histogram.counts)) == (3, 0)


def test_no_rows() -> None:
    assert sum(LossSketch().histogram().counts) == 0
