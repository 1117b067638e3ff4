"""Weights count samples, 0 removes them, and only their ratios matter for a mean."""

from __future__ import annotations

import numpy as np

import lossbook as lb
from laws.collection import close, law
from lossbook.checks.sampling import ordinary, terms_of, weights

DTYPES = (np.float32, np.float64)
COUNT = 1500


@law
def whole_weights_repeat_rows(loss: lb.Loss) -> None:
    repeats = np.random.default_rng(31).integers(0, 4, COUNT)
    for samples in ordinary(loss, COUNT, seed=32):
        y, p = (np.repeat(array, repeats, axis=0) for array in (samples.y_true, samples.y_pred))
        for reduction in ("mean", "sum"):
            weighed = loss(
                samples.y_true, samples.y_pred, sample_weight=repeats, reduction=reduction
            )
            assert close(weighed, loss(y, p, reduction=reduction), 1e-13), loss


@law
def weights_multiply_each_sample(loss: lb.Loss) -> None:
    for dtype in DTYPES:
        w = weights(COUNT).astype(dtype)
        for samples in ordinary(loss, COUNT, dtype, seed=33):
            plain = loss.value_gradient_hessian(samples.y_true, samples.y_pred, reduction="none")
            weighed = loss.value_gradient_hessian(
                samples.y_true, samples.y_pred, sample_weight=w, reduction="none"
            )
            sizes = [abs(plain[0]), terms_of(loss, samples, 1), abs(plain[2])]
            for one, other, size in zip(weighed, plain, sizes, strict=True):
                each = w.astype(float).reshape(-1, *[1] * (other.ndim - 1))
                error = abs(one - each * other.astype(float))
                lost = (1 + each) * np.finfo(dtype).smallest_subnormal
                room = 4 * np.finfo(dtype).eps * each * size + lost
                assert (error <= room).all(), loss


@law
def a_weight_of_0_removes_the_sample(loss: lb.Loss) -> None:
    for dtype in DTYPES:
        for samples in ordinary(loss, COUNT, dtype, seed=34):
            w = weights(COUNT)
            gone = w == 0
            y_pred = samples.y_pred.copy()
            y_pred[gone] = np.nan
            y_pred[np.flatnonzero(gone)[::2]] = _worst(loss)
            for reduction in ("mean", "sum"):
                with_ = loss.value_gradient_hessian(
                    samples.y_true, y_pred, sample_weight=w, reduction=reduction
                )
                without = loss.value_gradient_hessian(
                    samples.y_true[~gone],
                    y_pred[~gone],
                    sample_weight=w[~gone],
                    reduction=reduction,
                )
                assert close(with_[0], without[0], 1e-6 if dtype == np.float32 else 1e-14), loss
                for one, other in zip(with_[1:], without[1:], strict=True):
                    np.testing.assert_allclose(
                        one[~gone], other, rtol=4 * np.finfo(dtype).eps, atol=0
                    )
                    assert not one[gone].any(), loss


def _worst(loss: lb.Loss) -> float:
    """A prediction whose loss is infinite, for some label at least."""
    return np.inf if loss.prediction_domain.checks_nothing else 0.0


@law
def scaling_all_weights_leaves_the_mean(loss: lb.Loss) -> None:
    w = weights(COUNT)
    for dtype in DTYPES:
        for samples in ordinary(loss, COUNT, dtype, seed=35):
            plain = loss.value_gradient_hessian(samples.y_true, samples.y_pred, sample_weight=w)
            for factor in (2.0**-300, 2.0**-20, 2.0**300):
                scaled = loss.value_gradient_hessian(
                    samples.y_true, samples.y_pred, sample_weight=w * factor
                )
                for one, other in zip(plain, scaled, strict=True):
                    # What is left where no product with a weight underflows.
                    kept = (one == 0) | (abs(np.asarray(one, float)) > 2.0**-700)
                    np.testing.assert_allclose(
                        np.asarray(one)[kept],
                        np.asarray(other)[kept],
                        rtol=4 * np.finfo(dtype).eps,
                        atol=0,
                        err_msg=repr(loss),
                    )
