"""The five founding losses beside NumPy, PyTorch and scikit-learn, on one thread.

Each row is one job, the mean loss and its gradient. All contenders must agree on the result first;
then they take turns, round by round, so that whatever else the machine does meets all of them.

    python benchmarks/founding.py                  # a million numbers, 31 rounds
    python benchmarks/founding.py --rounds 5       # quicker
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

import lossbook
from lossbook import Loss
from peers import PEERS, TAU, Array, Job


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    title: str
    job: str
    loss: Loss
    y_true: Array
    y_pred: Array


def cases(n: int) -> Iterator[Case]:
    """The jobs, on predictions of everyday size, from a fixed seed."""
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 3, n)
    zero_one = (rng.random(n) < 0.5).astype(float)
    logistic = lossbook.BinaryCrossEntropy(from_logits=True)
    for dtype in (np.float32, np.float64):
        z, y = scores.astype(dtype), zero_one.astype(dtype)
        target = (scores + rng.normal(0, 1, n)).astype(dtype)
        kind = np.dtype(dtype).name
        yield Case(f"BCE on logits, {kind}", "logistic", logistic, y, z)
        yield Case(f"squared error, {kind}", "squared", lossbook.SquaredError(), target, z)
        yield Case(f"hinge, {kind}", "hinge", lossbook.Hinge(), 2 * y - 1, z)
        yield Case(f"quantile, {kind}", "quantile", lossbook.Quantile(tau=TAU), target, z)
        for classes in (10, 1000):
            rows = max(1, n // classes)
            matrix = rng.normal(0, 3, (rows, classes)).astype(dtype)
            labels = rng.integers(0, classes, rows)
            softmax = lossbook.CrossEntropy(from_logits=True)
            yield Case(f"softmax {rows} x {classes}, {kind}", "softmax", softmax, labels, matrix)


def contenders(case: Case) -> dict[str, Job]:
    """lossbook first, then the others."""
    return {"lossbook": case.loss.value_and_gradient, **PEERS[case.job]}


def check_agreement(case: Case, jobs: dict[str, Job]) -> None:
    """Stop before timing anything that computes something else."""
    tolerance = 1e-5 if case.y_pred.dtype == np.float32 else 1e-12
    value, gradient = jobs["lossbook"](case.y_true, case.y_pred)
    scale = float(abs(gradient).max())
    for name, job in jobs.items():
        other_value, other_gradient = job(case.y_true, case.y_pred)
        apart = max(
            abs(other_value - value) / value, float(abs(other_gradient - gradient).max()) / scale
        )
        if not apart <= tolerance or other_gradient.dtype != gradient.dtype:
            raise SystemExit(f"{case.title}: {name} is {apart:.1e} apart from lossbook")


def take_turns(
    jobs: dict[str, Job], y_true: Array, y_pred: Array, rounds: int, calls: int = 1
) -> dict[str, float]:
    """Median processor seconds per call, which other programs disturb less than the clock's."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(rounds + 1):
        for name, job in jobs.items():
            start = time.process_time()
            for _ in range(calls):
                job(y_true, y_pred)
            if turn > 0:  # the first round warms up
                times[name].append((time.process_time() - start) / calls)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


COLUMNS = ("lossbook", "NumPy", "torch", "scikit-learn")


def print_row(title: str, medians: dict[str, float], unit: float) -> None:
    cells = [f"{medians[name] / unit:.2f}" if name in medians else "-" for name in COLUMNS]
    fastest = min(medians[name] for name in COLUMNS[1:] if name in medians)
    print(
        f"{title:<30}"
        + "".join(f"{cell:>14}" for cell in cells)
        + f"{fastest / medians['lossbook']:>11.1f}x"
    )


def print_header(unit: str) -> None:
    print(f"\n{unit:<30}" + "".join(f"{name:>14}" for name in COLUMNS) + f"{'ahead by':>12}")


def describe_machine() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "torch", "scikit-learn"))
    return (
        f"lossbook {lossbook.__version__} ({lossbook.instruction_set()}), {libraries}, "
        f"Python {platform.python_version()}, one thread"
    )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--n", type=int, default=1_000_000, help="numbers per call")
    parser.add_argument("--rounds", type=int, default=31)
    chosen = parser.parse_args(arguments)

    import torch

    torch.set_num_threads(1)
    lossbook.set_num_threads(1)
    print(describe_machine())
    print_header(f"ns per number, n = {chosen.n:,}")
    for case in cases(chosen.n):
        jobs = contenders(case)
        check_agreement(case, jobs)
        medians = take_turns(jobs, case.y_true, case.y_pred, chosen.rounds)
        print_row(case.title, medians, case.y_pred.size * 1e-9)
    print_header("µs per call, n = 4")
    for case in cases(4):
        if case.job != "softmax":
            jobs = contenders(case)
            medians = take_turns(jobs, case.y_true, case.y_pred, chosen.rounds, calls=500)
            print_row(case.title, medians, 1e-6)
    print(
        "\nThe mean loss and its gradient; medians of processor time. "
        "Ahead by: the fastest of the others / lossbook."
    )


if __name__ == "__main__":
    main()
