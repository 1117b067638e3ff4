"""numba: a loop for this very loss, as a patient user would write it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lossbook.bench.cases import Array, Case, Data
from lossbook.bench.contenders.contender import Contender, Job, library, same_dtype
from lossbook.bench.contenders.traced import Loop, trace


class Numba(Contender):
    """One pass over the data, compiled with fast mathematics, without the GIL."""

    package = "numba"

    def job(self, case: Case, data: Data) -> Job:
        numba = library("numba")
        parallel = self.threads > 1
        names: dict[str, Any] = {
            "math": math,
            "span": numba.prange if parallel else range,
            "T": np.float32 if case.dtype == "float32" else np.float64,
        }
        exec(source(case), names)  # our own text, printed from a formula of the catalogue
        loop = numba.njit(names["loop"], fastmath=True, parallel=parallel, nogil=True)
        dtype = data.y_pred.dtype
        nothing = np.empty(0, dtype)

        def job() -> tuple[Any, ...]:
            y, w = same_dtype(data.y_true, dtype), same_dtype(data.weight, dtype)
            factor = dtype.type(1 / (len(y) if w is None else w.sum()))
            arrays: Sequence[Array] = data.out or [
                np.empty(data.y_pred.shape, dtype) for order in case.orders if order
            ]
            w = nothing if w is None else w
            total = loop(y, data.y_pred, w, factor, *arrays)
            return (total * factor, *arrays) if 0 in case.orders else tuple(arrays)

        return job


def source(case: Case) -> str:
    """The loop as text."""
    printer = Loop()
    terms = {order: printer.name(node) for order, node in trace(case).items()}
    outputs = [f"out{order}" for order in terms if order]
    weight = " * w[i]" if case.weights else ""
    lines = [*printer.lines]
    for order, term in terms.items():
        if order == 0:
            lines.append(f"total += {term}{weight}")
        else:
            lines.append(f"out{order}[i] = {term}{weight} * factor")
    body = "\n".join(f"        {line}" for line in ["y = ys[i]", "p = ps[i]", *lines])
    return (
        f"def loop({', '.join(['ys', 'ps', 'w', 'factor', *outputs])}):\n"
        f"    total = 0.0\n"
        f"    for i in span(len(ps)):\n"
        f"{body}\n"
        f"    return total\n"
    )
