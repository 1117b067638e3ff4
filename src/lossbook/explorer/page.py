"""The page as one HTML file: frame, style, data and script in one, with nothing to load."""

from __future__ import annotations

import json
import os
from pathlib import Path

import lossbook
from lossbook.explorer.contents import contents
from lossbook.explorer.modules import join
from lossbook.printers.javascript import print_formulas
from lossbook.report.atomic import write_whole

_FOLDER = Path(__file__).with_name("page")
# By this line a page is known as one that may be written over.
_SIGNATURE = "<!-- Written by lossbook explore; changes here are lost. -->"


def write_page(path: str | os.PathLike[str]) -> None:
    """Write the page to a file, whole or not at all.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    write_whole(path, render_page())


def is_page(path: Path) -> bool:
    """Whether a file is an explorer page that was written before."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return _SIGNATURE in file.read(1000)


def render_page() -> str:
    """Return the page of `write_page` as text."""
    pieces = {
        "style": _read("style.css"),
        "version": lossbook.__version__,
        # No text of the data may end the element that it stands in.
        "contents": json.dumps(contents(), ensure_ascii=False).replace("</", r"<\/"),
        "script": join(_modules()),
    }
    page = _read("frame.html")
    for name, text in pieces.items():
        page = page.replace(f"{{{{{name}}}}}", text)
    return page


def _modules() -> dict[str, str]:
    written = {path.stem: path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.js"))}
    return {**written, "formulas": print_formulas()}


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
