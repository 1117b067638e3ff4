"""Losses for regression where they are known: by hand, from papers, and as one another's limits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from accuracy.measure import measure

INF = math.inf


def at(loss: lb.Loss, y: float, p: float) -> tuple[float, float, float]:
    results = loss.value_gradient_hessian([y], [p], reduction="none")
    value, gradient, hessian = (result.item() for result in results)
    return value, gradient, hessian


# Value, gradient and Hessian, worked out on paper: fractions are exact, roots are of small numbers.
BY_HAND = {
    "Huber, straight": (lb.Huber(2), 0, -5, (8, -2, 0)),
    "Huber at the bend": (lb.Huber(2), 0, 2, (2, 2, 1)),
    "pseudo-Huber, 3-4-5": (lb.PseudoHuber(3), 0, 4, (6, 12 / 5, 27 / 125)),
    "quantile of a uniform kernel": (lb.SmoothQuantile(0.25, 2), 0, 1, (7 / 8, 0.5, 0.25)),
    "its lowest place": (lb.SmoothQuantile(0.25, 2), 0, -1, (3 / 8, 0, 0.25)),
    "expectile below": (lb.Expectile(0.75), 3, 1, (3, -3, 1.5)),
    "epsilon at its end": (lb.EpsilonInsensitive(0.5), 0, -0.5, (0, 0, 0)),
    "squared epsilon": (lb.SquaredEpsilonInsensitive(0.5), 0, -2, (2.25, -3, 2)),
    "Lp": (lb.LpError(1.5), 0, 4, (8, 3, 3 / 8)),
    "Fair": (lb.Fair(2), 0, -6, (4 * (3 - math.log(4)), -1.5, 1 / 16)),
    "Cauchy": (lb.Cauchy(2), 0, 4, (2 * math.log(5), 4 / 5, -3 / 25)),
    "Welsch": (lb.Welsch(1), 0, 1, (-math.expm1(-1) / 2, math.exp(-1), -math.exp(-1))),
    "Geman-McClure": (lb.GemanMcClure(2), 0, 4, (8 / 5, 4 / 25, -11 / 125)),
    "biweight": (lb.TukeyBiweight(2), 0, -1, (37 / 96, -9 / 16, -3 / 16)),
    "biweight beyond": (lb.TukeyBiweight(2), 0, 2, (2 / 3, 0, 0)),
    "wave at its crest": (lb.AndrewsWave(1), 0, -math.pi / 2, (1, -1, math.cos(math.pi / 2))),
    "wave beyond": (lb.AndrewsWave(2), 0, 7, (8, 0, 0)),
    "arctangent": (lb.Arctan(2), 0, 2, (math.pi / 2, 1, -1 / 2)),
    "a quarter of a period": (lb.Periodic(8), 1, 3, (1, math.pi / 4, 0)),
    "half a period, rounds later": (lb.Periodic(8), 1, 45, (2, 0, -((math.pi / 4) ** 2))),
    "whole periods": (lb.Periodic(0.25), 2.0**60, -(2.0**70), (0, 0, (8 * math.pi) ** 2)),
    "log error": (lb.SquaredLogError(), 0, math.e - 1, (1, 2 / math.e, 0)),
    "percentage": (lb.AbsolutePercentageError(), -4, -3, (0.25, 0.25, 0)),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_by_hand(name: str) -> None:
    loss, y, p, expected = BY_HAND[name]
    for got, wanted in zip(at(loss, y, p), expected, strict=True):
        # exp(1) - 1 is a rounded place, and what is 0 at the exact one is of the rounding's size.
        room = 2**-52 if name == "log error" else 0.0
        assert math.isclose(got, wanted, rel_tol=2**-51, abs_tol=room)


# What is left of a power series where the terms after it are below the last digit.
NEAR_0 = (
    *(lb.Huber(), lb.PseudoHuber(0.3), lb.LogCosh(), lb.Fair(2.5), lb.Cauchy(0.3)),
    *(lb.Welsch(2.5), lb.GemanMcClure(), lb.TukeyBiweight(), lb.AndrewsWave(), lb.Arctan(0.3)),
    *(lb.GeneralRobust(a) for a in (2, 1, 1e-9, 0, -1e-9, -2, -1e15, -INF)),
)


@pytest.mark.parametrize("loss", NEAR_0, ids=repr)
@pytest.mark.parametrize("r", [1e-30, 1e-150, 3e-160, -1e-200, 5e-324])
def test_half_a_square_near_0(loss: lb.Loss, r: float) -> None:
    value, gradient, hessian = at(loss, 0, r)
    assert (gradient, hessian) == (r, 1)
    # The last of these values are subnormal, and one of their steps apart at most.
    assert abs(value - r * r / 2) <= max(5e-324, 2**-52 * r * r / 2)


FAR = {
    lb.Huber(2): (2e300, 2.0),
    lb.PseudoHuber(2): (2e300, 2.0),
    lb.LogCosh(): (1e300, 1.0),
    lb.LogisticDistance(): (1e300, 1.0),
    lb.Fair(2): (2e300, 2.0),
    # c^2 log(r / c), and c^2 / r
    lb.Cauchy(2): (4 * (300 * math.log(10) - math.log(2)), 4e-300),
    lb.Welsch(2): (2.0, 0.0),
    lb.GemanMcClure(2): (2.0, 0.0),
    lb.TukeyBiweight(3): (1.5, 0.0),
    lb.AndrewsWave(2): (8.0, 0.0),
    lb.Arctan(2): (math.pi, 0.0),
    lb.GeneralRobust(1.0): (1e300, 1.0),
    lb.GeneralRobust(0.5): (3 * 1e150 / 1.5**0.25 - 3, 1e-150 * 1.5**0.75),
    lb.GeneralRobust(0.0): (600 * math.log(10) - math.log(2), 2e-300),
    lb.GeneralRobust(-2.0): (2.0, 0.0),
    lb.GeneralRobust(-INF): (1.0, 0.0),
}


@pytest.mark.parametrize("loss", FAR, ids=repr)
def test_far_away(loss: lb.Loss) -> None:
    for sign in (-1, 1):
        value, gradient, _ = at(loss, 0, sign * 1e300)
        assert math.isclose(value, FAR[loss][0], rel_tol=2**-50)
        assert math.isclose(gradient, sign * FAR[loss][1], rel_tol=2**-50)


@pytest.mark.parametrize("loss", FAR, ids=repr)
def test_infinitely_far_away(loss: lb.Loss) -> None:
    """The limits of value and gradient; a line's slope, or 0."""
    value, gradient, _ = at(loss, 0, INF)
    bounded = math.isfinite(loss.facts.supremum)
    assert math.isclose(value, loss.facts.supremum, rel_tol=2**-51)
    assert gradient == (0 if bounded or loss.facts.redescending else loss.facts.lipschitz)


# -- one loss as another --------------------------------------------------------------------------

RESIDUALS = np.concatenate([[0], np.geomspace(1e-12, 1e6, 91), -np.geomspace(1e-12, 1e6, 91)])
# A loss, what it comes down to, and the factor of the latter.
SAME = {
    "Huber, everything near": (lb.Huber(1e9), lb.SquaredError(), 0.5),
    "expectile 1/2": (lb.Expectile(0.5), lb.SquaredError(), 0.5),
    "Lp 1": (lb.LpError(1), lb.AbsoluteError(), 1),
    "Lp 2": (lb.LpError(2), lb.SquaredError(), 1),
    "epsilon 0": (lb.EpsilonInsensitive(0), lb.AbsoluteError(), 1),
    "squared epsilon 0": (lb.SquaredEpsilonInsensitive(0), lb.SquaredError(), 1),
    "robust 2": (lb.GeneralRobust(2, 0.5), lb.SquaredError(), 2),
    "robust 1": (lb.GeneralRobust(1, 0.5), lb.PseudoHuber(0.5), 4),
    "robust 0": (lb.GeneralRobust(0, 0.5), lb.Cauchy(0.5 * math.sqrt(2)), 4),
    "robust -2": (lb.GeneralRobust(-2, 0.5), lb.GemanMcClure(1), 4),
    "robust -inf": (lb.GeneralRobust(-INF, 0.5), lb.Welsch(0.5 * math.sqrt(2)), 4),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_as_another(name: str) -> None:
    loss, other, factor = SAME[name]
    for got, wanted in zip(everywhere(loss), everywhere(other), strict=True):
        # The square root of 2 is rounded: 2^-53 of it, times the exponent of the Gaussian.
        room = 1e-12 if "robust" in name else 1e-15
        assert (abs(got - factor * wanted) <= room * factor * abs(wanted)).all()


def everywhere(loss: lb.Loss) -> tuple[Any, ...]:
    results = loss.value_gradient_hessian(np.zeros(len(RESIDUALS)), RESIDUALS, reduction="none")
    return tuple(results)


# A loss close to its limit, the limit, and how far apart values may be beside those of the limit
# and 1.
CLOSE = {
    "pseudo-Huber": (lb.PseudoHuber(1e9), lambda r: r * r / 2, 1e-6),
    "smooth quantile": (
        lb.SmoothQuantile(0.3, 1e-9),
        lambda r: np.maximum(0.7 * r, -0.3 * r),
        1e-9,
    ),
    "robust, just below 2": (lb.GeneralRobust(2 - 1e-12), lambda r: r * r / 2, 1e-9),
    "robust, just above 0": (lb.GeneralRobust(1e-12), lambda r: np.log1p(r * r / 2), 1e-9),
    "robust, just below 0": (lb.GeneralRobust(-1e-12), lambda r: np.log1p(r * r / 2), 1e-9),
    "robust, far below": (lb.GeneralRobust(-1e12), lambda r: -np.expm1(-r * r / 2), 1e-9),
}


@pytest.mark.parametrize("name", CLOSE)
def test_close_to_a_limit(name: str) -> None:
    loss, limit, room = CLOSE[name]
    wanted = limit(RESIDUALS)
    got = everywhere(loss)[0]
    assert (abs(got - wanted) <= room * (wanted + 1)).all()
    if "robust" in name:  # relative, where the formula's parts vanish
        small = (abs(RESIDUALS) > 0) & (abs(RESIDUALS) < 1)
        assert (abs(got - wanted)[small] <= room * wanted[small]).all()


def test_twice_the_log_cosh_of_the_half() -> None:
    distance, log_cosh = lb.LogisticDistance(), lb.LogCosh()
    for r in RESIDUALS.tolist():
        one, other = at(distance, 0, r), at(log_cosh, 0, r / 2)
        assert all(
            math.isclose(a, factor * b, rel_tol=2**-50)
            for a, b, factor in zip(one, other, (2, 1, 0.5), strict=True)
        )


def test_steepest_robust_slopes_of_the_paper() -> None:
    """Barron's figure 1: below 1, slopes are largest at c sqrt((alpha - 2) / (alpha - 1))."""
    for alpha in (0.5, 0.0, -0.5, -2.0, -30.0):
        place = math.sqrt((alpha - 2) / (alpha - 1))
        _, gradient, hessian = at(lb.GeneralRobust(alpha), 0, place)
        assert math.isclose(gradient, lb.GeneralRobust(alpha).facts.lipschitz, rel_tol=1e-14)
        assert abs(hessian) < 1e-14


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("alpha", [2, 1e-12, 0, -2, -10, -INF])
def test_digits_at_the_limits(alpha: float, dtype: str) -> None:
    """Within the bounds of the class where the general formula has a gap, or is close to one."""
    found = list(measure(lb.GeneralRobust(alpha, 0.7), dtype, 300))
    assert not [str(error) for error in found if not error.holds]


def test_alpha_may_be_minus_infinity_and_is_read_back() -> None:
    loss = lb.GeneralRobust(-INF)
    assert eval(repr(loss), {"GeneralRobust": lb.GeneralRobust}) == loss
    for wrong in (INF, math.nan, 2.5):
        with pytest.raises(lb.InputError, match="alpha must be 2 or less, or -inf"):
            lb.GeneralRobust(wrong)


def test_labels_of_0() -> None:
    """A share of nothing: infinite, but where the prediction is right."""
    assert at(lb.AbsolutePercentageError(), 0, 1e-300) == (INF, INF, 0)
    assert at(lb.AbsolutePercentageError(), 0, -2) == (INF, -INF, 0)
    assert at(lb.AbsolutePercentageError(), 0, 0) == (0, 0, 0)


def test_the_end_of_the_logarithm() -> None:
    assert at(lb.SquaredLogError(), 3, -1) == (INF, -INF, INF)
    with pytest.raises(lb.InputError, match=r"y_pred has -1\.5 at index 0"):
        lb.SquaredLogError()([0], [-1.5])


def test_the_best_constant_of_percentages_is_below_the_median() -> None:
    """Weights 1, 1/2, 1/3: half of 11/6 is reached at once, by the smallest label."""
    # The slope given at a label is 0, so that the next float is where it turns positive.
    assert lb.AbsolutePercentageError().optimal_constant([1, 2, 3]) in (1, math.nextafter(1, 2))


def test_the_best_constant_of_log_errors_is_a_geometric_mean() -> None:
    constant = lb.SquaredLogError().optimal_constant([0, 3, 15])  # of 1, 4 and 16: 4
    assert math.isclose(constant, 3, rel_tol=2**-50)


def test_hours_of_the_night() -> None:
    assert abs(lb.Periodic(24).optimal_constant([23, 1]) % 24) in (0, 24)
