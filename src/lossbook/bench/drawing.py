"""A run as a picture: how long each contender takes beside lossbook, or how its time grows."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from lossbook.bench.results import Finding, Run
from lossbook.bench.table import kind, labels, threads

# The same contender looks the same in every picture, whoever else is in it.
_LOOKS = {
    "lossbook": ("black", "o"),
    "plain": ("tab:cyan", "v"),
    "numpy": ("tab:blue", "^"),
    "numexpr": ("tab:brown", "X"),
    "numba": ("0.55", "D"),
    "sklearn": ("tab:orange", "P"),
    "torch": ("tab:red", "s"),
    "compile": ("tab:pink", "<"),
    "jax": ("tab:green", "*"),
    "optax": ("tab:olive", "h"),
}
_OTHERS = ("tab:purple", "d")


def write_plot(run: Run, path: str, growth: bool = False, note: str = "") -> None:
    """Write a PNG or SVG picture, as the ending says; ``note`` is hidden in an SVG."""
    import matplotlib as mpl

    figure = _growth(run) if growth else _ratios(run)
    buffer = io.BytesIO()
    ending = Path(path).suffix.removeprefix(".").lower()
    details = {"Date": None, "Description": note or None} if ending == "svg" else {}
    with mpl.rc_context({"svg.hashsalt": "lossbook"}):  # the same picture has the same bytes
        figure.savefig(buffer, format=ending, dpi=150, metadata=details)
    Path(path).write_bytes(buffer.getvalue())


def _ratios(run: Run) -> Any:
    from matplotlib.figure import Figure

    findings = [finding for finding in run.findings if finding.ratio("lossbook")]
    figure = Figure(figsize=(9, 1.6 + 0.3 * max(len(findings), 1)), layout="constrained")
    axes = figure.add_subplot()
    axes.axvline(1, color="black", linewidth=1.5, label=_label(run, "lossbook"))
    for name in run.versions:
        points = [
            (ratio, row)
            for row, finding in enumerate(findings)
            if (ratio := finding.ratio(name)) is not None
        ]
        if points and name != "lossbook":
            color, mark = _LOOKS.get(name, _OTHERS)
            xs, ys = zip(*points, strict=True)
            axes.plot(xs, ys, mark, color=color, alpha=0.85, label=_label(run, name))
    titles, common = labels(findings)
    axes.set_yticks(range(len(findings)), titles)
    axes.set_ylim(len(findings) - 0.5, -0.5)
    axes.set_xscale("log")
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, 0.7), max(high, 12))
    _plain_ticks(axes.xaxis, "x")
    axes.set_xlabel("time, as a multiple of lossbook's")
    axes.grid(axis="both", color="0.92")
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    figure.legend(loc="outside right upper", frameon=False, fontsize="small")
    figure.suptitle("\n".join(filter(None, [common, _machine(run)])), fontsize="small")
    return figure


def _growth(run: Run) -> Any:
    from matplotlib.figure import Figure

    groups: dict[str, list[Finding]] = {}
    for finding in run.findings:
        case = finding.case
        classes = [f"{case.classes} classes"] if case.classes else []
        parts = [*case.switches, *classes, *kind(finding), threads(finding)]
        groups.setdefault(f"{case.loss}\n{', '.join(parts)}", []).append(finding)
    across = min(2, max(len(groups), 1))
    down = -(-max(len(groups), 1) // across)
    figure = Figure(figsize=(4.8 * across + 0.4, 3.1 * down + 0.9), layout="constrained")
    panes = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True).flat
    for axes, (title, findings) in zip(panes, groups.items(), strict=False):
        _curves(axes, run, findings)
        axes.set_title(title, fontsize="small", loc="left")
    for axes in list(panes)[len(groups) :]:
        axes.set_visible(False)
    figure.supylabel("ns per number", fontsize="small")
    handles = {
        label: line
        for axes in figure.axes
        for line, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        handles.values(), handles, loc="outside upper center", ncols=5, frameon=False,
        fontsize="small",
    )  # fmt: skip
    figure.supxlabel(f"numbers per call ({_machine(run)})", fontsize="small")
    return figure


def _curves(axes: Any, run: Run, findings: list[Finding]) -> None:
    names = [*run.versions, "copy"]
    for name in names:
        points = []
        for finding in findings:
            entry = finding.entries.get(name)
            seconds = finding.copy_seconds if name == "copy" else entry and entry.seconds
            if seconds:
                elements = finding.case.elements
                points.append((elements, seconds / elements * 1e9))
        if points:
            color, mark = _LOOKS.get(name, _OTHERS)
            style = {"color": color, "marker": mark, "markersize": 4}
            style |= {"linewidth": 2.0 if name == "lossbook" else 1.0}
            if name == "copy":
                style = {"color": "0.6", "linestyle": "--", "linewidth": 1.0}
            label = "copy of as many bytes" if name == "copy" else _label(run, name)
            axes.plot(*zip(*points, strict=True), label=label, **style)
    axes.set_xscale("log")
    axes.set_yscale("log")
    _plain_ticks(axes.yaxis)
    _mark_caches(axes, run, findings)
    axes.grid(color="0.92")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _mark_caches(axes: Any, run: Run, findings: list[Finding]) -> None:
    """Where arguments and results together are as large as a cache."""
    sizes = [finding.case.elements for finding in findings]
    per_number = findings[0].bytes_moved / max(findings[0].case.elements, 1)
    for name, size in run.machine.get("caches", {}).items():
        x = size / per_number
        if min(sizes) <= x <= max(sizes):
            axes.axvline(x, color="0.75", linewidth=1, linestyle=":")
            axes.annotate(
                f" {name}", (x, 0.02), xycoords=("data", "axes fraction"),
                color="0.5", fontsize="x-small", va="bottom",
            )  # fmt: skip


def _plain_ticks(axis: Any, unit: str = "") -> None:
    """1, 2, 5, 10, ... instead of powers."""
    from matplotlib.ticker import FuncFormatter, LogLocator

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}{unit}"))
    axis.set_minor_locator(LogLocator(subs=()))


def _label(run: Run, name: str) -> str:
    return f"{name} {run.versions.get(name, '').partition('+')[0]}"


def _machine(run: Run) -> str:
    cores = run.machine["cores"]
    return f"{run.machine['processor']}, {cores} {'core' if cores == 1 else 'cores'}"
