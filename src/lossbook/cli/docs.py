"""``lossbook docs``: the book and the pages of the losses, as they were built here."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import click

__all__ = ["docs_command"]

SITE = Path("build", "site")


@click.command("docs")
@click.argument("name", required=False)
@click.option("--open/--no-open", "open_", default=True, help="Open it in a browser.")
def docs_command(name: str | None, open_: bool) -> None:
    """The book: opens it in a browser, and prints where it lies.

    With NAME, the page of that loss, by its name or any of its other names. The book is built in a
    clone of the repository, by `nox -s site`; nothing is fetched to read it.
    """
    import webbrowser

    from lossbook.errors import InputError

    clone = next(_clones(), None)
    if clone is None:
        raise InputError(
            "the book is built in a clone of the repository, and this is none: go to one, or clone "
            "it, and run there: pip install nox && nox -s site"
        )
    path = clone / SITE / _page(name)
    if not path.exists():
        raise InputError(
            f"the book is not built yet. Build it with: cd {clone} && pip install nox && nox -s "
            "site (that needs npm, for MathJax)."
        )
    click.echo(path)
    if open_:
        webbrowser.open(path.as_uri())


def _page(name: str | None) -> str:
    if name is None:
        return "index.html"
    import lossbook

    return f"losses/{type(lossbook.get(name)).name}.html"


def _clones() -> Iterator[Path]:
    """Where the book may have been built: around the current folder, around the package."""
    for start in (Path.cwd(), Path(__file__).resolve().parent):
        for folder in (start, *start.parents):
            if (folder / "docs" / "conf.py").exists() and _is_ours(folder / "pyproject.toml"):
                yield folder


def _is_ours(project: Path) -> bool:
    if not project.exists():
        return False
    found = tomllib.loads(project.read_text(encoding="utf-8")).get("project", {})
    return bool(found.get("name") == "lossbook")
