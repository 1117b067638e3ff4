"""Count the instructions per number that kernels take for value and gradient, and guard the counts.

    python tools/instruction_counts.py           # count and print
    python tools/instruction_counts.py --check   # fail where more are taken than were recorded
    python tools/instruction_counts.py --write   # record

A clock tells little on a machine that is shared; the number of instructions is the same on every
run. The kernel is called in a child process that is stepped through one instruction at a time
(Linux's ptrace), with fewer numbers and with more: the difference is what the numbers took, without
Python and whatever a call costs. That works for any instruction set that the processor has.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

import lossbook as lb
from lossbook import _native  # type: ignore[attr-defined]
from lossbook.domains import Labels
from lossbook.engine.native import find_kernel, kernel_name

RECORD = Path(__file__).with_suffix(".json")
# The counts repeat to two hundredths: Python's own share differs from call to call.
MARGIN = 1.05
VALUE_AND_GRADIENT = 3
# One of each kind of arithmetic; what all losses share, these have too.
LOSSES = (
    lb.SquaredError(),
    lb.Quantile(),
    lb.Hinge(),
    lb.BinaryCrossEntropy(),
    lb.BinaryCrossEntropy(from_logits=True),
)
# Numbers per call, fewer and more: whole blocks, so that neither has an incomplete piece.
FEWER, MORE = 1024, 3072
# Calls before the one that counts: Python rewrites its own code after some.
WARM_UP = 20
# Classes of a softmax, and rows per call, fewer and more.
ROWS = {3: (64, 576), 10: (64, 192), 1000: (1, 3)}

TRACE_ME, SINGLE_STEP, CONTINUE = 0, 9, 7
Call = Callable[[], None]


def kernels() -> Iterator[tuple[str, Call, Call, int]]:
    """A kernel's name, a short call and a long one, and by how many numbers they differ."""
    best = lb.instruction_set()
    for instruction_set in ["v3", "v4"] if best == "v4" else [best]:
        for dtype in ("float32", "float64"):
            place = f"{instruction_set} {dtype}"
            for loss in LOSSES:
                few, many = (_call(instruction_set, loss, dtype, n, 0) for n in (FEWER, MORE))
                yield f"{place} {kernel_name(loss)}", few, many, MORE - FEWER
            softmax = lb.CrossEntropy(from_logits=True)
            for classes, rows in ROWS.items():
                few, many = (_call(instruction_set, softmax, dtype, n, classes) for n in rows)
                name = f"{place} {kernel_name(softmax)}, {classes} classes"
                yield name, few, many, (rows[1] - rows[0]) * classes


def _call(instruction_set: str, loss: lb.Loss, dtype: str, n: int, classes: int) -> Call:
    kernel = find_kernel(_native, loss, instruction_set)
    rng = np.random.default_rng(0)
    y_pred = rng.uniform(0.1, 0.9, (n, classes) if classes else n).astype(dtype)
    domain = loss.label_domain
    labels = [domain.first, domain.second] if isinstance(domain, Labels) else range(classes or 2)
    y_true = rng.choice(labels, n).astype(np.int64 if classes else dtype)
    out = np.empty_like(y_pred)  # a new array would take more or fewer instructions each time

    def call() -> None:
        if kernel(VALUE_AND_GRADIENT, y_true, y_pred, None, "mean", out) is NotImplemented:
            raise RuntimeError(f"the kernel of {loss} did not take its arguments")

    return call


def count(calls: list[Call]) -> list[int]:
    """The instructions that each call takes, Python's included."""
    child = os.fork()
    if child == 0:
        try:
            _be_traced(calls)
        finally:
            os._exit(1)
    _wait_for_stop(child)
    counts = []
    for _ in calls:
        _trace(CONTINUE, child)
        _wait_for_stop(child)
        counts.append(_steps(child))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return counts


def _be_traced(calls: list[Call]) -> None:
    lb.set_num_threads(1)
    _trace(TRACE_ME, 0)
    own = os.getpid()
    os.kill(own, signal.SIGSTOP)
    for call in calls:
        for _ in range(WARM_UP):
            call()
        os.kill(own, signal.SIGSTOP)
        call()
        os.kill(own, signal.SIGSTOP)


def _steps(child: int) -> int:
    steps = 0
    while True:
        _trace(SINGLE_STEP, child)
        if _wait_for_stop(child) == signal.SIGSTOP:
            return steps
        steps += 1


def _wait_for_stop(child: int) -> int:
    _, status = os.waitpid(child, 0)
    if not os.WIFSTOPPED(status):
        raise RuntimeError("the traced process has ended")
    return os.WSTOPSIG(status)


_ptrace = ctypes.CDLL(None, use_errno=True).ptrace
_ptrace.restype = ctypes.c_long
_ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def _trace(request: int, child: int) -> None:
    if _ptrace(request, child, None, None) == -1:
        raise OSError(ctypes.get_errno(), "ptrace is not allowed here")


def measure() -> dict[str, float]:
    """Instructions per number of every kernel."""
    cases = list(kernels())
    counts = count([call for _, few, many, _ in cases for call in (few, many)])
    pairs = zip(counts[::2], counts[1::2], strict=True)
    return {
        name: round((many - few) / numbers, 3)
        for (name, _, _, numbers), (few, many) in zip(cases, pairs, strict=True)
    }


def compare(found: dict[str, float], recorded: dict[str, float]) -> list[str]:
    """What is wrong, in a line each."""
    lines = [
        f"{name}: {number} instructions per number, {recorded[name]} were recorded"
        for name, number in found.items()
        if name in recorded and number > recorded[name] * MARGIN
    ]
    lines += [f"{name}: not recorded" for name in found if name not in recorded]
    return lines


def check(found: dict[str, float]) -> int:
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    if record["compiler"] != _native.compiler:
        print(f"Recorded of {record['compiler']}, built by {_native.compiler}: not comparable.")
        return 0
    wrong = compare(found, record["instructions per number"])
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        print("Make it faster again, or record what is meant: --write.", file=sys.stderr)
    return 1 if wrong else 0


def write(found: dict[str, float]) -> None:
    record = {"compiler": _native.compiler, "instructions per number": found}
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with what was recorded")
    parser.add_argument("--write", action="store_true", help="record what was counted")
    arguments = parser.parse_args()
    found = measure()
    for name, number in found.items():
        print(f"{number:8.3f}  {name}")
    if arguments.write:
        write(found)
    return check(found) if arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
