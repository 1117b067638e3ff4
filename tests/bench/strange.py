"""Contenders that misbehave, each in its own way."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from lossbook.bench.contenders.arrays import StableNumpy


class _Changed(StableNumpy):
    def changed(self, results: tuple[Any, ...]) -> tuple[Any, ...]:
        raise NotImplementedError

    def job(self, case: Any, data: Any) -> Any:
        right = super().job(case, data)
        return lambda: self.changed(right())


class Wrong(_Changed):
    """Off by a factor."""

    def changed(self, results: Any) -> Any:
        return (results[0] * 1.01, *results[1:])


class Near(_Changed):
    """Off by a little, but by more than single precision explains."""

    def changed(self, results: Any) -> Any:
        return (results[0] * 1.00003, *results[1:])


class Missing(_Changed):
    """Gives NaN where there is a number."""

    def changed(self, results: Any) -> Any:
        results[1][3] = np.nan
        return results


class Wide(_Changed):
    """Gives float64 for float32."""

    def changed(self, results: Any) -> Any:
        return (results[0], results[1].astype(np.float64))


class Short(_Changed):
    """Leaves a sample out."""

    def changed(self, results: Any) -> Any:
        return (results[0], results[1][1:])


class Fewer(_Changed):
    """Leaves a result out."""

    def changed(self, results: Any) -> Any:
        return results[:1]


class Raising(_Changed):
    """Raises an error of two lines."""

    def changed(self, results: Any) -> Any:
        raise ZeroDivisionError("this\nis it")


class Dying(_Changed):
    """Takes its process with it."""

    def changed(self, results: Any) -> Any:
        os._exit(3)


class Tiring(_Changed):
    """Is right at first, and fails when it is timed."""

    calls = 0

    def changed(self, results: Any) -> Any:
        self.calls += 1
        if self.calls > 1:
            raise RuntimeError("enough")
        return results


class Printing(_Changed):
    """Prints; is right otherwise."""

    def changed(self, results: Any) -> Any:
        print("progress: 100%", flush=True)
        os.write(1, b"straight to the descriptor\n")
        return results


class Hungry(_Changed):
    """Takes 64 MiB, every page of it."""

    def changed(self, results: Any) -> Any:
        np.ones(2**26, np.uint8)
        return results


class Absent:
    """Cannot be loaded."""

    def __init__(self, threads: int) -> None:
        raise ImportError("libstrange.so is not there")
