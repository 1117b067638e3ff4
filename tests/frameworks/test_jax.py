"""JAX: jit, grad, half precision, and 64 bits in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import lossbook as lb
from frameworks.libraries import JAX, allowance, assert_close, cases
from variants import every_loss

SQUARED = lb.SquaredError()
LOGITS, SCORES = lb.BinaryCrossEntropy(from_logits=True), lb.CrossEntropy(from_logits=True)
SOME = pytest.mark.parametrize(
    "loss", [*[cls() for cls in lb.catalogue()], LOGITS, SCORES], ids=repr
)


@SOME
def test_jit(loss: lb.Loss) -> None:
    for case in cases(loss, 20, "float32"):
        y, p, w = (JAX.make(x) for x in (case.samples.y_true, case.samples.y_pred, case.weight))
        compiled = jax.jit(lambda y, p, w: loss.value_gradient_hessian(y, p, sample_weight=w))
        expected = loss.value_gradient_hessian(y, p, sample_weight=w)
        sizes = case.weighed_sizes(case.weight / case.weight.sum(), "mean")
        for result, number, size in zip(compiled(y, p, w), expected, sizes, strict=True):
            assert result.dtype == p.dtype
            more, size = allowance(loss, number, size)
            assert_close(np.asarray(result), np.asarray(number), more * 8, size)
        # Labels that are known while the prediction is traced.
        value = jax.jit(lambda p: loss(y, p))(p)  # noqa: B023
        size = case.weighed_sizes(np.full(20, 1 / 20), "mean")[0]
        assert_close(np.asarray(value), np.asarray(loss(y, p)), 8, size)


@SOME
def test_grad_of_the_value_is_the_gradient(loss: lb.Loss) -> None:
    for case in cases(loss, 20, "float32"):
        y, p = JAX.make(case.samples.y_true), JAX.make(case.samples.y_pred)
        found = jax.jit(jax.grad(lambda p: loss(y, p, reduction="sum")))(p)  # noqa: B023
        expected = loss.gradient(y, p, reduction="sum")
        # What is not as exact as ours is rounded as the steepest slopes are.
        floor = 1.0 if loss.is_row or loss.compensated else 1e-3
        assert_close(found, expected, 64, np.maximum(case.sizes[1], floor))


@pytest.mark.parametrize(
    ("loss", "y", "p"),
    [
        (LOGITS, [0.0, 1.0, 0.5], [0.0, 0.0, 0.0]),
        (LOGITS, [0.0, 1.0], [100.0, -100.0]),
        (lb.BinaryCrossEntropy(), [0.0, 1.0], [0.0, 1.0]),
        (SCORES, [0, 1, 2], [[0.0] * 3] * 3),
        (SCORES, [0, 1], [[0.5, 0.25, -np.inf]] * 2),
    ],
    ids=["a logit of 0", "far logits", "sure and right", "all scores equal", "masked scores"],
)
def test_grad_where_formulas_have_seams(loss: lb.Loss, y: list[float], p: list[float]) -> None:
    labels, predictions = jnp.asarray(y), jnp.asarray(p)
    found = jax.grad(lambda p: loss(labels, p, reduction="sum"))(predictions)
    assert_close(found, loss.gradient(y, np.float32(p), reduction="sum"), 4)


@pytest.mark.parametrize("loss", [LOGITS, SCORES, lb.Hinge()], ids=repr)
@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16], ids=["float16", "bfloat16"])
def test_half_precision_goes_through_float32(loss: lb.Loss, dtype: type) -> None:
    case = cases(loss, 20, "float32")[0]
    y, p = JAX.make(case.samples.y_true), JAX.make(case.samples.y_pred).astype(dtype)
    results = loss.value_gradient_hessian(y, p, reduction="none")
    wide = loss.value_gradient_hessian(y, p.astype("float32"), reduction="none")
    for result, exact in zip(results, wide, strict=True):
        assert result.dtype == dtype
        np.testing.assert_array_equal(result, exact.astype(dtype))
    with pytest.raises(lb.InputError, match="sample_weight has -1"):
        loss(y, p, sample_weight=-jnp.ones(20, dtype))


def test_out_cannot_be_written_to() -> None:
    with pytest.raises(lb.InputError, match="out is read-only"):
        SQUARED.gradient(jnp.zeros(2), jnp.zeros(2), out=jnp.zeros(2))
    with pytest.raises(lb.InputTypeError, match="out must be an array of jax, got ndarray"):
        SQUARED.gradient(jnp.zeros(2), jnp.zeros(2), out=np.zeros(2, "f4"))


@pytest.mark.skipif(jax.config.jax_enable_x64, reason="this is the process of its own")
def test_64_bits() -> None:
    """These tests again with JAX in 64 bits, which it cannot be switched to once it has started."""
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "jax-float64", here],
        cwd=here.parent.parent,
        env={**os.environ, "JAX_ENABLE_X64": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert " passed" in done.stdout


def test_every_loss_is_in_the_catalogue() -> None:
    assert {type(loss) for loss in every_loss()} == set(lb.catalogue())
