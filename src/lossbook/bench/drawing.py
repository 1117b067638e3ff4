"""A run as a picture: for every case, how long each contender takes beside lossbook."""

from __future__ import annotations

import io
from pathlib import Path

from lossbook.bench.results import Finding, Run

_MARKS = "osD^vP*X<>hd"


def write_plot(run: Run, path: str) -> None:
    """Write a PNG or SVG picture, as the ending says."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, LogLocator

    findings = [finding for finding in run.findings if finding.ratio("lossbook")]
    figure = Figure(figsize=(9, 1.8 + 0.3 * max(len(findings), 1)), layout="constrained")
    axes = figure.add_subplot()
    for mark, name in zip(_MARKS * 2, run.versions, strict=False):
        points = [
            (ratio, row)
            for row, finding in enumerate(findings)
            if (ratio := finding.ratio(name)) is not None
        ]
        if points:
            xs, ys = zip(*points, strict=True)
            own = {"color": "black", "zorder": 3} if name == "lossbook" else {"alpha": 0.8}
            axes.plot(xs, ys, mark, label=f"{name} {run.versions[name]}", **own)
    parts = [_parts(finding) for finding in findings]
    common = [part for part in parts[0] if all(part in other for other in parts)] if parts else []
    labels = [", ".join(part for part in row if part not in common) for row in parts]
    if len(findings) == 1:
        labels, common = [findings[0].case.title], parts[0][1:]
    axes.set_yticks(range(len(findings)), labels)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}x"))
    axes.xaxis.set_minor_locator(LogLocator(subs=()))
    axes.set_xlabel("time, as a multiple of lossbook's")
    axes.grid(axis="both", color="0.9")
    axes.set_axisbelow(True)
    figure.legend(loc="outside right upper", frameon=False, fontsize="small")
    machine = f"{run.machine['processor']}, {run.machine['cores']} cores"
    figure.suptitle("\n".join(filter(None, [", ".join(common), machine])), fontsize="small")
    buffer = io.BytesIO()
    figure.savefig(buffer, format=Path(path).suffix.removeprefix(".").lower(), dpi=150)
    Path(path).write_bytes(buffer.getvalue())


def _parts(finding: Finding) -> list[str]:
    """What a case is, in words; those that all cases share go into the title."""
    case = finding.case
    threads = "1 thread" if finding.threads == 1 else f"{finding.threads} threads"
    weights = "weights" if case.weights else "no weights"
    size = f"n = {case.size:,}"
    return [case.title, case.dtype, case.outputs, size, weights, case.layout, threads]
