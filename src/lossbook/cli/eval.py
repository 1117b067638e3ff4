"""``lossbook eval``: what a loss says about a file of predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lossbook.cli.parameters import LossCommand, build_loss, option_name
from lossbook.cli.progress import progress_bar

if TYPE_CHECKING:
    from lossbook.loss import Loss
    from lossbook.scale import Evaluation

__all__ = ["eval_command"]

MOST_WORST = 100_000


@click.command("eval", cls=LossCommand)
@click.argument("file")
@click.option("--loss", "loss_name", required=True, metavar="NAME", help="The loss, by any name.")
@click.option("--y-true", required=True, multiple=True, metavar="COLUMN", help="The labels.")
@click.option(
    "--y-pred",
    required=True,
    multiple=True,
    metavar="COLUMN",
    help="The predictions; once per class for a loss over classes.",
)
@click.option("--weight", metavar="COLUMN", help="The weights of the rows.")
@click.option("--by", metavar="COLUMN", help="Give the same numbers per value of this column.")
@click.option(
    "--worst",
    type=click.IntRange(0, MOST_WORST),
    default=10,
    show_default=True,
    metavar="K",
    help="How many of the worst rows to show.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="How to print the result.",
)
@click.option("--report", metavar="PATH", help="Also write it as an HTML page with plots.")
@click.option("--skip-nulls", is_flag=True, help="Leave rows with missing cells out.")
def eval_command(
    file: str,
    loss_name: str,
    parameters: Mapping[str, object],
    format_: str,
    report: str | None,
    **options: Any,
) -> None:
    """What a loss says about the predictions in FILE (CSV, Parquet or Arrow, of any size).

    Rows are counted from 1; a header is not counted. The skill is 1 - loss / baseline, and the
    baseline is the loss of the best constant prediction for the whole file, in every group.

    \b
      lossbook eval p.csv --loss log_loss --y-true label --y-pred p
      lossbook eval p.parquet --loss pinball --tau 0.9 --y-true y --y-pred q90 --by shop
    """
    loss = build_loss(loss_name, parameters)
    if report is not None:
        _check_report(report, file)
    with progress_bar() as progress:
        evaluation = _evaluate(file, loss, progress, options)
    if report is not None:
        from lossbook.report.html import write_report

        write_report(evaluation, report)
    _print(evaluation, format_)
    if report is not None and format_ == "table":
        click.echo(f"\nReport: {report}")


def _check_report(report: str, file: str) -> None:
    """Hear of a wrong path before the work, and never write over the predictions."""
    from lossbook.report.atomic import check_destination

    if Path(report).exists() and Path(file).exists() and Path(report).samefile(file):
        raise click.UsageError(f"--report would overwrite the predictions in {file!r}.")
    check_destination(report)


def _evaluate(
    file: str, loss: Loss, progress: Callable[[str, float], None] | None, options: dict[str, Any]
) -> Evaluation:
    from lossbook.scale import FileError, evaluate

    try:
        return evaluate(file, loss, progress=progress, **options)
    except FileError as error:
        # Hints speak of arguments; whoever sits at a command line needs the option.
        message = str(error)
        for name in loss.parameters:
            message = message.replace(f"{name}=True", option_name(name))
        raise FileError(message, row=error.row, column=error.column) from error


def _print(evaluation: Evaluation, format_: str) -> None:
    if format_ == "table":
        from lossbook.cli.findings import print_findings

        print_findings(evaluation)
        return
    from lossbook.scale.records import as_csv, as_json

    if format_ == "json":
        click.echo(as_json(evaluation))
    else:
        click.echo(as_csv(evaluation), nl=False)
