"""What goes in comes out: dtypes, layouts, missing numbers, the caller's own arrays."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import lossbook as lb
from laws.collection import law
from lossbook.checks.sampling import Array, Samples, columns, label_shape, ordinary

REAL = (
    "f2",
    "f4",
    "f8",
    ">f2",
    ">f4",
    ">f8",
    "?",
    ">i4",
    *(f"{k}{n}" for k in "iu" for n in (1, 2, 4, 8)),
)
FLOATS = ("f4", "f8")


def _whole(loss: lb.Loss, count: int) -> tuple[Array, Array]:
    """Labels and predictions that every real dtype can hold."""
    rng = np.random.default_rng(51)
    ones = rng.integers(0, 2, (count, columns(loss, 3)) if loss.is_row else count)
    labels = rng.integers(0, 2, label_shape(loss, ones.shape))
    if not loss.is_row and bool(np.any(loss.label_domain.outside(np.zeros(1)))):
        labels = np.ones(count, int)
    return labels, ones


@law
def the_dtype_of_the_prediction_decides(loss: lb.Loss) -> None:
    labels, predictions = _whole(loss, 60)
    for code in REAL:
        y_pred = predictions.astype(code)
        expected = y_pred.dtype.newbyteorder("=") if y_pred.dtype.kind == "f" else np.dtype("f8")
        results = loss.value_gradient_hessian(labels, y_pred, reduction="none")
        assert [result.dtype for result in results] == [expected] * 3, (loss, code)
        assert all(result.dtype.isnative for result in results)
        if expected == np.float64:
            wanted = loss.value_gradient_hessian(labels, predictions.astype("f8"), reduction="none")
            for result, number in zip(results, wanted, strict=True):
                np.testing.assert_array_equal(result, number)


@law
def labels_and_weights_may_have_any_real_dtype(loss: lb.Loss) -> None:
    labels, predictions = _whole(loss, 1500)
    weight = np.random.default_rng(52).integers(0, 2, 1500)
    for form in FLOATS:
        y_pred = predictions.astype(form)
        wanted = loss.value_gradient_hessian(labels, y_pred, sample_weight=weight)
        for code in REAL:
            results = loss.value_gradient_hessian(
                labels.astype(code), y_pred, sample_weight=weight.astype(code)
            )
            for result, number in zip(results, wanted, strict=True):
                np.testing.assert_array_equal(result, number, err_msg=f"{loss} {code}")


@law
def nan_comes_out_where_it_went_in_and_nowhere_else(loss: lb.Loss) -> None:
    for form in FLOATS:
        for samples in ordinary(loss, 1500, form, seed=53):
            for into in ("y_true", "y_pred"):
                labels, predictions = samples.y_true.astype(form), samples.y_pred.copy()
                places = np.arange(3, 1500, 97)
                target = labels if into == "y_true" else predictions
                target[places if target.ndim == 1 else (places, places % target.shape[1])] = np.nan
                _check_missing(loss, labels, predictions, places)


def _check_missing(loss: lb.Loss, labels: Array, predictions: Array, places: Array) -> None:
    missing = np.zeros(len(predictions), bool)
    missing[places] = True
    for result in loss.value_gradient_hessian(labels, predictions, reduction="none"):
        np.testing.assert_array_equal(
            np.isnan(result).any(axis=tuple(range(1, result.ndim))), missing
        )
        assert np.isnan(result[missing]).all(), loss
    assert np.isnan(loss(labels, predictions)), loss


def _layouts(array: Array, folder: Path) -> Iterator[tuple[str, Array]]:
    """The same numbers in every way that memory can hold them; the last one in three dimensions."""
    yield "read-only", _frozen(array)
    yield "strided", np.repeat(array, 2, axis=0)[::2]
    yield "reversed", array[::-1].copy()[::-1]
    yield "last axis strided", np.stack([array, array], axis=-1)[..., 0]
    yield "Fortran", np.asfortranarray(array)
    yield "unaligned", _unaligned(array)
    yield "big-endian", array.astype(array.dtype.newbyteorder(">"))
    yield "memory-mapped", _mapped(array, folder)
    yield "subclass", array.view(np.recarray) if array.ndim == 0 else _Own(array)
    yield "three dimensions", array.reshape(5, 20, 15, *array.shape[1:])
    turned = array.reshape(5, 20, 15, *array.shape[1:])
    yield "three dimensions, Fortran", np.asfortranarray(turned)
    for step in (2, 3, 4, 5):
        yield f"three dimensions, every place of {step}", _box(turned, (0, 0, 0), step)
    yield "a box in a larger one", _box(turned, (1, 2, 3), 1)
    yield "axes in another order", turned.swapaxes(0, 1).copy().swapaxes(0, 1)


def _box(array: Array, margin: tuple[int, int, int], step: int) -> Array:
    """A view of the same numbers inside of larger axes; along the third, every ``step``-th."""
    axes = zip(array.shape, margin, (1, 1, step), strict=False)
    around = np.zeros(
        [length * every + 2 * wide for length, wide, every in axes] + list(array.shape[3:]),
        array.dtype,
    )
    inner = [slice(wide, wide + n) for n, wide in zip(array.shape[:2], margin[:2], strict=True)]
    inner.append(slice(margin[2], margin[2] + array.shape[2] * step, step))
    around[tuple(inner)] = array
    return around[tuple(inner)]


class _OwnArray(np.ndarray[Any, Any]):
    """An ndarray of somebody else's making."""


def _Own(array: Array) -> Array:  # noqa: N802
    return array.view(_OwnArray)


def _frozen(array: Array) -> Array:
    array = array.copy()
    array.flags.writeable = False
    return array


def _unaligned(array: Array) -> Array:
    buffer = np.empty(array.nbytes + 1, np.uint8)[1:]
    shifted = buffer.view(array.dtype).reshape(array.shape)
    shifted[...] = array
    return shifted


def _mapped(array: Array, folder: Path) -> Array:
    path = folder / "numbers"
    array.tofile(path)
    return np.memmap(path, array.dtype, "r", shape=array.shape)


@law
def the_layout_of_memory_does_not_matter(loss: lb.Loss) -> None:
    weight = np.random.default_rng(54).random(1500)
    for form in FLOATS:
        for samples in ordinary(loss, 1500, form, seed=55):
            for reduction in ("none", "mean"):
                _check_layouts(loss, samples, weight, reduction)


def _check_layouts(loss: lb.Loss, samples: Samples, weight: Array, reduction: str) -> None:
    wanted = loss.value_gradient_hessian(
        samples.y_true, samples.y_pred, sample_weight=weight, reduction=reduction
    )
    # The order of the numbers decides the last bit of a sum, and so of what is divided by it.
    last_bits = 0.0 if reduction == "none" else 4 * np.finfo(samples.y_pred.dtype).eps
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        for (name, y), (_, p), (_, w) in zip(
            _layouts(samples.y_true, Path(first)),
            _layouts(samples.y_pred, Path(second)),
            _weight_layouts(weight),
            strict=True,
        ):
            results = loss.value_gradient_hessian(y, p, sample_weight=w, reduction=reduction)
            for result, number in zip(results, wanted, strict=True):
                shape = (*w.shape, *np.shape(number)[1:]) if np.ndim(number) else ()
                assert np.shape(result) == shape, f"{loss} {name}"
                assert np.asarray(result).dtype == np.asarray(number).dtype, f"{loss} {name}"
                np.testing.assert_allclose(
                    result,
                    np.reshape(number, shape),
                    rtol=last_bits,
                    atol=0,
                    err_msg=f"{loss} {name}",
                )


def _weight_layouts(weight: Array) -> Iterator[tuple[str, Array]]:
    with tempfile.TemporaryDirectory() as folder:
        yield from list(_layouts(weight, Path(folder)))


@law
def one_number_is_an_array_too(loss: lb.Loss) -> None:
    samples = ordinary(loss, 4, seed=56)[0]
    y, p = samples.y_true[0], samples.y_pred[0]
    wanted = loss.value_gradient_hessian([y], [p], reduction="none")
    results = loss.value_gradient_hessian(y, p, reduction="none")
    for result, number in zip(results, wanted, strict=True):
        assert result.shape == number.shape[1:]
        np.testing.assert_array_equal(result, number[0])
    assert loss(y, p) == wanted[0][0]


@law
def results_go_where_the_caller_wants_them(loss: lb.Loss) -> None:
    for form in FLOATS:
        for samples in ordinary(loss, 2500, form, seed=57):
            wanted = loss.value_gradient_hessian(samples.y_true, samples.y_pred, reduction="none")
            value, gradient = (np.empty_like(array) for array in wanted[:2])
            spread = np.empty((*wanted[2].shape, 2), form)[..., 1]
            for out in ((value, gradient, spread), (None, gradient, None), (value, None, spread)):
                results = loss.value_gradient_hessian(
                    samples.y_true, samples.y_pred, reduction="none", out=out
                )
                for result, target, number in zip(results, out, wanted, strict=True):
                    assert target is None or result is target
                    np.testing.assert_array_equal(result, number)
            _check_aliases(loss, samples, wanted[1])
            _check_alias_pair(loss, samples, wanted)


def _check_aliases(loss: lb.Loss, samples: Samples, wanted: Array) -> None:
    """The gradient over each of the inputs that has its shape and dtype."""
    weight = np.ones(len(samples), samples.y_pred.dtype)
    for name in ("y_true", "y_pred", "sample_weight"):
        inputs = {"y_true": samples.y_true, "y_pred": samples.y_pred, "sample_weight": weight}
        inputs[name] = out = inputs[name].copy()
        if out.shape == wanted.shape and out.dtype == wanted.dtype:
            assert loss.gradient(**inputs, reduction="none", out=out) is out
            np.testing.assert_array_equal(out, wanted, err_msg=f"{loss} {name}")


def _check_alias_pair(loss: lb.Loss, samples: Samples, wanted: Any) -> None:
    """Two results over two inputs at once, whichever way round."""
    if samples.y_true.shape == samples.y_pred.shape:
        for order in (1, -1):
            y, p = samples.y_true.copy(), samples.y_pred.copy()
            if y.dtype == p.dtype:
                results = loss.gradient_and_hessian(y, p, reduction="none", out=(y, p)[::order])
                for result, number in zip(results, wanted[1:], strict=True):
                    np.testing.assert_array_equal(result, number)


@law
def labels_are_rounded_to_the_prediction_s_dtype(loss: lb.Loss) -> None:
    for samples in ordinary(loss, 1500, seed=58):
        if samples.y_true.dtype.kind == "f":
            y_pred = samples.y_pred.astype(np.float32)
            for one, other in zip(
                loss.value_gradient_hessian(samples.y_true, y_pred),
                loss.value_gradient_hessian(samples.y_true.astype(np.float32), y_pred),
                strict=True,
            ):
                np.testing.assert_array_equal(one, other, err_msg=repr(loss))
