"""``lossbook explore``: the page to play with."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["explore_command"]


@click.command("explore")
@click.option(
    "--output",
    default="lossbook-explorer.html",
    show_default=True,
    metavar="PATH",
    help="The file to write.",
)
@click.option("--force", is_flag=True, help="Write over a file that is no explorer page.")
@click.option("--open/--no-open", "opens", default=True, help="Show it in the browser.")
def explore_command(output: str, force: bool, opens: bool) -> None:
    """A page to play with losses, as one HTML file that works offline.

    Curves of value, slope and curvature, with sliders for parameters, label and prediction;
    gradient descent step by step; a small model that learns from points that can be dragged.
    """
    path = Path(output)
    _check_destination(path, force)
    from lossbook.explorer.page import write_page

    write_page(path)
    click.echo(f"Written: {output}")
    if opens and click.launch(path.resolve().as_uri()) != 0:
        click.echo("No browser was found: open it in yours.")


def _check_destination(path: Path, force: bool) -> None:
    """Hear of a wrong path before the work, and never write over what is somebody's own."""
    from lossbook.explorer.page import is_page
    from lossbook.report.atomic import check_destination

    check_destination(path)
    if path.is_file() and not force and not is_page(path):
        raise click.UsageError(
            f"{path} is there and is no explorer page: choose another --output, or --force."
        )
