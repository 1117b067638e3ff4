"""lossbook itself, on whichever path this process has; and a copy, the limit set by memory."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from lossbook import __version__
from lossbook.bench.cases import Array, Case, Data
from lossbook.bench.contenders.contender import Contender, Job

_CALLS = {
    "value": "__call__",
    "value+gradient": "value_and_gradient",
    "gradient+hessian": "gradient_and_hessian",
    "all": "value_gradient_hessian",
}


class Lossbook(Contender):
    """The public call."""

    def version(self) -> str:
        from lossbook.engine.native import instruction_set

        return f"{__version__} ({instruction_set()})"

    def job(self, case: Case, data: Data) -> Job:
        call = getattr(case.build(), _CALLS[case.outputs])
        y_true, y_pred, weight = data.y_true, data.y_pred, data.weight
        if case.outputs == "value":
            return lambda: (call(y_true, y_pred, sample_weight=weight),)
        job: Job = lambda: call(y_true, y_pred, sample_weight=weight)  # noqa: E731
        return job


class Copy(Contender):
    """Moves as many bytes as the case has to: reads one half of them, writes the other."""

    package = "numpy"

    def job(self, case: Case, data: Data) -> Job:
        size = max(bytes_moved(case, data) // 2, 1)
        source, target = np.ones(size, np.uint8), np.zeros(size, np.uint8)
        if self.threads == 1 or size < 2**20:

            def copy() -> tuple[Any, ...]:
                np.copyto(target, source)
                return ()

            return copy
        pool = ThreadPoolExecutor(self.threads)
        parts = _parts(source, target, self.threads)
        return lambda: (list(pool.map(lambda part: np.copyto(*part), parts)),)

    def arrays(self, results: tuple[Any, ...]) -> tuple[Array, ...]:
        return ()


def bytes_moved(case: Case, data: Data) -> int:
    """What has to be read and written, each number once."""
    results = sum(order > 0 for order in case.orders)
    return data.nbytes + results * data.y_pred.nbytes


def _parts(source: Array, target: Array, count: int) -> list[tuple[Array, Array]]:
    ends = np.linspace(0, len(source), count + 1).astype(int).tolist()
    return [(target[start:end], source[start:end]) for start, end in itertools.pairwise(ends)]
