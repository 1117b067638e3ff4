"""``lossbook derive``: where the gradient and the Hessian of a loss come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from lossbook.cli.parameters import LossCommand, build_loss

if TYPE_CHECKING:
    from lossbook.cli.screen import Screen
    from lossbook.derivations.text import Row

__all__ = ["derive_command"]


@click.command("derive", cls=LossCommand)
@click.argument("name")
@click.option("--latex", is_flag=True, help="Print LaTeX (amsmath) instead.")
def derive_command(name: str, latex: bool, parameters: Mapping[str, object]) -> None:
    """The derivation of a loss, line by line, with the reason for each.

    NAME is its name or any of its other names: quantile, pinball, mse, binary:logistic. Every line
    is checked before it is shown: against the one before it, and the last of each part against what
    lossbook computes.
    """
    loss = build_loss(name, parameters)
    derivation = loss.derivation()
    if latex:
        click.echo(derivation.latex())
        return
    from lossbook.cli.screen import Screen

    screen = Screen.of_output()
    screen.title(repr(loss), loss.kind)
    _, *rows = derivation.rows(screen.width, screen.unicode)
    for row in rows:
        _show(row, screen)
    screen.blank()
    screen.paragraph(str(derivation.check()), dim=True)


def _show(row: Row, screen: Screen) -> None:
    if row.kind == "heading":
        screen.lines([click.style(row.text, bold=True)])
    elif row.kind == "where":
        screen.lines([click.style(row.text, italic=True)])
    else:
        screen.lines([row.text + click.style(row.reason, dim=True) if row.reason else row.text])
