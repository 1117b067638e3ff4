"""The sections of docs/benchmarks.md, as Markdown made of results."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from lossbook.bench import table, training
from lossbook.bench.contenders import LOSSBOOK, PEERS
from lossbook.bench.results import Finding, Run
from lossbook.report.scales import count, number

# The texts of the page that hold whatever the figures are.
METHOD = """\
- Every library has a process of its own, pinned to as many processors as it has threads.
- Its first result is compared with lossbook's formula in float64 without compiled code, which the
  tests hold to 120 digits. What is off by more than 1e-5 (float32) or 1e-10 (float64) of the
  largest entry is not timed.
- The libraries take turns, round by round, in changing order, so that whatever else the machine
  does meets all of them. A figure is the median of the rounds: of the processor's time on one
  thread, of the clock's on several.
- The mean of the loss is asked for, and the derivatives of that mean. Arguments are in the
  library's own arrays beforehand; what it cannot take as it is (a stride, another type) it converts
  within its time."""
COLUMNS = """\
**Ahead** is the time of the fastest library over that of lossbook. **Copy** moves as many bytes as
the call has to read and write, into memory that is there already; **fresh** moves them into new
memory. **Of copy** is the time of the former over that of lossbook: near 100 % it is memory that
limits, not computation. (More than that is possible, since a copy writes half of its bytes, value
and gradient a third, and writing costs more than reading.) **MiB** is the most memory at any time
for arguments, results and all between, of lossbook / of the fastest library."""
REPEATING = """\
To repeat it, on a machine that has nothing else to do: `pip install ".[bench]"`, then
`python benchmarks/run.py` and `python benchmarks/page.py`. For one loss, size or library at a time
there is `lossbook bench`."""
ROWS = "Softmax cross entropy of logits, with labels as class indices."
INPUTS = """\
Strided: every second place of an array. Mixed: float64 labels for float32 predictions. Integer:
int64 labels. Given out: results go into arrays that are there."""
MEMORY = """\
These losses compute little, and ten million numbers are more than a core's own caches hold. New
memory costs the system's work of finding pages, as the two kinds of copies show; lossbook keeps the
memory of results that were let go for the next ones, and given results are there anyway."""
GROWTH = """\
The time per number, from a hundred thousand numbers to a hundred million. Dotted lines: arguments
and results together are as large as a cache. From 32 MiB on (eight million results in float32) the
C library gives memory back at once, so that whoever does nothing about it waits for new pages in
every call; with given results there is no such step."""
TRAINING = """\
XGBoost and LightGBM with their own objectives, and with gradient and Hessian from a function of
Python: of lossbook, or of NumPy as users write it. The models are compared first. What is timed is
the training as a whole, since a built-in objective cannot be called by itself."""

NOTE = "<!-- Written by benchmarks/page.py from benchmarks/results; changes belong there. -->"


def page(found: dict[str, Any]) -> str:
    """The whole page."""
    runs = {name: Run.read(record) for name, record in found["sets"].items() if "cases" in record}
    parts = [
        "# Benchmarks",
        NOTE,
        _machine(found, runs["pointwise"]),
        "## In short",
        "\n".join(f"- {sentence}" for sentence in in_short(found, runs)),
        "![Time of every library as a multiple of lossbook's](images/benchmark_ratios.svg)",
        *_method(runs),
        "## Losses of one prediction per row",
        *_groups(runs["pointwise"]),
        "## Rows of class scores",
        ROWS,
        *_groups(runs["rows"]),
        "## Small calls",
        "What a call costs whatever it computes.",
        *_one_table(runs["calls"], many=False),
        "## Value, gradient, Hessian",
        *_one_table(runs["outputs"]),
        "## Weights, strides, other types, given results",
        INPUTS,
        *_one_table(runs["inputs"]),
        "## At the limit of memory",
        MEMORY,
        *_one_table(runs["memory"]),
        "## Threads",
        *_one_table(runs["threads"]),
        "## Growth",
        GROWTH,
        "![ns per number against the size of a call](images/benchmark_growth.svg)",
        *_growth([runs["growth"], runs["growth given"]]),
        "## Training",
        TRAINING,
        *_training(training.Trainings.read(found["sets"]["training"])),
        "## Import",
        _import(found["import_ms"]),
    ]
    return "\n\n".join(parts) + "\n"


def in_short(found: dict[str, Any], runs: dict[str, Run]) -> Iterator[str]:
    """The main figures, good and bad."""
    for name, what in (("pointwise", "losses of one prediction per row"), ("rows", "softmax")):
        yield f"Against the fastest library, {what}: {_ahead(runs[name].findings)}."
    behind = [
        f"{finding.fastest_library} at {_title(finding)} ({finding.ahead_by:.2f}x)"
        for run in runs.values()
        for finding in run.findings
        if finding.ahead_by is not None and finding.ahead_by < 1
    ]
    yield f"Where another library is faster: {'; '.join(behind) if behind else 'nowhere here'}."
    shares = [f.entries["lossbook"].share_of_copy for f in runs["memory"].findings]
    known = [share for share in shares if share]
    yield (
        f"Memory-bound losses at {count(runs['memory'].findings[0].case.n)} numbers: "
        f"{min(known):.0%} to {max(known):.0%} of the speed of a copy."
    )
    yield _small_calls(runs["calls"])
    yield _import(found["import_ms"])
    loads = [run.machine["load"] for run in runs.values() if "load" in run.machine]
    if loads and max(loads) > 0.5 * runs["pointwise"].machine["cores"] + 1:
        yield (
            f"The machine was doing other work at the time (load up to {max(loads):.1f}, of which "
            "1 is the measurement's own): take the ratios more seriously than the times."
        )


def _ahead(findings: Sequence[Finding]) -> str:
    ratios = [finding.ahead_by for finding in findings if finding.ahead_by]
    mean = math.exp(statistics.fmean(map(math.log, ratios)))
    low, high = min(ratios), max(ratios)
    return f"{mean:.1f}x on geometric average, {low:.2f}x at least, {high:.1f}x at most"


def _small_calls(run: Run) -> str:
    times = [
        f"{finding.case.outputs} {finding.entries['lossbook'].seconds * 1e6:.2g} µs"
        for finding in run.findings
        if finding.case.n == 4 and finding.case.loss == "squared_error"
    ]
    return f"A call with four numbers: {', '.join(times)}."


def _import(milliseconds: dict[str, float]) -> str:
    return (
        f"`import lossbook` takes {milliseconds['lossbook']:.1f} ms once NumPy is there, "
        f"{milliseconds['lossbook and first call']:.0f} ms with the first call of a loss (NumPy "
        f"itself: {milliseconds['numpy']:.0f} ms)."
    )


def _machine(found: dict[str, Any], run: Run) -> str:
    machine = run.machine
    caches = ", ".join(f"{name} {_size(size)}" for name, size in machine.get("caches", {}).items())
    day = dt.date.fromisoformat(found["date"])
    return (
        f"{machine['processor']}, {machine['cores']} cores, instruction set "
        f"{machine['instruction_set']}, {caches or 'caches unknown'}, "
        f"{_size(machine['memory_bytes'])} of memory; {machine['system']} {machine['release']}, "
        f"Python {machine['python']}. {day.day} {day:%B %Y}, commit {found['commit']}"
        + (", in small sizes only" if found["quick"] else "")
        + "."
    )


def _size(size: int) -> str:
    if size >= 2**30:
        return f"{size / 2**30:.0f} GiB"
    return f"{size / 2**20:.0f} MiB" if size >= 2**20 else f"{size / 2**10:.0f} KiB"


def _method(runs: dict[str, Run]) -> Iterator[str]:
    yield "## What is measured, and how"
    yield METHOD
    yield COLUMNS
    yield _contenders(runs["pointwise"])
    yield REPEATING


def _contenders(run: Run) -> str:
    peers = {"lossbook": LOSSBOOK, **PEERS}
    rows = [[name, version, peers[name].what] for name, version in run.versions.items()]
    return _markdown(["", "version", "what is called"], rows, numbers=False)


def _groups(run: Run) -> Iterator[str]:
    for heading, header, rows in table.groups(run):
        yield f"**{heading}**"
        yield _markdown(header, rows)


def _one_table(run: Run, many: bool = True) -> Iterator[str]:
    """All findings in one table, whose rows say in what they differ."""
    titles, common = table.labels(run.findings)
    unit = "ns per number" if many else "µs per call"
    yield f"**{', '.join(filter(None, [common, unit]))}**"
    yield _markdown(*table.rows(run, run.findings, titles, many))


def _growth(runs: Sequence[Run]) -> Iterator[str]:
    columns: dict[str, dict[int, str]] = {}
    for run in runs:
        for finding in run.findings:
            case = finding.case
            parts = [case.loss, *case.switches, table.threads(finding)]
            parts += ["given out"] if case.out == "given" else []
            seconds = finding.entries["lossbook"].seconds
            text = "-" if seconds is None else number(seconds / case.elements * 1e9, 3)
            columns.setdefault(", ".join(parts), {})[case.n] = text
    sizes = sorted({n for column in columns.values() for n in column})
    rows = [[count(n), *(column.get(n, "-") for column in columns.values())] for n in sizes]
    yield "**lossbook, float32, value+gradient, ns per number**"
    yield _markdown(["n", *columns], rows)


def _training(found: training.Trainings) -> Iterator[str]:
    for heading, header, rows in training.groups(found):
        yield f"**{heading}**"
        yield _markdown(header, rows)
    yield " ".join(training.remarks(found))


def _title(finding: Finding) -> str:
    case = finding.case
    size = [] if case.classes else [f"n = {count(case.n)}"]
    return ", ".join([case.title, *table.kind(finding), *size, table.threads(finding)])


def _markdown(header: Sequence[str], rows: Sequence[Sequence[str]], numbers: bool = True) -> str:
    rule = ["---", *(["---:" if numbers else "---"] * (len(header) - 1))]
    lines = [header, rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


# -- README ----------------------------------------------------------------------------------------

SHOWN = {
    "lossbook": "lossbook",
    "numpy": "NumPy",
    "jax": "JAX",
    "torch": "PyTorch",
    "sklearn": "scikit-learn",
}


def summary(found: dict[str, Any]) -> str:
    """What README shows."""
    runs = {name: Run.read(found["sets"][name]) for name in ("pointwise", "rows", "calls")}
    findings = [*runs["pointwise"].findings, *runs["rows"].findings]
    versions = runs["pointwise"].versions
    header = ["", *(_versioned(name, versions) for name in SHOWN if name in versions)]
    rows = [_summary_row(finding, versions) for finding in findings if _in_summary(finding)]
    machine = runs["pointwise"].machine
    month = dt.date.fromisoformat(found["date"])
    intro = (
        f"Value and gradient in one call, on one thread of an {machine['processor']} "
        f"({machine['instruction_set']}), {month:%B %Y}; ns per number:"
    )
    outro = (
        f"{_small_calls(runs['calls'])} [All figures](docs/benchmarks.md), with threads, memory, "
        "growth, and where others are faster."
    )
    return "\n\n".join([intro, _markdown(header, rows), outro])


def _in_summary(finding: Finding) -> bool:
    case = finding.case
    if case.loss == "binary_cross_entropy":
        return "from_logits" in case.switches
    return case.dtype == "float32"


def _summary_row(finding: Finding, versions: dict[str, str]) -> list[str]:
    case = finding.case
    cells = [_cell(finding, name) for name in SHOWN if name in versions]
    return [f"{case.title}, {case.dtype}", *cells]


def _cell(finding: Finding, name: str) -> str:
    entry = finding.entries.get(name)
    if entry is None or entry.seconds is None:
        return "-"
    return number(entry.seconds / finding.case.elements * 1e9, 2)


def _versioned(name: str, versions: dict[str, str]) -> str:
    if name == "lossbook":
        return name
    return f"{SHOWN[name]} {'.'.join(versions[name].split('.')[:2])}"
