"""``lossbook list --framework``: the losses of another framework, and how they differ from ours."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from lossbook.rosetta import Counterpart

__all__ = ["differences", "print_counterparts"]

Rows = list[dict[str, Any]]


def print_counterparts(framework: str, form: str) -> None:
    """Print every loss of a framework, as a table, JSON or CSV."""
    import lossbook
    from lossbook.rosetta import FRAMEWORKS

    rows = [
        {
            "framework": theirs.framework,
            "name": theirs.name,
            "loss": loss.name,
            "parameters": dict(theirs.parameters),
            "factor": theirs.factor,
            "differences": theirs.differences,
        }
        for loss, theirs in lossbook.counterparts(framework)
    ]
    printers: dict[str, Callable[[Rows], None]] = {"json": _print_json, "csv": _print_csv}
    if form in printers:
        printers[form](rows)
        return
    _print_table(rows, FRAMEWORKS[framework].title, FRAMEWORKS[framework].tested)


def differences(theirs: Counterpart) -> str:
    """What differs in one sentence; empty where nothing does."""
    return "; ".join(f"{topic}: {words}" for topic, words in theirs.differences.items())


def _print_table(rows: Rows, title: str, tested: str) -> None:
    from lossbook.cli.screen import Screen

    screen = Screen.of_output()
    screen.title(f"The losses of {title}", f"tested with {tested}" if tested else "not run here")
    for position, row in enumerate(rows):
        if position:
            screen.blank()
        given = "".join(f" {name}={value}" for name, value in row["parameters"].items())
        name = click.style(row["name"], fg="cyan", bold=True)
        screen.lines([f"{name}  {row['loss']}{given}"], indent=2)
        words = "; ".join(f"{topic}: {text}" for topic, text in row["differences"].items())
        screen.paragraph(words or "the same", indent=4, dim=True)


def _print_json(rows: Rows) -> None:
    click.echo(json.dumps(rows, indent=2))


def _print_csv(rows: Rows) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    topics = ["hessian", "ties", "labels", "clipping", "reduction", "note"]
    writer.writerow(["framework", "name", "loss", "parameters", "factor", *topics])
    for row in rows:
        parameters = " ".join(f"{name}={value}" for name, value in row["parameters"].items())
        first = [row["framework"], row["name"], row["loss"], parameters, f"{row['factor']:g}"]
        writer.writerow([*first, *(row["differences"].get(topic, "") for topic in topics)])
    click.echo(text.getvalue(), nl=False)
