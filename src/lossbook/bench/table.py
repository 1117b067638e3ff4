"""A run as tables of text: who takes how long, and how far lossbook is ahead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from lossbook.bench.results import TIMED, Finding, Run
from lossbook.report.scales import count, number

# From this many numbers on a time per number says more than one per call.
_MANY = 1000
# The load per processor at which other programs get in the way.
_BUSY = 0.5


def groups(run: Run) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """One table per kind of job: its heading, header and rows."""
    names = [name for name in run.versions if _takes_part(run, name)]
    for heading, group in groupby(run.findings, key=_heading):
        findings = list(group)
        yield heading, ["", *names, "ahead", "of copy", "MiB"], [_row(f, names) for f in findings]


def remarks(run: Run) -> Iterator[str]:
    """What else there is to say: means, wrong results, failures."""
    mean = run.geometric_mean
    if mean is not None:
        yield (
            f"Geometric mean of ahead: {mean:.2f}x, over {count(len(run.findings))} cases. "
            "Ahead: the time of the fastest library over that of lossbook (a loop compiled by "
            "numba for one loss is no library). Of copy: the time of a copy of as many bytes over "
            "that of lossbook. MiB: arguments, results and all between, of lossbook / of the "
            "fastest library."
        )
    load = run.machine["load"]
    if load is not None and load > _BUSY * run.machine["cores"]:
        yield (
            f"The machine was busy with other work when this began (load {load:.1f}): "
            "times are longer than on a quiet one, those of several threads most."
        )
    for name, why in run.absent.items():
        yield f"{name} does not run here: {why}"
    for finding in run.findings:
        for name, entry in finding.entries.items():
            if entry.status in {"wrong", "failed"}:
                yield (
                    f"{name} {_verb(entry.status)} {finding.case.title} ({_heading(finding)}): "
                    + (entry.why)
                )


def _verb(status: str) -> str:
    return "is wrong at" if status == "wrong" else "failed at"


def _takes_part(run: Run, name: str) -> bool:
    return any(finding.entries[name].status != "not offered" for finding in run.findings)


def _heading(finding: Finding) -> str:
    case = finding.case
    parts = [case.dtype, case.outputs]
    parts += ["weights"] if case.weights else []
    parts += [case.layout] if case.layout != "contiguous" else []
    unit = "ns per number" if case.elements >= _MANY else "µs per call"
    threads = "1 thread" if finding.threads == 1 else f"{finding.threads} threads"
    size = f"n = {count(case.size)}"
    return ", ".join(part for part in [*parts, size, threads, unit] if part)


def _row(finding: Finding, names: Sequence[str]) -> list[str]:
    ahead, own = finding.ahead_by, finding.entries.get("lossbook")
    share = own.share_of_copy if own else None
    return [
        finding.case.title,
        *(_time(finding, name) for name in names),
        f"{ahead:.2f}x" if ahead else "-",
        f"{share:.0%}" if share else "-",
        f"{_memory(finding, 'lossbook')} / {_memory(finding, finding.fastest_library)}",
    ]


def _time(finding: Finding, name: str) -> str:
    entry = finding.entries[name]
    if entry.status != TIMED or entry.seconds is None:
        return entry.status if entry.status in {"wrong", "failed"} else "-"
    many = finding.case.elements >= _MANY
    scaled = entry.seconds / finding.case.elements * 1e9 if many else entry.seconds * 1e6
    return number(scaled, 3)


def _memory(finding: Finding, name: str | None) -> str:
    working = finding.entries[name].working_bytes if name in finding.entries else None
    return "-" if working is None else f"{working / 2**20:.0f}"
