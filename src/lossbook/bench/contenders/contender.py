"""What a contender does: take a case and its data, give back a job without arguments."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from lossbook.bench.cases import Array, Case, Data

# A job returns the wanted results in the order of their derivatives, as its library has them.
Job = Callable[[], tuple[Any, ...]]


class NotOfferedError(Exception):
    """The library has nothing for this case."""


class Contender:
    """A library in its own process.

    Parameters
    ----------
    threads : int
        How many threads it may use.
    """

    package = ""

    def __init__(self, threads: int) -> None:
        self.threads = threads

    def version(self) -> str:
        """The version of the library."""
        from importlib.metadata import version

        return version(self.package)

    def job(self, case: Case, data: Data) -> Job:
        """The mean loss, and its derivatives by the predictions, as this library does it best.

        What the library needs in a form of its own is converted here, before the clock runs; what
        it cannot take as it is (another dtype, a stride) is converted in the job.

        Raises
        ------
        NotOfferedError
            The library has nothing for this case.
        """
        raise NotImplementedError

    def arrays(self, results: tuple[Any, ...]) -> tuple[Array, ...]:
        """The results as NumPy arrays."""
        import numpy as np

        return tuple(np.asarray(result) for result in results)


def new_results_only(case: Case) -> None:
    """Raise where results should go into arrays that the library would not take."""
    if case.out == "given":
        raise NotOfferedError("it has no out=")


def library(name: str) -> Any:
    """A library whose types are its own affair."""
    return importlib.import_module(name)


def same_dtype(array: Array | None, dtype: Any) -> Any:
    """The array in this dtype; a copy only where it has another."""
    return None if array is None else array.astype(dtype, copy=False)
