"""A run as tables of text: who takes how long, and how far lossbook is ahead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lossbook.bench.results import TIMED, Finding, Run
from lossbook.report.scales import count, number

# From this many numbers on a time per number says more than one per call.
_MANY = 1000
# Where lossbook takes less than half a MiB at every case, there is nothing to say about memory.
_NOTHING = ("0 / ", "- / ")
# The load per processor at which other programs get in the way.
_BUSY = 0.5


Table = tuple[str, list[str], list[list[str]]]


def groups(run: Run, growth: bool = False) -> Iterator[Table]:
    """One table per kind of job: its heading, header and rows.

    With ``growth`` there is one per loss, with a row for each size.
    """
    found: dict[str, list[Finding]] = {}
    for finding in run.findings:
        found.setdefault(_growth_heading(finding) if growth else _heading(finding), []).append(
            finding
        )
    for heading, findings in found.items():
        many = growth or findings[0].case.elements >= _MANY
        titles = [count(f.case.n) if growth else f.case.title for f in findings]
        yield heading, *rows(run, findings, titles, many, "n" if growth else "")


def rows(
    run: Run, findings: Sequence[Finding], titles: Sequence[str], many: bool, corner: str = ""
) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a table: ns per number if ``many``, else microseconds per call."""
    peers = [name for name in run.versions if _takes_part(findings, name) and name != "lossbook"]
    header = [corner, "lossbook", "ahead", "of copy", "MiB", *peers, "copy", "fresh"]
    lines = [
        [title, *_row(finding, peers, many)]
        for finding, title in zip(findings, titles, strict=True)
    ]
    place = header.index("MiB")
    if all(line[place].startswith(_NOTHING) for line in lines):
        for line in (header, *lines):
            del line[place]
    return header, lines


def labels(findings: Sequence[Finding]) -> tuple[list[str], str]:
    """What each case is, in words; and those that all cases share."""
    parts = [_parts(finding) for finding in findings]
    common = [part for part in parts[0] if all(part in other for other in parts)] if parts else []
    if len(findings) == 1:
        return [findings[0].case.title], ", ".join(parts[0][1:])
    found = []
    for row in parts:
        own = [part for part in row if part not in common]
        found.append(", ".join([part for part in own if part not in _USUAL] or own))
    return found, ", ".join(common)


_USUAL = {"no weights", "contiguous", "new results"}


def _parts(finding: Finding) -> list[str]:
    case = finding.case
    weights = "weights" if case.weights else "no weights"
    # The shape of rows is part of their title.
    size = [] if case.classes else [f"n = {count(case.n)}"]
    out = "given out" if case.out == "given" else "new results"
    return [
        case.title,
        case.dtype,
        case.outputs,
        *size,
        weights,
        case.layout,
        out,
        threads(finding),
    ]


def folded(
    header: list[str], rows: list[list[str]], width: int
) -> Iterator[tuple[list[str], list[list[str]]]]:
    """The table, in as many pieces as its columns need; each has the first column."""
    widths = [max(map(len, column)) + 2 for column in zip(header, *rows, strict=True)]
    start = 1
    while start < len(header):
        end, used = start + 1, widths[0] + widths[start]
        while end < len(header) and used + widths[end] <= width:
            used += widths[end]
            end += 1
        piece = slice(start, end)
        yield [header[0], *header[piece]], [[row[0], *row[piece]] for row in rows]
        start = end


def remarks(run: Run) -> Iterator[str]:
    """What else there is to say: means, wrong results, failures."""
    mean = run.geometric_mean
    if mean is not None:
        yield (
            f"Geometric mean of ahead: {mean:.2f}x, over {count(len(run.findings))} cases. "
            "Ahead: the time of the fastest library over that of lossbook (a loop compiled by "
            "numba for one loss is no library). Copy: moving as many bytes into memory that is "
            "there already, fresh: into new memory. Of copy: the time of the former over that of "
            "lossbook. MiB: arguments, results and all between, of lossbook / of the fastest "
            "library."
        )
    load = run.machine["load"]
    if load is not None and load > _BUSY * run.machine["cores"]:
        yield (
            f"The machine was busy with other work when this began (load {load:.1f}): "
            "times are longer than on a quiet one, those of several threads most."
        )
    if not all(finding.interleaved for finding in run.findings):
        apart = [count(f.case.elements) for f in run.findings if not f.interleaved]
        yield (
            f"The data of all contenders do not fit into memory at {', '.join(apart)} numbers: "
            "there they came one after another instead of taking turns."
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


def _takes_part(findings: Sequence[Finding], name: str) -> bool:
    entries = [finding.entries[name] for finding in findings if name in finding.entries]
    return any(entry.status != "not offered" for entry in entries)


def _heading(finding: Finding) -> str:
    case = finding.case
    unit = "ns per number" if case.elements >= _MANY else "µs per call"
    # Shapes are in the titles.
    size = [] if case.classes else [f"n = {count(case.n)}"]
    return ", ".join([*kind(finding), *size, threads(finding), unit])


def _growth_heading(finding: Finding) -> str:
    case = finding.case
    title = [case.loss, *case.switches]
    if case.classes:
        title.append(f"{case.classes} classes")
    return ", ".join([*title, *kind(finding), threads(finding), "ns per number"])


def kind(finding: Finding) -> list[str]:
    """What is special about a job, beside its loss and size."""
    case = finding.case
    parts = [case.dtype, case.outputs]
    parts += ["weights"] if case.weights else []
    parts += [case.layout] if case.layout != "contiguous" else []
    parts += ["given out"] if case.out == "given" else []
    return parts


def threads(finding: Finding) -> str:
    """How many, in words."""
    return "1 thread" if finding.threads == 1 else f"{finding.threads} threads"


def _row(finding: Finding, peers: Sequence[str], many: bool) -> list[str]:
    ahead, own = finding.ahead_by, finding.entries.get("lossbook")
    share = own.share_of_copy if own else None
    elements = finding.case.elements
    return [
        _time(finding, "lossbook", many),
        f"{ahead:.2f}x" if ahead else "-",
        f"{share:.0%}" if share else "-",
        f"{_memory(finding, 'lossbook')} / {_memory(finding, finding.fastest_library)}",
        *(_time(finding, name, many) for name in peers),
        _scaled(finding.copy_seconds, elements, many),
        _scaled(finding.fresh_copy_seconds, elements, many),
    ]


def _time(finding: Finding, name: str, many: bool) -> str:
    entry = finding.entries.get(name)
    if entry is None:
        return "-"
    if entry.status != TIMED:
        return entry.status if entry.status in {"wrong", "failed"} else "-"
    return _scaled(entry.seconds, finding.case.elements, many)


def _scaled(seconds: float | None, elements: int, many: bool) -> str:
    if seconds is None:
        return "-"
    return number(seconds / elements * 1e9 if many else seconds * 1e6, 3)


def _memory(finding: Finding, name: str | None) -> str:
    working = finding.entries[name].working_bytes if name in finding.entries else None
    return "-" if working is None else f"{working / 2**20:.0f}"
