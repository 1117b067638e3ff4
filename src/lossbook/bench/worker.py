"""One contender in a process of its own: reads a request per line, answers with a line.

    python -m lossbook.bench.worker MODULE:CLASS THREADS

Requests and answers are JSON. ``case`` prepares a job, runs it once and compares the results with
those in a file; ``reference`` writes such a file; ``turn`` times the job; ``finish`` lets it go.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from lossbook.bench import memory
from lossbook.bench.cases import Array, Case, data
from lossbook.bench.contenders.contender import Contender, NotOfferedError
from lossbook.bench.contenders.own import bytes_moved

# A turn lasts at least this many seconds: far above the clock's grain and the cost of asking.
SHORTEST_TURN = 0.004
MOST_CALLS = 20_000
_BLOCK = 2**20
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
# Models are compared after two rounds, whose trees depend on all gradients and Hessians, at 0 and
# elsewhere. Later some split of two that are equally good falls to the last bit, and predictions
# part ways; then the losses of the whole models must agree.
FIRST_TREES = 2
SAME_LOSS = 0.01


class Worker:
    """The contender and the case that it is at."""

    def __init__(self, contender: Contender) -> None:
        self.contender = contender
        self._job: Callable[[], Any] | None = None
        self._calls = 1
        self._kept = 0
        self._built_in: tuple[Array, float] | None = None

    def reference(self, request: dict[str, Any]) -> dict[str, Any]:
        """Write the results of a case to a file."""
        case = Case(**request["case"])
        job = self.contender.job(case, data(case))
        np.savez(request["file"], *self.contender.arrays(job()))
        del job
        memory.settle()
        return {"status": "ok"}

    def case(self, request: dict[str, Any]) -> dict[str, Any]:
        """Prepare a case, check the first results, and find out how many calls make a turn."""
        case = Case(**request["case"])
        self.finish({})
        arguments = data(case)
        job = self.contender.job(case, arguments)
        arrays = self.contender.arrays(job())
        apart = 0.0
        if request["file"] is not None:
            apart, why = compare(arrays, request["file"], arguments.y_pred)
            if why or not apart <= TOLERANCE[case.dtype]:
                why = why or f"results are {apart:.1e} apart"
                return {"status": "wrong", "apart": finite(apart), "why": why}
        del arrays
        self._job = job
        self._calls = self._calls_per_turn()
        self._kept = kept_by(job)
        memory.settle()
        memory.forget_peak()
        moved = bytes_moved(case, arguments)
        return {"status": "ok", "apart": apart, "calls": self._calls, "bytes": moved}

    def turn(self, _: dict[str, Any]) -> dict[str, Any]:
        """Time the job; the answer is in seconds per call, of the clock and of the processor."""
        job, calls = self._job, self._calls
        assert job is not None
        if calls > 1:
            job()  # brings the caches back from whoever was in turn before
        cpu, wall = time.process_time(), time.perf_counter()
        for _turn in range(calls):
            job()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        return {"wall": wall / calls, "cpu": cpu / calls}

    def finish(self, _: dict[str, Any]) -> dict[str, Any]:
        """Let the case go, and say how much memory it took at most."""
        peak = memory.peak()
        self._job = None
        memory.settle()
        # Compared with what stays: what was loaded or compiled for the case is no part of its job.
        # What stays because it is kept for the next results is.
        stays = memory.resident()
        working = None if peak is None or stays is None else max(peak - stays, 0) + self._kept
        return {"peak_bytes": peak, "working_bytes": working}

    def training(self, request: dict[str, Any]) -> dict[str, Any]:
        """Train once with one kind of objective, and compare with the built-in one."""
        booster: Any = self.contender
        built_in = request["kind"] == "built in"
        if built_in:
            self._built_in = None
            booster.prepare(request["job"])
        model = booster.train(request["kind"])[2]
        predictions = booster.raw(model, FIRST_TREES)
        loss = booster.loss(booster.raw(model, request["job"]["trees"]))
        if built_in:
            self._built_in = predictions, loss
        if self._built_in is None:
            return {"status": "failed", "why": "there is nothing to compare with"}
        apart = _apart(predictions, self._built_in[0])
        if not apart <= TOLERANCE["float32"]:
            return {"status": "wrong", "apart": finite(apart), "why": f"{apart:.1e} apart"}
        if not math.isclose(loss, self._built_in[1], rel_tol=SAME_LOSS):
            why = f"the model's loss is {loss:.4g} instead of {self._built_in[1]:.4g}"
            return {"status": "wrong", "apart": apart, "why": why}
        return {"status": "ok", "apart": apart, "loss": loss}

    def train(self, request: dict[str, Any]) -> dict[str, Any]:
        """Time one training; the answer is in seconds, as a whole and in the objective."""
        seconds, objective, _ = self.contender.train(request["kind"])  # type: ignore[attr-defined]
        return {"status": "ok", "seconds": seconds, "objective": objective}

    def _calls_per_turn(self) -> int:
        job = self._job
        assert job is not None
        calls = 1
        while True:
            start = time.perf_counter()
            for _ in range(calls):
                job()
            lasted = time.perf_counter() - start
            if lasted >= SHORTEST_TURN or calls >= MOST_CALLS:
                return calls
            growth = SHORTEST_TURN / max(lasted, 1e-9) * 1.2
            calls = min(MOST_CALLS, max(calls + 1, math.ceil(calls * min(growth, 10))))


def kept_by(job: Callable[[], Any]) -> int:
    """How much of the memory of its results goes back to what is kept when they are let go."""
    results = job()
    in_use = memory.offered()
    del results
    return max(memory.offered() - in_use, 0)


def compare(arrays: tuple[Array, ...], file: str, y_pred: Array) -> tuple[float, str]:
    """The largest distance to the reference, by its largest entry; and what is wrong besides."""
    largest = 0.0
    with np.load(file) as reference:
        if len(reference.files) != len(arrays):
            return math.inf, f"{len(arrays)} results instead of {len(reference.files)}"
        for mine, name in zip(arrays, reference.files, strict=True):
            theirs = reference[name]
            if mine.shape != theirs.shape:
                return math.inf, f"a result has shape {mine.shape} instead of {theirs.shape}"
            if mine.ndim and mine.dtype != y_pred.dtype:
                return math.inf, f"a result is {mine.dtype} instead of {y_pred.dtype}"
            distance = _apart(mine, theirs)
            largest = distance if math.isnan(distance) else max(largest, distance)
            if math.isnan(largest):
                return largest, "results are not numbers"
    return largest, ""


def _apart(mine: Array, theirs: Array) -> float:
    """The largest distance, by the largest entry; in blocks, which need no memory to speak of."""
    scale = max(abs(float(theirs.max())), abs(float(theirs.min()))) or 1.0
    mine, theirs = mine.reshape(-1), theirs.reshape(-1)
    blocks = (slice(start, start + _BLOCK) for start in range(0, theirs.size, _BLOCK))
    distances = [float(np.max(np.abs(mine[b].astype(np.float64) - theirs[b]))) for b in blocks]
    return float(np.max(distances)) / scale


def finite(value: float) -> float | None:
    """The number, None for those that JSON has no way to write."""
    return value if math.isfinite(value) else None


def answer(worker: Worker, request: dict[str, Any]) -> dict[str, Any]:
    """What the worker says to a request; whatever a library raises is an answer too."""
    try:
        reply: dict[str, Any] = getattr(worker, request["do"])(request)
        return reply
    except NotOfferedError as error:
        return {"status": "not offered", "why": str(error)}
    except Exception as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())
        return {"status": "failed", "why": why[:300]}


def main(place: str, threads: str) -> None:
    """Serve until the input ends."""
    # Libraries may print; the answers have a descriptor that only this function knows.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def say(reply: dict[str, Any]) -> None:
        answers.write(json.dumps(reply) + "\n")
        answers.flush()

    stay_on(int(threads))
    module, _, name = place.partition(":")
    try:
        contender = getattr(importlib.import_module(module), name)(int(threads))
        say({"status": "ready", "version": contender.version()})
    except Exception as error:
        say({"status": "failed", "why": f"{type(error).__name__}: {error}"})
        return
    worker = Worker(contender)
    for line in sys.stdin:
        say(answer(worker, json.loads(line)))


def stay_on(threads: int) -> None:
    """Let this process run on as many processors as it has threads, where the system can do that.

    Some libraries start threads whatever they are told; this way those do not help.
    """
    if hasattr(os, "sched_setaffinity"):
        # The last ones: the first has the most of the system's own work to do.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])


if __name__ == "__main__":
    main(*sys.argv[1:])
