"""Calls give the same bits for every thread count, compiled kernels for every instruction set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np

import lossbook as lb
from accuracy.paths import kernels
from laws.collection import law
from lossbook.checks.sampling import Samples, ordinary, weights
from lossbook.engine import blocks, native

THREADS = (1, 2, 3, 7)
# Around the ends of vectors and blocks.
COUNTS = (1, 15, 17, 1023, 1025, 60_001)
# Enough work for all threads: of kernels, and of arrays in blocks that are smaller here.
MANY, SMALL_BLOCK = 500_000, 1024


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = lb.get_num_threads()
    lb.set_num_threads(count)
    try:
        yield
    finally:
        lb.set_num_threads(before)


def _bits(results: Any) -> list[bytes]:
    return [np.asarray(result).tobytes() for result in results]


def _sets(loss: lb.Loss, count: int, dtype: Any) -> Iterator[tuple[Samples, Any]]:
    for samples in ordinary(loss, count, dtype, seed=81):
        yield samples, None
        yield samples, weights(count) + 1e-3


def _enough(loss: lb.Loss) -> int:
    numbers = THREADS[-1] * SMALL_BLOCK if native.kernel_for(loss) is None else MANY
    return numbers // (4 if loss.is_row else 1) + 1


@law
@mock.patch.multiple(
    blocks, BLOCK=SMALL_BLOCK, NUMBERS_PER_THREAD=SMALL_BLOCK, _WORTH_STEPS=SMALL_BLOCK
)
def threads_do_not_change_a_bit(loss: lb.Loss) -> None:
    for dtype in (np.float32, np.float64):
        for samples, w in _sets(loss, _enough(loss), dtype):
            seen = set()
            for count in THREADS:
                with _threads(count):
                    results = loss.value_gradient_hessian(
                        samples.y_true, samples.y_pred, sample_weight=w
                    )
                seen.add(tuple(_bits(results)))
            assert len(seen) == 1, f"{loss} {dtype}: {len(seen)} results for {THREADS} threads"


@law
def instruction_sets_do_not_differ_in_a_bit(loss: lb.Loss) -> None:
    found = dict(kernels(loss))
    for dtype in (np.float32, np.float64):
        for count in COUNTS if len(found) > 1 else ():
            for samples, w in _sets(loss, count, dtype):
                for reduction in ("mean", "none"):
                    results = [
                        kernel(0b111, samples.y_true, samples.y_pred, w, reduction, None)
                        for kernel in found.values()
                    ]
                    assert all(_bits(one) == _bits(results[0]) for one in results), loss
