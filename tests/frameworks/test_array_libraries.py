"""Every array library: its own arrays back, NumPy's numbers in them, and the same complaints."""

from __future__ import annotations

import inspect
from typing import Any

import array_api_strict
import numpy as np
import pytest

import lossbook as lb
from frameworks.libraries import (
    JAX,
    LIBRARIES,
    STRICT,
    TORCH,
    Case,
    Library,
    allowance,
    assert_close,
    cases,
)
from variants import every_formula

CALLS = {
    "__call__": (0,),
    "gradient": (1,),
    "hessian": (2,),
    "value_and_gradient": (0, 1),
    "gradient_and_hessian": (1, 2),
    "value_gradient_hessian": (0, 1, 2),
}
IN = [(library, dtype) for library in LIBRARIES for dtype in library.dtypes]
EVERY = pytest.mark.parametrize("loss", every_formula(), ids=repr)
FORMS = pytest.mark.parametrize(("library", "dtype"), IN, ids=str)
EACH = pytest.mark.parametrize("library", LIBRARIES, ids=str)
SHARES, LOGITS = (lb.BinaryCrossEntropy(from_logits=choice) for choice in (False, True))
ROWS, SCORES = (lb.CrossEntropy(from_logits=choice) for choice in (False, True))


@EVERY
@FORMS
def test_the_numbers_are_numpy_s(library: Library, dtype: str, loss: lb.Loss) -> None:
    make = library.make
    for case in cases(loss, 40, dtype):
        y, p = case.samples.y_true, case.samples.y_pred
        sizes = case.sizes
        expected = loss.value_gradient_hessian(y, p, reduction="none")
        results = loss.value_gradient_hessian(make(y), make(p), reduction="none")
        for result, numbers, size in zip(results, expected, sizes, strict=True):
            more, size = allowance(loss, numbers, size)
            assert_close(library.numbers(result), numbers, more * 6 * library.slack(dtype), size)


@EVERY
@FORMS
def test_weights_and_reductions(library: Library, dtype: str, loss: lb.Loss) -> None:
    for case in cases(loss, 40, dtype):
        w, ones = case.weight, np.ones(40)
        for reduction, share in (("none", 1), ("sum", 1), ("mean", w.sum(dtype=float))):
            _compare_reduced(library, case, reduction, w, w / share)
        _compare_reduced(library, case, "mean", None, ones / 40)


def _compare_reduced(library: Library, case: Case, reduction: str, w: Any, factor: Any) -> None:
    y, p = case.samples.y_true, case.samples.y_pred
    weight = None if w is None else library.make(w)
    expected = case.loss.value_gradient_hessian(y, p, sample_weight=w, reduction=reduction)
    results = case.loss.value_gradient_hessian(
        library.make(y), library.make(p), sample_weight=weight, reduction=reduction
    )
    sizes = case.weighed_sizes(factor, reduction)
    epsilons = 12 * library.slack(str(p.dtype))
    for result, numbers, size in zip(results, expected, sizes, strict=True):
        more, size = allowance(case.loss, numbers, size)
        assert_close(library.numbers(result), numbers, more * epsilons, size)


@EVERY
@FORMS
def test_every_call_gives_the_library_its_own(library: Library, dtype: str, loss: lb.Loss) -> None:
    case = cases(loss, 10, dtype)[0]
    y, p = library.make(case.samples.y_true), library.make(case.samples.y_pred)
    for reduction in ("mean", "none"):
        together = loss.value_gradient_hessian(y, p, reduction=reduction)
        for name, orders in CALLS.items():
            results = getattr(loss, name)(y, p, reduction=reduction)
            results = results if isinstance(results, tuple) else (results,)
            for order, result in zip(orders, results, strict=True):
                assert result.dtype == p.dtype
                assert result.device == p.device
                reduced = order == 0 and reduction == "mean"
                assert tuple(result.shape) == (() if reduced else together[order].shape)
                # One pass or several: the bits are the same.
                np.testing.assert_array_equal(
                    library.numbers(result), library.numbers(together[order])
                )


@EVERY
@EACH
def test_a_missing_number_stays_where_it_is(library: Library, loss: lb.Loss) -> None:
    samples = cases(loss, 9, "float32")[0].samples
    p = samples.y_pred.copy()
    p[4] = np.nan
    results = loss.value_gradient_hessian(
        library.make(samples.y_true), library.make(p), reduction="none"
    )
    for result in results:
        missing = np.isnan(library.numbers(result)).reshape(9, -1)
        assert missing[4].all()
        assert not missing[np.arange(9) != 4].any()
    weight = np.ones(9, "float32")
    weight[4] = 0
    for result in loss.value_gradient_hessian(
        library.make(samples.y_true), library.make(p), sample_weight=library.make(weight)
    ):
        assert np.isfinite(library.numbers(result)).all()


@EACH
@pytest.mark.parametrize("loss", [LOGITS, SCORES, lb.Hinge()], ids=repr)
def test_integers_and_booleans(library: Library, loss: lb.Loss) -> None:
    shape = (4, 3) if loss.is_row else (4,)
    p = np.arange(np.prod(shape)).reshape(shape) % 5
    y = np.ones(4, bool)
    gradient = loss.gradient(library.make(y), library.make(p), sample_weight=library.make(y))
    wanted = "float64" if "float64" in library.dtypes else "float32"
    assert library.numbers(gradient).dtype == wanted
    assert_close(library.numbers(gradient), loss.gradient(y, p), 6)
    assert library.numbers(loss.inverse_link(library.make(p))).dtype == wanted


@EACH
def test_lists_join_the_library(library: Library) -> None:
    p = library.make(np.asarray([0.5, -1.0], "float32"))
    results = [
        LOGITS.gradient([0, 1], p, sample_weight=[1, 2]),
        LOGITS.gradient(library.make(np.asarray([0, 1])), p, sample_weight=(1.0, 2)),
    ]
    expected = LOGITS.gradient([0, 1], [0.5, -1], sample_weight=[1, 2])
    for result in results:
        assert result.dtype == p.dtype
        assert_close(library.numbers(result), expected, 4)


@EACH
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_links(library: Library, dtype: str) -> None:
    if dtype not in library.dtypes:
        return
    raw = np.random.default_rng(33).normal(0, 4, (7, 3)).astype(dtype)
    for loss in (LOGITS, SCORES, SHARES, lb.Hinge()):
        prediction = loss.inverse_link(library.make(raw))
        assert prediction.dtype == library.make(raw).dtype
        assert_close(library.numbers(prediction), loss.inverse_link(raw.astype(float)), 6)


@EACH
def test_the_whole_hessian(library: Library) -> None:
    rng = np.random.default_rng(34)
    y, z = rng.integers(0, 3, 7), rng.normal(0, 3, (7, 3)).astype("float32")
    vector, w = rng.normal(0, 1, (7, 3)).astype("float32"), rng.random(7).astype("float32")
    for loss, p in ((SCORES, z), (ROWS, SCORES.inverse_link(z))):
        inputs = [library.make(y), library.make(p)]
        for reduction in ("mean", "sum", "none"):
            more: dict[str, Any] = {"reduction": reduction}
            matrix = loss.full_hessian(*inputs, sample_weight=library.make(w), **more)
            expected = loss.full_hessian(y, p.astype(float), sample_weight=w, **more)
            assert_close(library.numbers(matrix), expected, 12)
            product = loss.hessian_vector_product(
                *inputs, library.make(vector), sample_weight=library.make(w), **more
            )
            sizes = np.einsum("njk,nk->nj", abs(expected), abs(vector))
            exact = np.einsum("njk,nk->nj", expected, vector.astype(float))
            assert_close(library.numbers(product), exact, 16, sizes)
    with pytest.raises(lb.InputError, match="vector has shape"):
        SCORES.hessian_vector_product(*inputs, library.make(vector[:-1]))
    with pytest.raises(lb.InputTypeError, match="vector is numpy"):
        SCORES.hessian_vector_product(*inputs, vector)
    with pytest.raises(lb.InputTypeError, match="one library"):
        SCORES.hessian_vector_product(y, z, library.make(vector))


@pytest.mark.parametrize("one", [TORCH, JAX, STRICT, None], ids=str)
@pytest.mark.parametrize("other", [TORCH, JAX, STRICT, None], ids=str)
def test_libraries_do_not_mix(one: Library | None, other: Library | None) -> None:
    if one is other:
        return
    a, b = (lib.make([0.0, 1.0]) if lib else np.asarray([0.0, 1.0]) for lib in (one, other))
    first, second = (lib.name if lib else "numpy" for lib in (one, other))
    with pytest.raises(lb.InputTypeError, match="all arrays must come from one library") as caught:
        LOGITS(a, b)
    assert f"y_true is {first}" in str(caught.value)
    assert f"y_pred is {second}" in str(caught.value)
    with pytest.raises(lb.InputTypeError, match=f"sample_weight is {second}"):
        LOGITS(a, a, sample_weight=b)
    with pytest.raises(lb.InputTypeError, match=r"out must be an array of"):
        LOGITS.gradient(a, a, out=b)


HALF, ZERO, THREE = np.full((4, 3), 0.5, "f4"), np.zeros(4, "f4"), np.zeros((4, 3), "f4")
BAD = {
    "hinge labels": (lb.Hinge(), [1, 1, 0, 1], ZERO, None),
    "hinge labels as floats": (lb.Hinge(), np.asarray([1, 0.5, 0, 1], "f4"), ZERO, None),
    "soft label above 1": (LOGITS, np.asarray([1, 0.5, 1.25, 1], "f4"), ZERO, None),
    "a logit as probability": (SHARES, ZERO, np.asarray([0, 0.5, 3.2, 1], "f4"), None),
    "two dimensions": (SHARES, np.zeros((4, 3), "f4"), HALF * 3, None),
    "class index": (SCORES, [0, 2, 3, 1], THREE, None),
    "negative index": (SCORES, [0, 2, 1, -1], THREE, None),
    "fraction of an index": (SCORES, np.asarray([0, 0.5, 1, 1], "f4"), THREE, None),
    "rows that do not sum to 1": (SCORES, HALF, THREE, None),
    "negative row": (SCORES, np.asarray([[1.5, -0.5, 0]] * 4, "f4"), THREE, None),
    "probabilities": (ROWS, [0, 1, 2, 0], HALF * 3, None),
    "negative weight": (LOGITS, ZERO, ZERO, np.asarray([1, 1, -1, 1], "f4")),
    "NaN weight": (SCORES, [0, 0, 0, 0], THREE, np.asarray([1, np.nan, -1, 1], "f4")),
    "infinite weight": (LOGITS, ZERO, ZERO, np.asarray([1, 1, np.inf, 1], "f4")),
    "no weight": (LOGITS, ZERO, ZERO, ZERO),
    "shapes": (LOGITS, ZERO[:3], ZERO, None),
    "a column": (LOGITS, ZERO[:, None], ZERO, None),
    "empty": (LOGITS, ZERO[:0], ZERO[:0], None),
    "one class": (SCORES, [0, 0, 0, 0], THREE[:, :1], None),
    "weight shape": (SCORES, [0, 0, 0, 0], THREE, THREE),
}


@EACH
@pytest.mark.parametrize("about", BAD)
def test_the_complaint_is_numpy_s(library: Library, about: str) -> None:
    loss, y, p, w = BAD[about]
    y = np.asarray(y)
    if library is JAX and y.dtype == np.int64 and "int64" not in str(library.make(y).dtype):
        y = y.astype(np.int32)
    with pytest.raises(lb.InputError) as expected:
        loss.gradient(y, p, sample_weight=w)
    weight = None if w is None else library.make(w)
    with pytest.raises(lb.InputError) as caught:
        loss.gradient(library.make(y), library.make(p), sample_weight=weight)
    assert str(caught.value) == str(expected.value)
    assert (caught.value.argument, caught.value.index) == (
        expected.value.argument,
        expected.value.index,
    )


@EACH
def test_kinds_that_are_no_real_numbers(library: Library) -> None:
    p = library.make(np.zeros(2, "f4"))
    for name, bad, words in (
        ("y_true", library.make(np.asarray([1j, 0], "c8")), "real numbers"),
        ("y_true", ["a", "b"], "first entry 'a'"),
        ("y_true", [None, 1], "object"),
        ("y_true", [[1.0], [1.0, 2.0]], "rectangular"),
    ):
        with pytest.raises(lb.InputTypeError, match=f"^{name}.*{words}"):
            LOGITS(bad, p)
    with pytest.raises(lb.InputError, match="reduction must be"):
        LOGITS(p, p, reduction="avg")


@pytest.mark.parametrize("loss", every_formula(), ids=repr)
def test_another_device(loss: lb.Loss) -> None:
    """Nothing is moved: arrays on a device that NumPy cannot see give results there."""
    device = array_api_strict.Device("device1")
    case = cases(loss, 6, "float64")[0]
    y, p, w = (
        array_api_strict.asarray(array, device=device)
        for array in (case.samples.y_true, case.samples.y_pred, case.weight)
    )
    results = loss.value_gradient_hessian(y, p, sample_weight=w)
    assert [result.device for result in results] == [device] * 3
    with pytest.raises(lb.InputError, match="sample_weight has -1"):
        loss(y, p, sample_weight=w * 0 - 1)


def test_every_call_is_tried() -> None:
    arguments = {"y_true", "y_pred", "sample_weight", "reduction", "out"}
    calls = {
        name
        for name, function in inspect.getmembers(lb.SquaredError, inspect.isfunction)
        if arguments <= set(inspect.signature(function).parameters)
    }
    assert calls == set(CALLS)
