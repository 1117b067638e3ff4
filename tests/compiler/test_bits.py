"""Code that is made on the spot gives the bits of the package's kernels, on any processor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from accuracy.paths import kernels
from compiler.twins import POINTWISE, compiled
from lossbook.checks.extremes import extreme
from lossbook.checks.sampling import ordinary, weights
from lossbook.compiler.machine import machine

EVERY = pytest.mark.parametrize("loss", POINTWISE, ids=repr)
# Around the ends of lanes, vectors, pieces and blocks.
COUNTS = (1, 15, 17, 63, 130, 1023, 1025, 3333)
WANTED = (1, 2, 3, 4, 6, 7)


def _bits(results: Any) -> list[bytes]:
    results = results if isinstance(results, tuple) else (results,)
    return [np.asarray(result).tobytes() for result in results]


def _calls(loss: lb.Loss, dtype: Any) -> Iterator[tuple[Any, ...]]:
    for count in COUNTS:
        for samples in ordinary(loss, count, dtype, seed=91):
            for w in (None, weights(count) + 1e-3):
                for reduction in ("mean", "none"):
                    for want in WANTED:
                        yield want, samples.y_true, samples.y_pred, w, reduction, None


@EVERY
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_package_s_kernels_give_the_same_bits(loss: lb.Loss, dtype: Any) -> None:
    for name, kernel in kernels(loss):
        made = compiled(loss)._kernel
        for call in _calls(loss, dtype):
            assert _bits(made(*call)) == _bits(kernel(*call)), (name, call)
        for samples in extreme(loss, dtype, 4000, seed=92):
            call = (0b111, samples.y_true, samples.y_pred, None, "none", None)
            for one, other in zip(made(*call), kernel(*call), strict=True):
                np.testing.assert_array_equal(one, other)  # any NaN is as good as another


@EVERY
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_width_of_vectors_does_not_matter(
    loss: lb.Loss, dtype: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [call for call in _calls(loss, dtype) if call[0] == 0b111]
    seen = []
    for width in (16, 32, 64):
        monkeypatch.setattr(machine(), "vector_bytes", width)
        made = compiled(loss)._kernel
        seen.append([_bits(made(*call)) for call in calls])
    assert seen[0] == seen[1] == seen[2]
