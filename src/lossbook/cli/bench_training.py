"""``lossbook bench --training``: boosters with their objectives and with lossbook's."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from lossbook.cli.progress import progress_bar

__all__ = ["refuse_others", "train"]

ROWS, COLUMNS, TREES, ROUNDS = 500_000, 10, 30, 5
QUICK_ROWS, QUICK_TREES, QUICK_ROUNDS = 2_000, 10, 1

# What the options of a call mean nothing for.
_WITH = {"training", "threads", "rounds", "quick", "json_path", "parameters"}


def refuse_others(context: click.Context) -> None:
    """Hear of options that would be without effect."""
    for parameter in context.command.params:
        name = str(parameter.name)
        source = context.get_parameter_source(name)
        if name not in _WITH and source == click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"{parameter.opts[0]} says nothing about --training, which goes with --threads, "
                "--rounds, --quick and --json."
            )
    if context.params["parameters"]:
        raise click.UsageError("--training takes no parameters of a loss.")


def train(threads: Sequence[int], rounds: int | None, quick: bool, json_path: str | None) -> None:
    """Train, print the tables, and write the JSON."""
    from lossbook.bench.contenders import BOOSTERS
    from lossbook.bench.training import groups, remarks
    from lossbook.bench.training import train as train_all
    from lossbook.cli.screen import Screen
    from lossbook.report.atomic import write_whole
    from lossbook.report.terminal import table

    peers = [peer for peer in BOOSTERS.values() if not peer.missing()]
    if not peers:
        raise click.UsageError(
            '--training needs XGBoost, LightGBM or CatBoost: pip install "lossbook[bench]"'
        )
    rounds = rounds or (QUICK_ROUNDS if quick else ROUNDS)
    rows, trees = (QUICK_ROWS, QUICK_TREES) if quick else (ROWS, TREES)
    with progress_bar("starting") as progress:
        found = train_all(rows, COLUMNS, trees, threads, rounds, progress, peers)
    screen = Screen.of_output()
    screen.title(f"lossbook bench --training, {rounds} rounds", found.machine["processor"])
    for heading, header, body in groups(found):
        screen.heading(heading)
        screen.lines(table(header, body, unicode=screen.unicode), indent=2)
    screen.blank()
    for remark in remarks(found):
        screen.paragraph(remark)
    if json_path is not None:
        write_whole(json_path, json.dumps(found.record(), indent=2) + "\n")
