"""``lossbook list``: the catalogue."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from lossbook.loss import Loss

__all__ = ["list_command"]


@click.command("list")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="How to print the catalogue.",
)
@click.option("--framework", help="The losses of another framework, and what differs there.")
def list_command(format_: str, framework: str | None) -> None:
    """Every loss, by kind, with its parameters and its other names.

    With --framework xgboost (torch, keras, sklearn, lightgbm, ...) the losses of that framework by
    their names there, each with the loss that it is here and what differs.
    """
    import lossbook

    if framework is not None:
        from lossbook.cli.rosetta import print_counterparts

        print_counterparts(framework, format_)
        return
    entries = [_entry(loss) for loss in lossbook.catalogue()]
    {"table": _print_table, "json": _print_json, "csv": _print_csv}[format_](entries)


def summary(loss: type[Loss]) -> str:
    """Return the first paragraph of a loss's docstring on one line."""
    paragraph = (loss.__doc__ or "").strip().partition("\n\n")[0]
    return " ".join(paragraph.split())


def _entry(loss: type[Loss]) -> dict[str, Any]:
    from lossbook.registry import other_names

    return {
        "name": loss.name,
        "kind": loss.kind,
        "class": loss.__name__,
        "summary": summary(loss),
        "parameters": {
            field.name: field.default
            for field in dataclasses.fields(loss)  # type: ignore[arg-type]
        },
        "aliases": {other: dict(implied) for other, implied in other_names(loss).items()},
    }


def _print_table(entries: list[dict[str, Any]]) -> None:
    from lossbook.cli.screen import Screen

    screen = Screen.of_output()
    kind = None
    for entry in entries:
        if entry["kind"] != kind:
            if kind is not None:
                screen.blank()
            kind = entry["kind"]
            screen.title(kind.capitalize())
        else:
            screen.blank()
        parameters = ", ".join(f"{name}={value}" for name, value in entry["parameters"].items())
        name = click.style(entry["name"], fg="cyan", bold=True)
        fits = len(f"  {entry['name']}  {parameters}") <= screen.width
        screen.lines([f"{name}  {parameters}" if fits else name], indent=2)
        if not fits:
            screen.paragraph(parameters, 4, hanging=6)
        screen.paragraph(entry["summary"], indent=4)
        if entry["aliases"]:
            screen.paragraph(f"also: {', '.join(entry['aliases'])}", 4, hanging=6, dim=True)
    screen.blank()
    losses = "1 loss" if len(entries) == 1 else f"{len(entries)} losses"
    screen.paragraph(f"{losses}. More about one of them: lossbook show NAME")


def _print_json(entries: list[dict[str, Any]]) -> None:
    import json

    click.echo(json.dumps(entries, indent=2))


def _print_csv(entries: list[dict[str, Any]]) -> None:
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "kind", "class", "parameters", "aliases", "summary"])
    for entry in entries:
        parameters = " ".join(f"{name}={value}" for name, value in entry["parameters"].items())
        aliases = " ".join(entry["aliases"])
        writer.writerow(
            [
                *(entry[key] for key in ("name", "kind", "class")),
                parameters,
                aliases,
                entry["summary"],
            ]
        )
    click.echo(text.getvalue(), nl=False)
