"""Hands out the cases, and lets the contenders take turns."""

from __future__ import annotations

import contextlib
import dataclasses
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lossbook.bench import memory
from lossbook.bench.cases import Case
from lossbook.bench.contenders import COPY, FRESH_COPY, LOSSBOOK, Peer
from lossbook.bench.machine import describe
from lossbook.bench.process import Process
from lossbook.bench.results import TIMED, Entry, Finding, Run
from lossbook.errors import InputError, LossbookError
from lossbook.report.scales import count

Progress = Callable[[str, float], None]

# What of the free memory contenders may fill together: other programs want some too.
_SHARE = 0.7

# The array path is the reference: nothing compiled, in float64, held to 120 digits by the tests.
_ARRAY_PATH = {"LOSSBOOK_NATIVE": "0"}


def run(
    cases: Sequence[Case],
    peers: Sequence[Peer],
    threads: Sequence[int],
    rounds: int,
    progress: Progress | None = None,
) -> Run:
    """Measure all cases with all contenders, once per number of threads."""
    for case in cases:
        _must_fit(case)
    found = Run(describe(), {}, rounds, [], {})
    total = len(cases) * len(threads)
    for number in threads:
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lossbook-")))
            reference = stack.enter_context(Process(LOSSBOOK, number, _ARRAY_PATH))
            copies = [stack.enter_context(Process(peer, number)) for peer in (COPY, FRESH_COPY)]
            started = [stack.enter_context(Process(peer, number)) for peer in (LOSSBOOK, *peers)]
            ready = _ready(started, found)
            if LOSSBOOK.name in found.absent:
                raise LossbookError(f"lossbook: {found.absent[LOSSBOOK.name]}")
            for helper in (reference, *copies):
                if not helper.greet():
                    raise LossbookError(f"{helper.peer.name}: {helper.why}")
            table = Table(reference, copies, ready, folder / "reference.npz", number, rounds)
            for case in cases:
                if progress is not None:
                    progress(case.title, len(found.findings) / total)
                found.findings.append(table.measure(case))
    return found


def _must_fit(case: Case) -> None:
    needed, free = case.bytes_held + case.bytes_needed, memory.available()
    if free is not None and needed > free:
        raise InputError(
            f"{case.title}: {count(case.elements)} numbers in {case.dtype} need about "
            f"{needed / 2**30:.1f} GiB in each process, and {free / 2**30:.1f} GiB are free: "
            "ask for fewer numbers."
        )


def _ready(started: Sequence[Process], found: Run) -> list[Process]:
    ready = []
    for process in started:
        if process.greet():
            found.versions[process.peer.name] = process.version or ""
            ready.append(process)
        else:
            found.absent[process.peer.name] = process.why
    return ready


@dataclasses.dataclass
class Table:
    """Everybody who sits at it, for one number of threads."""

    reference: Process
    copies: list[Process]
    contenders: list[Process]
    file: Path
    threads: int
    rounds: int

    def measure(self, case: Case) -> Finding:
        """Check every contender's result of a case, then time those that are right."""
        details = {"case": dataclasses.asdict(case), "file": str(self.file)}
        reply = self.reference.ask("reference", **details)
        if reply["status"] != "ok":
            raise LossbookError(f"{case.title}: {reply['why']}")
        finding = Finding(case, self.threads, 0, None, {})
        everybody = [*self.contenders, *self.copies]
        free = memory.available()
        together = case.bytes_held * len(everybody) + case.bytes_needed
        finding.interleaved = free is None or together < _SHARE * free
        for table in [everybody] if finding.interleaved else [[process] for process in everybody]:
            self._seat(table, finding, details)
        self.file.unlink()
        for entry in finding.entries.values():
            if entry.seconds and finding.copy_seconds:
                entry.share_of_copy = finding.copy_seconds / entry.seconds
        return finding

    def _seat(self, processes: list[Process], finding: Finding, details: dict[str, Any]) -> None:
        """Let some processes prepare the case, take turns, and go."""
        in_turn = []
        for process in processes:
            copies = process in self.copies
            reply = process.ask("case", **details | ({"file": None} if copies else {}))
            if not copies:
                finding.entries[process.peer.name] = _entry(process.peer, reply)
            if reply["status"] == "ok":
                in_turn.append(process)
                finding.bytes_moved = reply["bytes"]
        turns = self._take_turns(in_turn)
        for process in in_turn:
            last, times = process.ask("finish"), turns[process.peer.name]
            if process.peer == COPY:
                finding.copy_seconds = self._median(times)
            elif process.peer == FRESH_COPY:
                finding.fresh_copy_seconds = self._median(times)
            else:
                self._close(finding.entries[process.peer.name], times, last)

    def _median(self, turns: list[dict[str, Any]]) -> float | None:
        clock = "cpu" if self.threads == 1 else "wall"
        times = [turn[clock] for turn in turns if clock in turn]
        return statistics.median(times) if times else None

    def _take_turns(self, processes: Sequence[Process]) -> dict[str, list[dict[str, Any]]]:
        turns: dict[str, list[dict[str, Any]]] = {process.peer.name: [] for process in processes}
        for number in range(self.rounds):
            # Nobody always comes after the same one.
            first = number % max(len(processes), 1)
            for process in [*processes[first:], *processes[:first]]:
                turns[process.peer.name].append(process.ask("turn"))
        return turns

    def _close(self, entry: Entry, turns: list[dict[str, Any]], last: dict[str, Any]) -> None:
        failures = [turn["why"] for turn in [*turns, last] if turn.get("status") == "failed"]
        if failures:
            entry.status, entry.why = "failed", failures[0]
            return
        entry.status = TIMED
        entry.add_times(turns, self.threads)
        entry.peak_bytes, entry.working_bytes = last["peak_bytes"], last["working_bytes"]


def _entry(peer: Peer, reply: dict[str, Any]) -> Entry:
    status = TIMED if reply["status"] == "ok" else reply["status"]
    return Entry(
        status,
        reply.get("why", ""),
        peer.is_library,
        calls_per_round=reply.get("calls"),
        apart=reply.get("apart"),
    )
