"""How long ``import lossbook`` takes once NumPy is there, and the first loss after it.

    python benchmarks/import_time.py

Each figure is the median over processes of their own, which find compiled bytecode.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

REPEATS = 15
_PROGRAM = """
from time import perf_counter
start = perf_counter()
import numpy
there = perf_counter()
import lossbook
imported = perf_counter()
lossbook.SquaredError()([1.0], [2.0])
called = perf_counter()
print(there - start, imported - there, called - there)
"""
NAMES = ("numpy", "lossbook", "lossbook and first call")


def measure(repeats: int = REPEATS) -> dict[str, float]:
    """Milliseconds: NumPy by itself; what lossbook adds; what it adds with a first call."""
    times: list[list[float]] = []
    for _ in range(repeats + 1):  # the first compiles bytecode where there is none
        finished = subprocess.run(
            [sys.executable, "-c", _PROGRAM], capture_output=True, encoding="utf-8", check=True
        )
        times.append([float(word) * 1e3 for word in finished.stdout.split()])
    medians = [statistics.median(column) for column in zip(*times[1:], strict=True)]
    return dict(zip(NAMES, medians, strict=True))


if __name__ == "__main__":
    for name, milliseconds in measure().items():
        print(f"{name:24} {milliseconds:6.1f} ms")
