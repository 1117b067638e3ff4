"""Losses of a positive mean: likelihoods with the constants that they drop, deviances, limits."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special
import scipy.stats
import sklearn.metrics
import torch

import lossbook as lb
from lossbook.checks.truth import exact, truth
from lossbook.families import DevianceLoss
from lossbook.maths.oracle import ORACLE

LOSSES = [cls for cls in lb.catalogue() if issubclass(cls, DevianceLoss)]
INF = np.inf
UNIT = 2.0**-52
BOTH_LINKS = pytest.mark.parametrize("from_log", [False, True])


def predictions(loss: DevianceLoss, means: Any) -> Any:
    return np.log(means) if loss.from_log else np.asarray(means)


# -- the value is minus the log-likelihood without the constants that it says it drops ------------


def _log_factorial(y: Any) -> Any:
    return scipy.special.gammaln(y + 1)


def _negative_binomial_constant(y: Any, alpha: float = 0.4) -> Any:
    log_gamma = scipy.special.gammaln
    return log_gamma(y + 1) + log_gamma(1 / alpha) - log_gamma(y + 1 / alpha)


LIKELIHOODS: dict[str, tuple[DevianceLoss, Callable[[Any, Any], Any], Callable[[Any], Any]]] = {
    "poisson": (lb.Poisson(), scipy.stats.poisson.logpmf, _log_factorial),
    "gamma": (lb.Gamma(), lambda y, mu: scipy.stats.expon.logpdf(y, scale=mu), lambda y: 0 * y),
    "inverse Gaussian": (
        lb.InverseGaussian(),
        lambda y, mu: scipy.stats.invgauss.logpdf(y, mu),
        lambda y: 1 / (2 * y) + np.log(2 * np.pi * y**3) / 2,
    ),
    "negative binomial": (
        lb.NegativeBinomial(0.4),
        lambda y, mu: scipy.stats.nbinom.logpmf(y, 1 / 0.4, 1 / (1 + 0.4 * mu)),
        _negative_binomial_constant,
    ),
}


@BOTH_LINKS
@pytest.mark.parametrize("name", LIKELIHOODS)
def test_value_and_dropped_constants_are_the_likelihood(name: str, from_log: bool) -> None:
    loss, log_likelihood, dropped = LIKELIHOODS[name]
    loss = type(loss)(**{**loss.parameters, "from_log": from_log})
    rng = np.random.default_rng(0)
    y, means = rng.integers(1, 30, 500).astype(float), rng.uniform(0.1, 30, 500)
    value = loss(y, predictions(loss, means), reduction="none")
    np.testing.assert_allclose(
        value + dropped(y), -log_likelihood(y, means), rtol=1e-11, atol=1e-12
    )


def test_every_loss_says_what_it_drops() -> None:
    assert {cls.name for cls in LOSSES} >= {"poisson", "gamma", "tweedie"}
    assert all(cls.dropped for cls in LOSSES)


# -- deviance -------------------------------------------------------------------------------------

DEVIANCES = {
    "poisson": (lb.Poisson(), sklearn.metrics.mean_poisson_deviance),
    "gamma": (lb.Gamma(), sklearn.metrics.mean_gamma_deviance),
    "tweedie 1.3": (
        lb.Tweedie(1.3),
        lambda *a, **k: sklearn.metrics.mean_tweedie_deviance(*a, power=1.3, **k),
    ),
    "inverse Gaussian": (
        lb.InverseGaussian(),
        lambda *a, **k: sklearn.metrics.mean_tweedie_deviance(*a, power=3, **k),
    ),
}


@BOTH_LINKS
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", DEVIANCES)
def test_mean_deviance_of_scikit_learn(name: str, weighted: bool, from_log: bool) -> None:
    loss, metric = DEVIANCES[name]
    loss = type(loss)(**{**loss.parameters, "from_log": from_log})
    rng = np.random.default_rng(1)
    y, means = rng.uniform(0.1, 20, (2, 1000))
    if name in ("poisson", "tweedie 1.3"):
        y[::5] = 0
    weights = rng.uniform(0, 2, 1000) if weighted else None
    ours = loss.deviance(y, predictions(loss, means), sample_weight=weights)
    assert ours == pytest.approx(metric(y, means, sample_weight=weights), rel=1e-12, abs=0)


NUMBERS = {"tweedie": (1.01, 1.5, 1.9), "negative_binomial": (0.01, 1.0, 20.0)}
SETTINGS = [
    cls(*number, from_log=from_log)
    for cls in LOSSES
    for number in ([(x,) for x in NUMBERS[cls.name]] if cls.name in NUMBERS else [()])
    for from_log in (False, True)
]


def _perfect(loss: DevianceLoss, y: Any) -> Any:
    """The value at a prediction that equals the label, without rounding the prediction."""
    with mpmath.workdps(120):
        means = [mpmath.log(label) if loss.from_log else label for label in exact(y)]
        return np.asarray(
            [
                loss.over(ORACLE).textbook(ORACLE, *pair)
                for pair in zip(exact(y), means, strict=True)
            ],
            dtype=object,
        )


@pytest.mark.parametrize("loss", SETTINGS, ids=repr)
def test_deviance_keeps_its_digits_where_label_and_mean_are_close(loss: DevianceLoss) -> None:
    rng = np.random.default_rng(2)
    y = np.exp(rng.uniform(-80, 80, 300))
    ratios = 1 + rng.choice([-1, 1], 300) * 2.0 ** rng.uniform(-40, -1, 300)
    ratios[::3] = np.exp(rng.uniform(-20, 20, 100))
    p = predictions(loss, y * ratios)
    found = loss.deviance(y, p, reduction="none")
    with mpmath.workdps(120):
        true = 2 * (truth(loss, 0, y, p) - _perfect(loss, y))
        for z, one, other, label in zip(exact(p), found, true, exact(y), strict=True):
            room = 30 * UNIT
            if loss.from_log:  # how far it is from the label's is known to a rounding of them
                room += 8 * UNIT * abs(z) / abs(z - mpmath.log(label))
            assert abs(mpmath.mpf(float(one)) - other) <= room * other, (loss, one, other)


@pytest.mark.parametrize("loss", SETTINGS, ids=repr)
def test_deviance_of_a_perfect_prediction_is_0(loss: DevianceLoss) -> None:
    y = np.asarray([1.0, 1e-30, 3.7, 1e30])
    if not loss.from_log:
        assert loss.deviance(y, y, reduction="none").tolist() == [0, 0, 0, 0]
    assert loss.deviance([1.0], predictions(loss, [1.0])) == 0
    single = [array.astype("f4") for array in (y, predictions(loss, y))]
    assert loss.deviance(*single, reduction="none").dtype == np.float32


@pytest.mark.parametrize("cls", LOSSES)
def test_deviance_of_tensors(cls: Any) -> None:
    y, means = np.asarray([1.0, 2.0, 3.0]), np.asarray([1.5, 2.0, 0.5])
    p = predictions(cls(), means)
    for reduction in ("mean", "none"):
        found = cls().deviance(torch.tensor(y), torch.tensor(p), reduction=reduction)
        assert isinstance(found, torch.Tensor)
        wanted = cls().deviance(y, p, reduction=reduction)
        np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-14, atol=0)


def test_deviance_checks_its_arguments() -> None:
    with pytest.raises(lb.InputError, match=r"y_true has -1.0 at index 1, outside \[0, inf\)"):
        lb.Poisson().deviance([0.0, -1.0], [0.0, 0.0])
    with pytest.raises(lb.InputError, match=r"y_true has 0.0 at index 0, outside \(0, inf\)"):
        lb.Gamma().deviance([0.0, 1.0], [0.0, 0.0])
    with pytest.raises(lb.InputError, match=r"outside \[0, inf\): pass from_log=True"):
        lb.Gamma(from_log=False).deviance([1.0], [-1.0])
    weighted = lb.Poisson().deviance([0.0, 1.0], [0.0, 2.0], sample_weight=[1, 0])
    assert weighted == lb.Poisson().deviance([0.0], [0.0])


# -- limits ---------------------------------------------------------------------------------------

BOTH = pytest.mark.parametrize("dtype", [np.float32, np.float64])

# Loss, label: value, gradient, Hessian.
AT_ZERO = [
    (lb.Poisson, 0.0, (0, 1, 0)),
    (lb.Poisson, 2.0, (INF, -INF, INF)),
    (lb.Gamma, 2.0, (INF, -INF, INF)),
    (lb.InverseGaussian, 2.0, (INF, -INF, INF)),
    (lb.NegativeBinomial, 0.0, (0, 1, -1)),
    (lb.NegativeBinomial, 2.0, (INF, -INF, INF)),
    (lb.Tweedie, 0.0, (0, INF, -INF)),
    (lb.Tweedie, 2.0, (INF, -INF, INF)),
]


@BOTH
@pytest.mark.parametrize("zero", [0.0, -0.0])
@pytest.mark.parametrize(("cls", "y", "expected"), AT_ZERO)
def test_a_mean_of_0(cls: Any, y: float, expected: Any, zero: float, dtype: Any) -> None:
    samples = np.full(20, y, dtype), np.full(20, zero, dtype)
    results = cls(from_log=False).value_gradient_hessian(*samples, reduction="none")
    for result, number in zip(results, expected, strict=True):
        assert result.tolist() == [number] * 20


# Loss, label: value, gradient, Hessian at a logarithm of 800 and of -800 (of infinity they are
# the same, as far as they are not numbers there).
FAR = [
    (lb.Poisson, 0.0, (INF, INF, INF), (0, 0, 0)),
    (lb.Poisson, 3.0, (INF, INF, INF), (2400, -3, 0)),
    (lb.Gamma, 1.0, (800, 1, 0), (INF, -INF, INF)),
    (lb.InverseGaussian, 1.0, (0, 0, 0), (INF, -INF, INF)),
    (lb.NegativeBinomial, 0.0, (800, 1, 0), (0, 0, 0)),
    (lb.NegativeBinomial, 3.0, (800, 1, 0), (2400, -3, 0)),
]


@pytest.mark.parametrize(("cls", "y", "above", "below"), FAR)
def test_far_logarithms(cls: Any, y: float, above: Any, below: Any) -> None:
    for z, expected in ((800.0, above), (-800.0, below)):
        results = cls().value_gradient_hessian([y], [z], reduction="none")
        assert [result.item() for result in results] == list(expected), z


@BOTH
@pytest.mark.parametrize("cls", LOSSES)
def test_no_finite_input_gives_nan(cls: Any, dtype: Any) -> None:
    info = np.finfo(dtype)
    ends = [info.smallest_subnormal, info.tiny, info.max]
    sizes = [*ends, 1e-20, 0.5, 1, 3, 87.5, 89, 103, 710, 746, 1e20]
    for from_log in (True, False):
        labels = sizes if cls().label_domain.without_low else [0, *sizes]
        means = [0, *sizes, *(-size for size in sizes if from_log)]
        pairs = np.asarray([*itertools.product(labels, means)], dtype)
        results = cls(from_log=from_log).value_gradient_hessian(*pairs.T, reduction="none")
        assert not any(np.isnan(result).any() for result in results)


def test_only_powers_strictly_between_1_and_2() -> None:
    for power in (0, 1, 2, 3, -1):
        with pytest.raises(lb.InputError, match="power must be strictly between 1 and 2"):
            lb.Tweedie(power=power)
