"""Training with a library's own objective, and with the same objective given by lossbook.

What is timed is the training of a model of boosted trees as a whole, since a built-in objective
cannot be called by itself. The library runs in a process of its own, and its objectives take turns.
"""

from __future__ import annotations

import contextlib
import dataclasses
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self

from lossbook.bench.contenders import BOOSTERS, Peer
from lossbook.bench.machine import describe
from lossbook.bench.process import Process
from lossbook.bench.results import fields
from lossbook.report.scales import count, number

# The losses that are trained, with the number of classes; 0 for one prediction per row.
OBJECTIVES = {"squared_error": 0, "binary_cross_entropy": 0, "cross_entropy": 3}
KINDS = ("built in", "lossbook", "numpy")

Progress = Callable[[str, float], None]


@dataclasses.dataclass(frozen=True)
class Training:
    """A model to train: the loss, its classes (0: none), the data, the trees."""

    loss: str
    classes: int
    rows: int
    columns: int
    trees: int


@dataclasses.dataclass
class Result:
    """Times of one training, in seconds: as a whole and in the objective, which built in is hidden.

    ``apart`` is how far predictions are from those of the built-in objective, by the largest, after
    the first rounds; ``loss`` is the mean loss of the whole model.
    """

    status: str
    why: str = ""
    seconds: float | None = None
    objective_seconds: float | None = None
    apart: float | None = None
    loss: float | None = None


@dataclasses.dataclass
class Comparison:
    """One library at one objective; results by kind of objective."""

    library: str
    training: Training
    threads: int
    results: dict[str, Result]

    @property
    def ratio(self) -> float | None:
        """The time of training with the built-in objective over that with lossbook's."""
        times = [self.results[kind].seconds for kind in ("built in", "lossbook")]
        return times[0] / times[1] if times[0] and times[1] else None


@dataclasses.dataclass
class Trainings:
    """Everything that was found, and where."""

    machine: dict[str, Any]
    versions: dict[str, str]
    rounds: int
    comparisons: list[Comparison]
    absent: dict[str, str]

    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        record = dataclasses.asdict(self)
        for comparison, entry in zip(self.comparisons, record["comparisons"], strict=True):
            entry["ratio"] = comparison.ratio
        return {"format": 1, **record}

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Self:
        """The trainings that gave this record, or one that was read from JSON."""
        comparisons = []
        for entry in record["comparisons"]:
            results = {kind: Result(**result) for kind, result in entry["results"].items()}
            job = Training(**entry["training"])
            comparisons.append(Comparison(entry["library"], job, entry["threads"], results))
        return cls(comparisons=comparisons, **fields(cls, record))


def train(
    rows: int,
    columns: int,
    trees: int,
    threads: Sequence[int],
    rounds: int,
    progress: Progress | None = None,
    peers: Sequence[Peer] = tuple(BOOSTERS.values()),
) -> Trainings:
    """Train every objective with every library, once per number of threads."""
    found = Trainings(describe(), {}, rounds, [], {})
    jobs = [Training(loss, classes, rows, columns, trees) for loss, classes in OBJECTIVES.items()]
    total = len(threads) * len(peers) * len(jobs)
    for number_of_threads in threads:
        for peer in peers:
            with contextlib.ExitStack() as stack:
                process = stack.enter_context(Process(peer, number_of_threads))
                if not process.greet():
                    found.absent[peer.name] = process.why
                    continue
                found.versions[peer.name] = process.version or ""
                for job in jobs:
                    if progress is not None:
                        progress(f"{peer.name}, {job.loss}", len(found.comparisons) / total)
                    results = _compare(process, job, rounds)
                    found.comparisons.append(Comparison(peer.name, job, number_of_threads, results))
    return found


def _compare(process: Process, job: Training, rounds: int) -> dict[str, Result]:
    results = {}
    for kind in KINDS:
        reply = process.ask("training", job=dataclasses.asdict(job), kind=kind)
        result = Result(reply["status"], reply.get("why", ""))
        result.apart, result.loss = reply.get("apart"), reply.get("loss")
        results[kind] = result
    turns: dict[str, list[dict[str, Any]]] = {
        kind: [] for kind in KINDS if results[kind].status == "ok"
    }
    for _ in range(rounds):
        for kind, times in turns.items():
            times.append(process.ask("train", kind=kind))
    for kind, times in turns.items():
        failures = [turn["why"] for turn in times if turn["status"] != "ok"]
        if failures:
            results[kind] = Result("failed", failures[0])
            continue
        results[kind].seconds = statistics.median(turn["seconds"] for turn in times)
        if kind != "built in":
            inside = statistics.median(turn["objective"] for turn in times)
            results[kind].objective_seconds = inside
    return results


def groups(found: Trainings) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """One table per number of threads and library: its heading, header and rows."""
    header = ["objective", *KINDS, "ratio", "lossbook's share", "numpy's share"]
    keys = dict.fromkeys((item.threads, item.library) for item in found.comparisons)
    for threads, library in keys:
        chosen = [c for c in found.comparisons if (c.threads, c.library) == (threads, library)]
        job = chosen[0].training
        parts = [
            f"{library} {found.versions[library]}",
            f"{count(job.rows)} x {job.columns}",
            f"{job.trees} rounds",
            "1 thread" if threads == 1 else f"{threads} threads",
            "seconds",
        ]
        yield ", ".join(parts), header, [_row(comparison) for comparison in chosen]


def remarks(found: Trainings) -> Iterator[str]:
    """What the columns say, and what went wrong."""
    yield (
        "Ratio: the time of training with the built-in objective over that with lossbook's, given "
        "as a function of Python. Share: what part of the training is spent in that function."
    )
    for name, why in found.absent.items():
        yield f"{name} does not run here: {why}"
    for comparison in found.comparisons:
        for kind, result in comparison.results.items():
            if result.status != "ok":
                where = f"{comparison.library}, {comparison.training.loss}, {kind}"
                yield f"{where}: {result.status}: {result.why}"


def _row(comparison: Comparison) -> list[str]:
    job, results = comparison.training, comparison.results
    title = f"{job.loss}, {job.classes} classes" if job.classes else job.loss
    times = [results[kind].seconds for kind in KINDS]
    ratio = comparison.ratio
    return [
        title,
        *(number(seconds, 3) if seconds else "-" for seconds in times),
        f"{ratio:.2f}x" if ratio else "-",
        *(_share(results[kind]) for kind in ("lossbook", "numpy")),
    ]


def _share(result: Result) -> str:
    if not result.seconds or result.objective_seconds is None:
        return "-"
    return f"{result.objective_seconds / result.seconds:.1%}"
