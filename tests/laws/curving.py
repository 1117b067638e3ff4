"""Curvatures for boosting keep what the menu promises of them."""

from __future__ import annotations

from typing import Any

import numpy as np

import lossbook as lb
from laws.collection import law
from lossbook.boosting.curvature import choices, formula, safe_choice
from lossbook.boosting.probes import has_slope
from lossbook.checks.sampling import Samples, ordinary, terms_of

# Steps from an everyday prediction that end close by and far out.
STEPS = 10.0 ** np.arange(-3, 3)


@law
def only_the_exact_curvature_may_be_negative(loss: lb.Loss) -> None:
    names = _choices(loss)
    for samples in ordinary(loss, 400, seed=81) if names else ():
        for name in names:
            gradient, curvature = _pair(loss, name, samples)
            assert np.isfinite(curvature).all(), name
            if name == "exact":
                hessian = loss.hessian(samples.y_true, samples.y_pred, reduction="none")
                np.testing.assert_array_equal(curvature, hessian)
            else:
                assert (curvature >= 0).all(), name
            if name == safe_choice(loss):
                assert (curvature[gradient != 0] > 0).all(), name


@law
def bounds_and_secants_lie_above_the_loss(loss: lb.Loss) -> None:
    names = {"bound", "secant"} & set(_choices(loss))
    rng = np.random.default_rng(82)
    for samples in ordinary(loss, 200, seed=83) if names else ():
        here = loss(samples.y_true, samples.y_pred, reduction="none")
        for name in names:
            gradient, curvature = _unscaled(loss, name, samples)
            if name == "bound" and isinstance(loss, lb.RowLoss):
                whole = loss.full_hessian(samples.y_true, samples.y_pred, reduction="none")
                largest = np.linalg.eigvalsh(whole)[..., -1]
                assert (largest <= curvature.max(axis=-1) * (1 + 1e-9)).all()
            for length in STEPS:
                step = length * rng.normal(size=samples.y_pred.shape)
                there = Samples(samples.labels, samples.y_true, samples.y_pred + step)
                rise = gradient * step + curvature * step * step / 2
                rise = rise.sum(axis=-1) if loss.is_row else rise
                room = 1e-12 * (terms_of(loss, samples, 0) + terms_of(loss, there, 0) + abs(rise))
                reached = loss(there.y_true, there.y_pred, reduction="none")
                assert (reached <= here + rise + room).all(), (name, length)


@law
def the_expected_curvature_is_the_mean_hessian_where_it_is_best(loss: lb.Loss) -> None:
    """Of labels in any shares, at the constant that is best for them."""
    is_modelled = isinstance(loss, lb.LevelsLoss | lb.LocationScaleLoss) or loss.facts.kinks
    if "fisher" not in _choices(loss) or is_modelled:
        return
    found = formula(loss, "fisher")
    assert found is not None
    for samples in ordinary(loss, 40, seed=84)[:1]:
        share = np.random.default_rng(85).uniform(0.2, 1, len(samples))
        best = np.asarray(loss.optimal_constant(samples.y_true, share), dtype=float)
        everywhere = np.tile(best, (len(samples), *[1] * best.ndim))
        hessian = loss.hessian(samples.y_true, everywhere, reduction="none")
        expected = np.average(hessian, axis=0, weights=share)
        curvature = found(samples.y_true, everywhere)[1][0]
        size = abs(hessian).max(axis=0)
        assert (abs(curvature - expected) <= 1e-6 * size).all(), (curvature, expected)


def _choices(loss: lb.Loss) -> list[str]:
    """The menu of a loss that can be an objective."""
    is_one = loss.prediction_domain.checks_nothing and has_slope(loss)
    return choices(loss) if is_one else []


def _pair(loss: lb.Loss, name: str, samples: Samples) -> tuple[Any, Any]:
    found = formula(loss, name)
    assert found is not None
    return found(samples.y_true, samples.y_pred)


def _unscaled(loss: lb.Loss, name: str, samples: Samples) -> tuple[Any, Any]:
    """Gradient and curvature in the unit of the loss; of kinks, with next to no floor."""
    found = formula(loss, name, 1e-9)
    assert found is not None
    gradient, curvature = found(samples.y_true, samples.y_pred)
    has_floor = name == "secant" and np.isinf(loss.facts.smoothness)
    scale = 1e-9 if has_floor and (loss.facts.kinks or loss.is_row) else 1.0
    return gradient / scale, curvature / scale
