"""``lossbook check``: whether a loss is what it says."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lossbook.cli.parameters import LossCommand, build_loss

if TYPE_CHECKING:
    from lossbook.checks import Report

__all__ = ["check_command"]

FOUND = 1

_STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True},
    "finding": {"fg": "red", "bold": True},
    "note": {"fg": "yellow"},
    "held": {"fg": "green"},
    "dim": {"dim": True},
}


@click.command("check", cls=LossCommand)
@click.argument("loss", metavar="MODULE:OBJECT")
@click.option(
    "--kind",
    type=click.Choice(["loss", "functions", "objective", "native objective"]),
    help="What OBJECT is, where that is not to be seen from it.",
)
@click.option("--value", metavar="MODULE:OBJECT", help="The value that an objective belongs to.")
@click.option(
    "--label-domain",
    metavar="DOMAIN",
    help="The labels of functions: reals, 0..1, 0.., or 0,1 or -1,1.",
)
@click.option(
    "--prediction-domain", metavar="DOMAIN", help="Their predictions, written the same way."
)
@click.option(
    "--classes", type=click.IntRange(2), metavar="K", help="Of rows of scores: how many classes."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print the report.",
)
def check_command(
    loss: str, value: str | None, format_: str, parameters: Mapping[str, object], **options: Any
) -> None:
    """Is the gradient the slope of the value, and nine more questions like it.

    OBJECT is a loss or its class, several functions joined by commas (value,gradient[,hessian]), or
    an objective of XGBoost or LightGBM. MODULE is importable, or the path of a file. Instead of
    both, the name of a loss does. The exit code is 1 if something is found, 0 if not.

    \b
      lossbook check my_losses:MyLoss
      lossbook check my_losses.py:value,gradient --label-domain 0,1
      lossbook check my_losses:objective --value my_losses:value
      lossbook check quantile --tau 0.9
    """
    from lossbook.checks import check

    report = check(
        _find(loss, parameters),
        kind=options["kind"],
        value=None if value is None else _from_module(value),
        label_domain=options["label_domain"],
        prediction_domain=options["prediction_domain"],
        classes=options["classes"],
    )
    _print(report, format_)
    if not report.ok:
        click.get_current_context().exit(FOUND)


def _print(report: Report, format_: str) -> None:
    if format_ == "json":
        click.echo(json.dumps(report.as_dict(), indent=2, allow_nan=False))
        return
    from lossbook.checks.wording import as_text
    from lossbook.cli.screen import Screen

    screen = Screen.of_output()
    text = as_text(
        report,
        width=screen.width,
        unicode=screen.unicode,
        paint=lambda words, role: click.style(words, **_STYLES[role]),
    )
    screen.lines(text.splitlines())


def _find(words: str, parameters: Mapping[str, object]) -> Any:
    """A loss by any of its names, or what a module holds."""
    from lossbook.errors import UnknownLossError

    try:
        return build_loss(words, parameters)
    except UnknownLossError:
        if ":" not in words:
            raise
    found = _from_module(words)
    return found(**parameters) if parameters and isinstance(found, type) else found


def _from_module(words: str) -> Any:
    """The object, or the tuple of objects, that ``MODULE:OBJECT[,OBJECT...]`` names."""
    place, _, names = words.rpartition(":")
    if not place or not names:
        raise click.UsageError(f"{words!r} must be MODULE:OBJECT or path.py:OBJECT.")
    module = _load(place)
    found = []
    for name in names.split(","):
        try:
            found.append(_attribute(module, name.strip()))
        except AttributeError:
            raise click.UsageError(f"{place} has no {name.strip()!r}.") from None
    return found[0] if len(found) == 1 else tuple(found)


def _attribute(module: Any, dotted: str) -> Any:
    for name in dotted.split("."):
        module = getattr(module, name)
    return module


def _load(place: str) -> Any:
    """A module by its name, as Python would import it here, or by its file."""
    try:
        if place.endswith(".py"):
            return _load_file(Path(place))
        sys.path.insert(0, "")
        return importlib.import_module(place)
    except Exception as error:
        if isinstance(error, OSError):
            raise
        raise click.UsageError(
            f"{place} cannot be imported: {type(error).__name__}: {error}."
        ) from error


def _load_file(path: Path) -> Any:
    path.open().close()  # an error that names the file, where it cannot be read
    name = f"_checked_{path.stem}"  # no module of that name is hidden by it
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
