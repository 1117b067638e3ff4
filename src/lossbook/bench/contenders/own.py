"""lossbook itself, on whichever path this process has; and a copy, the limit set by memory."""

from __future__ import annotations

import itertools
from collections.abc import Callable
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
        job: Job = lambda: call(y_true, y_pred, sample_weight=weight, out=data.out)  # noqa: E731
        return job


class Copy(Contender):
    """Moves as many bytes as the case has to: reads one half of them, writes the other.

    It writes into an array that is there from the start and was written to before.
    """

    package = "numpy"
    fresh = False

    def job(self, case: Case, data: Data) -> Job:
        size = max(bytes_moved(case, data) // 2, 1)
        source = np.ones(size, np.uint8)
        # Written to, so that every page of it is there.
        target = np.full(0 if self.fresh else size, 2, np.uint8)
        copy = self.copier(size)

        def job() -> tuple[Any, ...]:
            into = np.empty(size, np.uint8) if self.fresh else target
            copy(into, source)
            return (into,)

        return job

    def copier(self, size: int) -> Callable[[Array, Array], Any]:
        """What copies so many bytes with all threads."""
        if self.threads == 1 or size < 2**20:
            return np.copyto
        pool = ThreadPoolExecutor(self.threads)
        ends = np.linspace(0, size, self.threads + 1).astype(int).tolist()
        spans = [slice(*span) for span in itertools.pairwise(ends)]

        def copy(target: Array, source: Array) -> Any:
            return list(pool.map(lambda span: np.copyto(target[span], source[span]), spans))

        return copy

    def arrays(self, results: tuple[Any, ...]) -> tuple[Array, ...]:
        return ()


class FreshCopy(Copy):
    """Writes into a new array each time, as a call does that makes its results."""

    fresh = True


def bytes_moved(case: Case, data: Data) -> int:
    """What has to be read and written, each number once."""
    results = sum(order > 0 for order in case.orders)
    return data.nbytes + results * data.y_pred.nbytes
