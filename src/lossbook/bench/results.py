"""What a run found, as plain records that become JSON."""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any, Self

from lossbook.bench.cases import Case

TIMED = "timed"


@dataclasses.dataclass
class Entry:
    """One contender at one case.

    ``status`` is "timed", "wrong", "not offered" or "failed", and ``why`` says more. ``seconds`` is
    the median per call; ``quartiles`` show how far the rounds lie apart. ``working_bytes`` is the
    peak of memory beyond the library and what it compiled: arguments, results, all between.
    """

    status: str
    why: str = ""
    is_library: bool = True
    seconds: float | None = None
    quartiles: tuple[float, float] | None = None
    wall_seconds: float | None = None
    cpu_seconds: float | None = None
    calls_per_round: int | None = None
    apart: float | None = None
    share_of_copy: float | None = None
    peak_bytes: int | None = None
    working_bytes: int | None = None

    def add_times(self, turns: Sequence[dict[str, float]], threads: int) -> None:
        """Take the medians.

        On one thread the processor's time counts, which other programs disturb less; on several
        only the clock tells.
        """
        walls, cpus = ([turn[clock] for turn in turns] for clock in ("wall", "cpu"))
        self.wall_seconds, self.cpu_seconds = statistics.median(walls), statistics.median(cpus)
        chosen = sorted(cpus if threads == 1 else walls)
        self.seconds = statistics.median(chosen)
        last = len(chosen) - 1
        self.quartiles = (chosen[round(last / 4)], chosen[round(3 * last / 4)])


@dataclasses.dataclass
class Finding:
    """All contenders at one case.

    ``copy_seconds`` is what a copy of as many bytes took, into memory that was there;
    ``fresh_copy_seconds`` is what it took into new memory. ``interleaved`` is False where the
    contenders came one after another, because their data did not fit into memory together.
    """

    case: Case
    threads: int
    bytes_moved: int
    copy_seconds: float | None
    entries: dict[str, Entry]
    fresh_copy_seconds: float | None = None
    interleaved: bool = True

    @property
    def fastest_library(self) -> str | None:
        """The fastest of the others that is a library; a loop written for one loss is none."""
        times = {
            name: entry.seconds
            for name, entry in self.entries.items()
            if name != "lossbook" and entry.is_library and entry.seconds is not None
        }
        return min(times, key=lambda name: times[name]) if times else None

    @property
    def ahead_by(self) -> float | None:
        """The time of the fastest library over that of lossbook."""
        fastest = self.fastest_library
        return None if fastest is None else self.ratio(fastest)

    def ratio(self, name: str) -> float | None:
        """The time of a contender over that of lossbook."""
        own, other = self.entries.get("lossbook"), self.entries.get(name)
        if own is None or other is None or not own.seconds or other.seconds is None:
            return None
        return other.seconds / own.seconds

    def record(self) -> dict[str, Any]:
        """The finding as JSON has it."""
        return {
            "title": self.case.title,
            **dataclasses.asdict(self.case),
            "elements": self.case.elements,
            "threads": self.threads,
            "bytes_moved": self.bytes_moved,
            "copy_seconds": self.copy_seconds,
            "fresh_copy_seconds": self.fresh_copy_seconds,
            "interleaved": self.interleaved,
            "fastest_library": self.fastest_library,
            "ahead_by": self.ahead_by,
            "contenders": {
                name: {**dataclasses.asdict(entry), "ratio": self.ratio(name)}
                for name, entry in self.entries.items()
            },
        }

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Self:
        """The finding that gave this record."""
        case = Case(**fields(Case, record))
        entries = {
            name: Entry(**fields(Entry, entry)) for name, entry in record["contenders"].items()
        }
        return cls(case=case, entries=entries, **fields(cls, record))


@dataclasses.dataclass
class Run:
    """Everything that a run found, and where."""

    machine: dict[str, Any]
    versions: dict[str, str]
    rounds: int
    findings: list[Finding]
    absent: dict[str, str]

    @property
    def geometric_mean(self) -> float | None:
        """Of how far lossbook is ahead of the fastest library."""
        ratios = [finding.ahead_by for finding in self.findings if finding.ahead_by]
        if not ratios:
            return None
        return math.exp(statistics.fmean(math.log(ratio) for ratio in ratios))

    def record(self) -> dict[str, Any]:
        """The run as JSON has it."""
        return {
            "format": 1,
            "machine": self.machine,
            "versions": self.versions,
            "rounds": self.rounds,
            "absent": self.absent,
            "geometric_mean": self.geometric_mean,
            "cases": [finding.record() for finding in self.findings],
        }

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Self:
        """The run that gave this record, or one that was read from JSON."""
        findings = [Finding.read(case) for case in record["cases"]]
        return cls(findings=findings, **fields(cls, record))


def fields(cls: Any, record: Mapping[str, Any]) -> dict[str, Any]:
    """What of a record are fields of a class, lists of records left out."""
    names = {field.name for field in dataclasses.fields(cls)} - {"comparisons"}
    return {name: value for name, value in record.items() if name in names}
