"""A run as a picture: for every case, how long each contender takes beside lossbook."""

from __future__ import annotations

import io
from pathlib import Path

from lossbook.bench.results import Run

_MARKS = "osD^vP*X<>hd"


def write_plot(run: Run, path: str) -> None:
    """Write a PNG or SVG picture, as the ending says."""
    from matplotlib.figure import Figure

    findings = [finding for finding in run.findings if finding.ratio("lossbook")]
    figure = Figure(figsize=(9, 1.6 + 0.3 * max(len(findings), 1)), layout="constrained")
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
    axes.set_yticks(range(len(findings)), [_label(run, row) for row in range(len(findings))])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("time, as a multiple of lossbook's")
    axes.grid(axis="both", color="0.9")
    axes.set_axisbelow(True)
    figure.legend(loc="outside right upper", frameon=False, fontsize="small")
    machine = run.machine
    axes.set_title(f"{machine['processor']}, {machine['cores']} cores", fontsize="small")
    buffer = io.BytesIO()
    figure.savefig(buffer, format=Path(path).suffix.removeprefix(".").lower(), dpi=150)
    Path(path).write_bytes(buffer.getvalue())


def _label(run: Run, row: int) -> str:
    finding = [finding for finding in run.findings if finding.ratio("lossbook")][row]
    case = finding.case
    parts = [case.title, case.dtype, case.outputs]
    parts += [f"n = {case.n:,}"] if not case.classes else []
    parts += ["weights"] if case.weights else []
    parts += [case.layout] if case.layout != "contiguous" else []
    parts += [f"{finding.threads} threads"] if finding.threads > 1 else []
    return ", ".join(parts)
