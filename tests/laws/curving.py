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
    if not (loss.prediction_domain.checks_nothing and has_slope(loss)):
        return
    for samples in ordinary(loss, 400, seed=81):
        for name in choices(loss):
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
    if not (loss.prediction_domain.checks_nothing and has_slope(loss)):
        return
    rng = np.random.default_rng(82)
    for samples in ordinary(loss, 200, seed=83):
        here = loss(samples.y_true, samples.y_pred, reduction="none")
        for name in {"bound", "secant"} & set(choices(loss)):
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
