"""PyTorch: its own differentiation agrees with ours, half precision, out=, torch.compile."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import lossbook as lb
from frameworks.libraries import TORCH, Case, assert_close, cases
from variants import every_formula

# Differentiated by PyTorch itself, plain formulas are not as exact as those that carry rounding
# errors along (rows' are), and a step has no slope.
PLAIN = [
    loss for loss in every_formula() if loss.is_row or not (loss.compensated or loss.facts.jumps)
]
EVERY = pytest.mark.parametrize("loss", PLAIN, ids=repr)
SQUARED = lb.SquaredError()
SHARES, LOGITS = (lb.BinaryCrossEntropy(from_logits=choice) for choice in (False, True))
ROWS, SCORES = (lb.CrossEntropy(from_logits=choice) for choice in (False, True))
Tensor = torch.Tensor


def slope(value: Callable[[Tensor], Tensor], at: Any) -> Any:
    """What PyTorch makes of the value's graph."""
    point = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    result = value(point)
    assert result.requires_grad
    return torch.autograd.grad(result.sum(), point)[0].numpy()


@EVERY
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_autograd_of_the_value_is_the_gradient(loss: lb.Loss, reduction: str) -> None:
    for case in cases(loss, 50, "float64"):
        y, w = TORCH.make(case.samples.y_true), TORCH.make(case.weight)
        p = case.samples.y_pred
        for more in ({}, {"sample_weight": w}):
            found = slope(lambda z, more=more: loss(y, z, reduction=reduction, **more), p)  # noqa: B023
            expected = loss.gradient(y, TORCH.make(p), reduction=reduction, **more).numpy()
            assert_close(found, expected, 64, _size(case, reduction, more))


def _size(case: Case, reduction: str, more: dict[str, Any]) -> Any:
    p, w = case.samples.y_pred, case.weight
    factor = w if more else np.ones(len(w))
    if reduction == "mean":
        factor = factor / factor.sum()
    # What PyTorch takes from one class's slope is rounded as the slopes of the others are.
    floor = 1.0 if case.loss.is_row else 1e-3
    return factor[(..., *(None,) * (p.ndim - 1))] * np.maximum(case.sizes[1], floor)


@EVERY
def test_autograd_of_the_gradient_is_the_hessian(loss: lb.Loss) -> None:
    for case in cases(loss, 30, "float64"):
        if loss.is_row or case.samples.labels == "soft":
            continue
        y, p = TORCH.make(case.samples.y_true), case.samples.y_pred
        point = torch.tensor(p, requires_grad=True)
        gradient = loss.gradient(y, point, reduction="none")
        expected = loss.hessian(y, TORCH.make(p), reduction="none").numpy()
        if not gradient.requires_grad:  # piecewise linear: the gradient is made of constants
            assert not expected.any()
            continue
        found = torch.autograd.grad(gradient.sum(), point)[0].numpy()
        assert_close(found, expected, 64)


SMOOTH = {
    "a logit of 0": (LOGITS, [0.0, 1.0, 0.25], [0.0, 0.0, 0.0]),
    "minus 0": (LOGITS, [0.0, 1.0], [-0.0, -0.0]),
    "far logits": (LOGITS, [0.0, 1.0, 0.0, 1.0], [1000.0, 1000.0, -1000.0, -1000.0]),
    "sure and right": (SHARES, [0.0, 1.0], [0.0, 1.0]),
    "all scores equal": (SCORES, [0, 1, 2], [[0.0] * 3] * 3),
    "two largest scores": (SCORES, [0, 1, 2], [[2.0, 2.0, -1.0]] * 3),
    "masked scores": (SCORES, [0, 1], [[0.5, 0.25, -math.inf], [3.0, 1.0, -math.inf]]),
    "far scores": (SCORES, [0, 1], [[1000.0, 0.0, -1000.0]] * 2),
    "sure classes": (ROWS, [0, 1], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
    "no miss": (SQUARED, [1.0, 2.0], [1.0, 2.0]),
    "on the quantile": (lb.Quantile(tau=0.3), [1.0], [1.0]),
}


@pytest.mark.parametrize("about", SMOOTH)
def test_autograd_where_formulas_have_seams(about: str) -> None:
    """Where |x|, max or 0 times infinity in a formula would mislead a differentiating library."""
    loss, y, p = SMOOTH[about]
    labels = torch.tensor(y)
    found = slope(lambda z: loss(labels, z, reduction="sum"), p)
    expected = loss.gradient(y, p, reduction="sum")
    assert_close(found, expected, 4)


@EVERY
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_half_precision_goes_through_float32(loss: lb.Loss, dtype: torch.dtype) -> None:
    for case in cases(loss, 30, "float32"):
        y, p = TORCH.make(case.samples.y_true), TORCH.make(case.samples.y_pred).to(dtype)
        for labels in {y, y.to(dtype)} if y.is_floating_point() else {y}:
            results = loss.value_gradient_hessian(labels, p, reduction="none")
            wide = loss.value_gradient_hessian(labels, p.float(), reduction="none")
            for result, exact in zip(results, wide, strict=True):
                assert result.dtype == dtype
                assert torch.equal(result, exact.to(dtype))
    assert loss(y, p).dtype == dtype


def test_no_8_bit_floats() -> None:
    with pytest.raises(lb.InputTypeError, match=r"y_pred has dtype torch\.float8_e5m2"):
        LOGITS(torch.zeros(2), torch.zeros(2).to(torch.float8_e5m2))


@EVERY
def test_out_is_written_and_given_back(loss: lb.Loss) -> None:
    case = cases(loss, 20, "float32")[0]
    y, p = TORCH.make(case.samples.y_true), TORCH.make(case.samples.y_pred)
    expected = loss.value_gradient_hessian(y, p, reduction="none")
    pair = torch.zeros(*p.shape, 2)
    out = (torch.zeros_like(expected[0]), pair[..., 0], pair[..., 1])
    results = loss.value_gradient_hessian(y, p, reduction="none", out=out)
    for result, target, number in zip(results, out, expected, strict=True):
        assert result is target
        assert torch.equal(result, number)
    kept = torch.full_like(p, 7)
    some = loss.value_gradient_hessian(y, p, reduction="none", out=(None, kept, None))
    assert some[1] is kept
    assert all(torch.equal(a, b) for a, b in zip(some, expected, strict=True))
    value, gradient = loss.value_and_gradient(y, p, out=kept)
    assert gradient is kept
    assert torch.equal(value, loss(y, p))
    over = p.clone()
    assert loss.gradient(y, over, reduction="none", out=over) is over
    assert torch.equal(over, expected[1])


def test_out_of_one_number() -> None:
    out = torch.zeros(())
    assert LOGITS.gradient(torch.tensor(1.0), torch.tensor(0.0), out=out) is out
    assert out == -0.5


BUFFER = torch.zeros(9)
OUTS: dict[str, tuple[Any, str]] = {
    "shape": (torch.zeros(5), r"out has shape \(5,\), expected \(4,\)"),
    "dtype": (torch.zeros(4, dtype=torch.float64), "out has dtype torch.float64, expected"),
    "a parameter": (torch.zeros(4, requires_grad=True), "out is read-only"),
    "one place": (torch.zeros(1).expand(4), "out is read-only"),
    "overlap": (BUFFER[1:5], "out overlaps y_pred in memory"),
    "too many": ((torch.zeros(4),) * 3, "out must hold one array .* 2, got 3"),
    "none": ((), "out must hold one array .* 2, got 0"),
    "list": ([0.0] * 4, "out must be an array of torch, got list"),
}


@pytest.mark.parametrize("about", OUTS)
def test_bad_out_leaves_everything_as_it_was(about: str) -> None:
    BUFFER[:] = 3
    bad, words = OUTS[about]
    first = torch.full((4,), 7.0)
    out = bad if isinstance(bad, tuple) else (first, bad)
    error = lb.InputTypeError if about == "list" else lb.InputError
    with pytest.raises(error, match=words):
        LOGITS.gradient_and_hessian(torch.ones(4), BUFFER[:4], out=out)
    assert (first == 7).all()
    assert (BUFFER == 3).all()
    with pytest.raises(lb.InputError, match="overlap each other"):
        LOGITS.gradient_and_hessian(torch.ones(4), torch.ones(4), out=(first, first.view(4)))
    with pytest.raises(lb.InputError, match="y_true has 2"):
        LOGITS.gradient(torch.full((4,), 2.0), torch.ones(4), out=first)
    assert (first == 7).all()


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
@pytest.mark.parametrize("loss", [LOGITS, SCORES, lb.Hinge(), SHARES], ids=repr)
def test_compile(loss: lb.Loss, backend: str) -> None:
    torch._dynamo.reset()
    case = cases(loss, 20, "float32")[0]
    y, p = TORCH.make(case.samples.y_true), TORCH.make(case.samples.y_pred)
    compiled = torch.compile(
        lambda y, p: loss.value_gradient_hessian(y, p), backend=backend, fullgraph=True
    )
    expected = loss.value_gradient_hessian(y, p)
    for result, number in zip(compiled(y, p), expected, strict=True):
        assert torch.equal(result, number)


def test_labels_and_weights_may_carry_a_graph() -> None:
    y, w = (torch.tensor(x, requires_grad=True) for x in ([0.25, 1.0], [1.0, 2.0]))
    p = torch.tensor([0.5, -1.0], requires_grad=True)
    value, gradient, _ = LOGITS.value_gradient_hessian(y, p, sample_weight=w)
    value.backward()
    expected = LOGITS.gradient(y.detach(), p.detach(), sample_weight=w.detach())
    assert_close(p.grad.numpy(), expected.numpy(), 4)
    assert_close(gradient.detach().numpy(), expected.numpy(), 4)
    with pytest.raises(lb.InputError, match=r"y_true has 1\.5 at index 1"):
        LOGITS(torch.tensor([0.0, 1.5], requires_grad=True), p)
