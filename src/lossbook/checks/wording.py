"""A report as text for people, and as data for programs."""

from __future__ import annotations

import dataclasses
import math
import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lossbook.checks.findings import Evidence, Finding, Held, Report
from lossbook.report.scales import number
from lossbook.report.terminal import table

WIDTH = 80
_INDENT = 4
_DIGITS = 6
_MORE_DIGITS = {"got": 9, "true": 9, "error in ULP": 2}
_NAMES = {"hessian": "Hessian", "hessian_matrix": "Hessian matrix", "functional": "best constant"}

Paint = Callable[[str, str], str]


def _plain(text: str, _role: str) -> str:
    return text


def as_text(
    report: Report, *, width: int = WIDTH, unicode: bool = True, paint: Paint = _plain
) -> str:
    """The verdict, what must be mended with its tables, notes, and one line per thing that held.

    ``paint`` may colour a text by its role: "title", "finding", "note", "held" or "dim".
    """
    lines = [*_head(report, width, unicode, paint)]
    for finding in report.findings:
        lines += ["", *_finding(finding, "✗" if unicode else "x", width, unicode, paint)]
    for note in report.notes:
        lines += ["", *_finding(note, "•" if unicode else "-", width, unicode, paint)]
    if report.held:
        lines.append("")
        lines += _held(report.held, "✓" if unicode else "+", width, paint)
    return "\n".join(_without_double_blanks(line.rstrip() for line in lines))


def _without_double_blanks(lines: Iterable[str]) -> Iterator[str]:
    before = ""
    for line in lines:
        if line or before:
            yield line
        before = line


def verdict(report: Report) -> str:
    """The whole report in a few words.

    >>> verdict(Report("Huber()", "loss", "", ()))
    'no findings'
    """
    count = len(report.findings)
    words = {0: "no findings", 1: "1 finding"}.get(count, f"{count} findings")
    notes = len(report.notes)
    return words + (f", {notes} note{'s' if notes > 1 else ''}" if notes else "")


def _head(report: Report, width: int, unicode: bool, paint: Paint) -> Iterator[str]:
    right = verdict(report)
    gap = " " * max(width - len(report.name) - len(right), 2)
    yield paint(report.name, "title") + gap + paint(right, "held" if report.ok else "finding")
    yield ("─" if unicode else "-") * width
    yield from textwrap.wrap(f"{report.kind}: {report.domains}", width)


def _finding(finding: Finding, mark: str, width: int, unicode: bool, paint: Paint) -> Iterator[str]:
    role = "note" if finding.is_note else "finding"
    first, *rest = _wrapped(finding.says, width)
    yield f"{paint(mark, role)} {first}"
    yield from (f"  {line}" for line in rest)
    if finding.evidence is not None:
        yield from _table(finding.evidence, unicode, paint)
    if finding.fix:
        yield from (f"  {line}" for line in _wrapped(finding.fix, width))


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width - 2, break_long_words=False, break_on_hyphens=False) or [""]


def _table(evidence: Evidence, unicode: bool, paint: Paint) -> Iterator[str]:
    digits = [_MORE_DIGITS.get(name, _DIGITS) for name in evidence.header]
    rows = [list(map(_cell, row, digits)) for row in evidence.rows]
    left = (0,) if evidence.header[0] == "dtype" else ()
    yield ""
    for line in table(evidence.header, rows, left=left, unicode=unicode):
        yield " " * _INDENT + line
    if evidence.source:
        yield " " * _INDENT + paint(evidence.source, "dim")
    yield ""


def _cell(entry: Any, digits: int) -> str:
    return entry if isinstance(entry, str) else number(float(entry), digits)


def _held(held: tuple[Held, ...], mark: str, width: int, paint: Paint) -> Iterator[str]:
    names = [_NAMES.get(one.subject, one.subject) for one in held]
    column = max(map(len, names)) + 2
    for name, one in zip(names, held, strict=True):
        first, *rest = textwrap.wrap(one.says, width - column - 2) or [""]
        yield f"{paint(mark, 'held')} {name:{column}}{first}"
        yield from (" " * (column + 2) + line for line in rest)


def as_dict(report: Report) -> dict[str, Any]:
    """Text, numbers and lists; an infinite number or NaN, which JSON lacks, is text."""
    return {
        "name": report.name,
        "kind": report.kind,
        "domains": report.domains,
        "ok": report.ok,
        "findings": [_finding_as_dict(one) for one in report.findings],
        "notes": [_finding_as_dict(one) for one in report.notes],
        "held": [dataclasses.asdict(one) for one in report.held],
    }


def _finding_as_dict(finding: Finding) -> dict[str, Any]:
    evidence = finding.evidence
    return {
        "subject": finding.subject,
        "problem": finding.problem,
        "says": finding.says,
        "fix": finding.fix,
        "evidence": None if evidence is None else {
            "header": list(evidence.header),
            "rows": [[_json(entry) for entry in row] for row in evidence.rows],
            "source": evidence.source,
        },
    }  # fmt: skip


def _json(entry: Any) -> Any:
    if isinstance(entry, str) or math.isfinite(entry):
        return entry
    return "NaN" if math.isnan(entry) else "Infinity" if entry > 0 else "-Infinity"
