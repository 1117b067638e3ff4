"""The best constant prediction beats all others, and slopes balance there."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

import lossbook as lb
from laws.collection import law
from lossbook.checks.places import predictions
from lossbook.checks.sampling import Samples, ordinary, weights
from lossbook.checks.searching import row_jumps
from lossbook.maths.oracle import DIGITS, ORACLE


@law
def no_constant_beats_the_optimal_one(loss: lb.Loss) -> None:
    for samples in ordinary(loss, 101, seed=21):
        for w in (None, weights(len(samples))):
            _check_constant(loss, samples, w)


def _check_constant(loss: lb.Loss, samples: Samples, w: Any) -> None:
    best = loss.optimal_constant(samples.y_true, w)
    least, size = _cost(loss, samples, w, best)
    assert np.isfinite(least)
    for other in _others(loss, samples, best):
        cost, _ = _cost(loss, samples, w, other)
        assert cost >= least - 1e-13 * size, f"{loss}: {other} costs {cost}, {best} costs {least}"
    if np.isfinite(best).all():
        _check_balance(loss, samples, w, best)


def _others(loss: lb.Loss, samples: Samples, best: Any) -> list[Any]:
    """Constants close to the best one, and for single predictions those all over the labels."""
    rng = np.random.default_rng(22)
    near = [best + rng.normal(size=np.shape(best)) * 10.0 ** rng.uniform(-6, 1) for _ in range(60)]
    if not loss.is_row:
        labels = samples.y_true
        near += [*labels, *(labels + 0.01), *np.linspace(labels.min(), labels.max(), 150)]
    return [_inside(loss, other) for other in near]


def _check_balance(loss: lb.Loss, samples: Samples, w: Any, best: Any) -> None:
    """The gradients sum to 0 up to rounding, or change sign there where slopes jump."""
    if loss.is_row and loss.prediction_domain.checks_nothing is False:
        return  # the best row lies on the simplex, where the gradient is constant but not 0
    if loss.is_row and row_jumps(loss):
        _check_row_balance(loss, samples, w, best)
        return
    words: Any = {"sample_weight": w, "reduction": "sum"}
    slopes, curves = loss.gradient_and_hessian(*_filled(samples, best), **words)
    if not loss.facts.kinks:
        # What the sum rises by from one float to the next.
        step = 4 * np.max(np.spacing(abs(best)) * abs(curves).sum(axis=0))
        room = 1e-12 * abs(slopes).sum() + step
        assert abs(slopes.sum(axis=0)).max() <= room, f"{loss}: slopes do not balance at {best}"
        return
    step = 1e-9 * max(1.0, abs(best))
    left, right = (
        loss.gradient(*_filled(samples, best + s), sample_weight=w, reduction="sum").sum()
        for s in (-step, step)
    )
    assert left <= 0 <= right or np.isclose(left * right, 0), f"{loss}: {left} .. {right}"


def _check_row_balance(loss: lb.Loss, samples: Samples, w: Any, best: Any) -> None:
    """To either side of each column of the best row its slope points back."""
    for place in range(len(best)):
        step = 1e-9 * max(1.0, abs(best[place])) * np.eye(len(best))[place]
        left, right = (
            loss.gradient(*_filled(samples, best + s), sample_weight=w, reduction="sum")
            for s in (-step, step)
        )
        room = 1e-12 * abs(left[:, place]).sum()
        assert left[:, place].sum() <= room, f"{loss}: column {place}"
        assert right[:, place].sum() >= -room, f"{loss}: column {place}"


def _filled(samples: Samples, constant: Any) -> tuple[Any, Any]:
    return samples.y_true, np.broadcast_to(constant, samples.y_pred.shape).copy()


def _cost(loss: lb.Loss, samples: Samples, w: Any, constant: Any) -> tuple[float, float]:
    """The weighted mean, and that of the sizes of the values."""
    values = loss(*_filled(samples, constant), reduction="none")
    mean = float(loss(*_filled(samples, constant), sample_weight=w))
    counted = np.ones(len(values), bool) if w is None else w > 0
    sizes = abs(values[counted])
    return mean, float(np.average(sizes, weights=None if w is None else w[counted]))


def _inside(loss: lb.Loss, constant: Any) -> Any:
    domain = loss.prediction_domain
    if domain.checks_nothing:
        return constant
    clipped = np.clip(constant, domain.low + 1e-12, domain.high - 1e-12)
    return clipped / clipped.sum() if loss.is_row else float(clipped)


@law
def one_class_alone_is_predicted_as_far_out_as_it_pays(loss: lb.Loss) -> None:
    classes = None if loss.is_row else loss.label_domain.two_classes
    for label in classes or ():
        y_true = np.full(3, label)
        best = loss.optimal_constant(y_true)
        cost = loss(y_true[:1], [best])
        p = predictions(loss, label)
        others = loss(np.full(len(p), label), p, reduction="none")
        assert cost <= np.nanmin(others), f"{loss}: {best} for {label} costs {cost}"
        ends = (loss.prediction_domain.low, loss.prediction_domain.high)
        if np.isfinite(best) and best not in ends:
            room = 8 * np.spacing(abs(best))  # logarithms are rounded
            with mpmath.workdps(DIGITS):
                exactly = loss.over(ORACLE)
                slope, *beside = (
                    exactly.derivative(ORACLE, 1, mpmath.mpf(label), mpmath.mpf(place))
                    for place in (best, best - room, best + room)
                )
            is_lowest = slope == 0 or beside[0] < 0 < beside[1]
            assert is_lowest, f"{loss}: {best} for {label}, but its slope is {slope}: go on to inf"


@law
def constants_follow_the_weights(loss: lb.Loss) -> None:
    samples = ordinary(loss, 40, seed=23)[0]
    repeats = np.random.default_rng(24).integers(0, 4, 40)
    weighed = loss.optimal_constant(samples.y_true, repeats)
    repeated = loss.optimal_constant(np.repeat(samples.y_true, repeats, axis=0))
    np.testing.assert_allclose(weighed, repeated, rtol=1e-12, atol=1e-300)
