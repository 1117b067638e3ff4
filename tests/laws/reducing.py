"""mean, sum and none are one thing said three ways; all calls say the same, to the last bit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import lossbook as lb
from laws.collection import law
from lossbook.checks.sampling import ordinary, terms_of, weights

CALLS = {
    "__call__": (0,),
    "gradient": (1,),
    "hessian": (2,),
    "value_and_gradient": (0, 1),
    "gradient_and_hessian": (1, 2),
    "value_gradient_hessian": (0, 1, 2),
}
# An odd count over several blocks: whole vectors, rests of vectors, whole blocks, rests of blocks.
COUNT = 2999


@law
def reductions_agree(loss: lb.Loss) -> None:
    for dtype in (np.float32, np.float64):
        eps = np.finfo(dtype).eps
        for samples in ordinary(loss, COUNT, dtype, seed=41):
            for w in (None, weights(COUNT)):
                none, total, mean = (
                    loss.value_gradient_hessian(
                        samples.y_true, samples.y_pred, sample_weight=w, reduction=reduction
                    )
                    for reduction in ("none", "sum", "mean")
                )
                whole = float(COUNT if w is None else math.fsum(w))
                exact = math.fsum(none[0].tolist())
                size = math.fsum(abs(none[0]).tolist())
                assert isinstance(total[0], float)
                assert isinstance(mean[0], float)
                assert abs(total[0] - exact) <= 2 * eps * size, loss
                assert abs(mean[0] * whole - total[0]) <= 4 * 2.0**-52 * size, loss
                sizes = [None, terms_of(loss, samples, 1), abs(none[2].astype(float))]
                if w is not None:
                    sizes[1] = sizes[1] * w.reshape(-1, *[1] * (sizes[1].ndim - 1))
                for order in (1, 2):
                    _equal(none[order], total[order])
                    error = abs(mean[order].astype(float) * whole - total[order])
                    # Divided by the whole, a slope next to nothing may be rounded away.
                    lost = whole * float(np.finfo(dtype).smallest_subnormal)
                    assert (error <= 4 * eps * sizes[order] + lost).all(), (loss, samples.labels)


@law
def all_calls_agree_bit_for_bit(loss: lb.Loss) -> None:
    for dtype in (np.float16, np.float32, np.float64):
        for samples in ordinary(loss, COUNT, dtype, seed=42):
            for w in (None, weights(COUNT).astype(np.float32)):
                for reduction in ("mean", "sum", "none"):
                    _check_calls(loss, samples.y_true, samples.y_pred, w, reduction)


def _check_calls(loss: lb.Loss, y_true: Any, y_pred: Any, w: Any, reduction: str) -> None:
    known: dict[int, Any] = {}
    for name, orders in CALLS.items():
        results = getattr(loss, name)(y_true, y_pred, sample_weight=w, reduction=reduction)
        for order, result in zip(orders, results if len(orders) > 1 else [results], strict=True):
            _equal(known.setdefault(order, result), result)


def _equal(one: Any, other: Any) -> None:
    """The same bits; -0 is not 0, NaN is NaN."""
    one, other = np.asarray(one), np.asarray(other)
    assert one.dtype == other.dtype
    assert one.shape == other.shape
    assert one.tobytes() == other.tobytes()
