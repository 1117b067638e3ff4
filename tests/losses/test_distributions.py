"""Gaussian, Laplace and Student's t, held against their densities and against other libraries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats
import torch

import lossbook as lb
from lossbook.checks.truth import ulp_errors
from lossbook.errors import InputError

RNG = np.random.default_rng(5)
Y, LOCATION, LOG = RNG.normal(0, 3, 200), RNG.normal(0, 3, 200), RNG.normal(0, 1, 200)
ROWS = np.stack([LOCATION, LOG], axis=1)


def densities(name: str) -> tuple[lb.Loss, Any, float]:
    """A loss, minus the logarithm of its density, and what the loss leaves out."""
    scale = np.exp(LOG)
    df = 3.5
    constant = -scipy.stats.t.logpdf(0, df)
    return {
        "gaussian": (
            lb.GaussianNLL(),
            -scipy.stats.norm.logpdf(Y, LOCATION, np.sqrt(scale)),
            np.log(2 * np.pi) / 2,
        ),
        "laplace": (lb.LaplaceNLL(), -scipy.stats.laplace.logpdf(Y, LOCATION, scale), np.log(2)),
        "student": (
            lb.StudentT(df=df),
            -scipy.stats.t.logpdf(Y, df, LOCATION, scale),
            float(constant),
        ),
    }[name]


@pytest.mark.parametrize("name", ["gaussian", "laplace", "student"])
def test_it_is_the_negative_log_likelihood_but_for_a_constant(name: str) -> None:
    loss, theirs, constant = densities(name)
    ours = loss(Y, ROWS, reduction="none")
    assert (abs(ours + constant - theirs) <= 1e-12 * (abs(LOG) + abs(ours) + constant)).all()


def test_torch_has_the_same_gradient_by_the_mean_and_by_the_variance() -> None:
    mean, log = (torch.tensor(x, requires_grad=True) for x in (LOCATION, LOG))
    value = torch.nn.GaussianNLLLoss(eps=0, reduction="sum")(mean, torch.tensor(Y), torch.exp(log))
    value.backward()
    ours, gradient = lb.GaussianNLL().value_and_gradient(Y, ROWS, reduction="sum")
    np.testing.assert_allclose(ours, value.item(), rtol=1e-12)
    assert mean.grad is not None
    assert log.grad is not None
    np.testing.assert_allclose(gradient[:, 0], mean.grad.numpy(), rtol=1e-12, atol=0)
    size = (1 + (Y - LOCATION) ** 2 * np.exp(-LOG)) / 2
    assert (abs(gradient[:, 1] - log.grad.numpy()) <= 1e-14 * size).all()


def test_one_row_is_one_sample() -> None:
    for name in ("gaussian", "laplace", "student"):
        loss, _, _ = densities(name)
        values = loss(Y, ROWS, reduction="none")
        assert values.shape == (200,)
        np.testing.assert_allclose(loss(Y, ROWS), values.sum() / 200, rtol=1e-13)
        gradient = loss.gradient(Y, ROWS)
        np.testing.assert_allclose(gradient * 200, loss.gradient(Y, ROWS, reduction="none"), 1e-14)


@pytest.mark.parametrize(
    ("loss", "y", "row", "gradient"),
    [
        # r e^-s, (1 - r^2 e^-s) / 2 at powers of 2 and 10 worked out in 40 digits.
        (lb.GaussianNLL(), 0.0, [1e200, 1000.0], [5.0759588975494567653e-235, 0.0]),
        (lb.GaussianNLL(), 0.0, [1e-200, -1000.0], [1.9700711140170469939e234, 0.0]),
        (lb.LaplaceNLL(), 0.0, [1e300, 800.0], [0.0, 0.0]),
        (lb.StudentT(df=2), 0.0, [1e200, -1000.0], [3e-200, -2.0]),
    ],
)
def test_far_out_nothing_overflows(
    loss: lb.Loss, y: float, row: list[float], gradient: list[float]
) -> None:
    got = loss.gradient([y], [row])[0]
    assert np.isfinite(got).all()
    for place, wanted in enumerate(gradient):
        if wanted:
            np.testing.assert_allclose(got[place], wanted, rtol=1e-14, atol=0)


def test_the_best_constants() -> None:
    y, w = [1.0, 2.0, 4.0, 9.0], [1.0, 1.0, 2.0, 0.0]
    mean, variance = 11 / 4, (1.75**2 + 0.75**2 + 2 * 1.25**2) / 4
    best = lb.GaussianNLL().optimal_constant(y, w)
    np.testing.assert_allclose(best, [mean, np.log(variance)], rtol=1e-14)
    np.testing.assert_allclose(lb.GaussianNLL().inverse_link(best), [mean, variance], rtol=1e-14)
    np.testing.assert_allclose(
        lb.LaplaceNLL().optimal_constant(y, w), [2.0, np.log((1 + 0 + 4) / 4)], rtol=1e-14
    )
    labels = scipy.stats.t.rvs(3, 5, 2, size=300, random_state=1)
    _, location, scale = scipy.stats.t.fit(labels, fdf=3)
    found = lb.StudentT(df=3).optimal_constant(labels)
    np.testing.assert_allclose(found, [location, np.log(scale)], rtol=1e-3)
    assert lb.StudentT(df=3)(labels, np.tile(found, (300, 1))) <= lb.StudentT(df=3)(
        labels, np.tile([location, np.log(scale)], (300, 1))
    )


def test_student_t_with_many_degrees_is_gaussian() -> None:
    """s is the logarithm of the scale here, and that of its square there."""
    few = np.stack([LOCATION[:20], LOG[:20] / 10], axis=1)
    wide = few * [1, 2]
    np.testing.assert_allclose(
        lb.StudentT(df=1e9)(Y[:20], few), lb.GaussianNLL()(Y[:20], wide), rtol=1e-6
    )


def test_rows_of_another_width_are_named() -> None:
    with pytest.raises(InputError) as caught:
        lb.GaussianNLL()(np.zeros(5), np.zeros((5, 3)))
    assert str(caught.value) == (
        "y_pred has shape (5, 3): the last axis must hold 2 numbers: mean and log-variance."
    )
    with pytest.raises(InputError) as caught:
        lb.LaplaceNLL()(np.zeros((5, 2)), np.zeros((5, 2)))
    assert str(caught.value) == (
        "y_true has shape (5, 2) but y_pred has (5, 2): pass numbers (one per row) of shape (5,)."
    )
    with pytest.raises(InputError, match=r"df must be 1 or more, got 0\.5"):
        lb.StudentT(df=0.5)


def test_the_ruler_claims_nothing_beyond_all_numbers() -> None:
    import mpmath

    one = np.asarray([1.0])
    assert ulp_errors(one, np.asarray([mpmath.mpf(3)]), np.asarray([mpmath.inf]))[0] == 0
    assert ulp_errors(one, np.asarray([mpmath.mpf(3)]), np.asarray([mpmath.mpf(1)]))[0] == 2.0**53
