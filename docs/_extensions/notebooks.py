"""Chapters that were executed, as notebooks to download: beside the text, one link.

What only Sphinx understands, a notebook shows in plain Markdown.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

FOLDER = "notebooks"

_IN_PLAIN = (
    # A title with a page, a name of Python.
    (re.compile(r"\{doc\}`([^`<]+?)\s*<[^`]+>`"), r"**\1**"),
    (re.compile(r"\{[\w:]+\}`~?([^`<]+?)(?:\s*<[^`]+>)?`"), r"`\1`"),
    # An answer that is unfolded.
    (
        re.compile(r"^(:{3,})\{dropdown\} *(.*)\n((?:.*\n)*?)\1$", re.MULTILINE),
        r"<details><summary>\2</summary>\n\n\3\n</details>",
    ),
    # A note, a warning.
    (re.compile(r"^(:{3,})\{[\w-]+\} *(.*)\n((?:.*\n)*?)\1$", re.MULTILINE), r"**\2**\n\n\3"),
)


def in_plain(text: str) -> str:
    """Markdown that every reader of notebooks shows."""
    for pattern, plain in _IN_PLAIN:
        text = pattern.sub(plain, text)
    return text.replace("****\n\n", "")


def _offer(app: Any, pagename: str, _: str, context: dict[str, Any], __: Any) -> None:
    if _executed(app, pagename).exists():
        context["notebook"] = context["pathto"](f"{FOLDER}/{pagename}.ipynb", resource=True)


def _copy(app: Any, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    for docname in app.env.found_docs:
        notebook = _executed(app, docname)
        if notebook.exists():
            target = Path(app.outdir) / FOLDER / f"{docname}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_plain_notebook(notebook), encoding="utf-8")


def _plain_notebook(path: Path) -> str:
    content = json.loads(path.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = in_plain("".join(cell["source"]))
    return json.dumps(content, indent=1, ensure_ascii=False)


def _executed(app: Any, docname: str) -> Path:
    """Where MyST-NB leaves what it has run."""
    return Path(app.outdir).parent / "jupyter_execute" / f"{docname}.ipynb"


def setup(app: Any) -> dict[str, Any]:
    app.connect("html-page-context", _offer)
    app.connect("build-finished", _copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
