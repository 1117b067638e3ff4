"""The best constant prediction beats all others, and slopes balance there."""

from __future__ import annotations

from typing import Any

import numpy as np

import lossbook as lb
from laws.collection import law
from lossbook.checks.sampling import Samples, ordinary, weights


@law
def no_constant_beats_the_optimal_one(loss: lb.Loss) -> None:
    for samples in ordinary(loss, 101, seed=21):
        for w in (None, weights(len(samples))):
            _check_constant(loss, samples, w)


def _check_constant(loss: lb.Loss, samples: Samples, w: Any) -> None:
    best = loss.optimal_constant(samples.y_true, w)
    least = _cost(loss, samples, w, best)
    assert np.isfinite(least)
    rng = np.random.default_rng(22)
    for _ in range(60):
        other = _inside(loss, best + rng.normal(size=np.shape(best)) * 10.0 ** rng.uniform(-6, 1))
        cost = _cost(loss, samples, w, other)
        assert cost >= least * (1 - 1e-13), f"{loss}: {other} costs {cost}, {best} costs {least}"
    _check_balance(loss, samples, w, best)


def _check_balance(loss: lb.Loss, samples: Samples, w: Any, best: Any) -> None:
    """The gradients sum to 0 up to rounding, or change sign there where slopes jump."""
    if loss.is_row and loss.prediction_domain.checks_nothing is False:
        return  # the best row lies on the simplex, where the gradient is constant but not 0
    slopes, curvatures = loss.gradient_and_hessian(
        *_filled(samples, best), sample_weight=w, reduction="sum"
    )
    if not loss.facts.kinks:
        # No constant lies between two neighbouring floats, where the slope changes this much.
        room = 1e-12 * abs(slopes).sum() + np.spacing(abs(best)).max() * abs(curvatures).sum()
        assert abs(slopes.sum(axis=0)).max() <= room, loss
        return
    step = 1e-9 * max(1.0, abs(best))
    left, right = (
        loss.gradient(*_filled(samples, best + s), sample_weight=w, reduction="sum").sum()
        for s in (-step, step)
    )
    assert left <= 0 <= right or np.isclose(left * right, 0), f"{loss}: {left} .. {right}"


def _filled(samples: Samples, constant: Any) -> tuple[Any, Any]:
    return samples.y_true, np.broadcast_to(constant, samples.y_pred.shape).copy()


def _cost(loss: lb.Loss, samples: Samples, w: Any, constant: Any) -> float:
    return float(loss(*_filled(samples, constant), sample_weight=w))


def _inside(loss: lb.Loss, constant: Any) -> Any:
    if loss.prediction_domain.checks_nothing:
        return constant
    clipped = np.clip(constant, 1e-12, 1 - 1e-12)
    return clipped / clipped.sum() if loss.is_row else float(clipped)
