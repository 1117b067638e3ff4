"""Chapters that were executed, as notebooks to download: beside the text, one link."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

FOLDER = "notebooks"


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
            shutil.copy(notebook, target)


def _executed(app: Any, docname: str) -> Path:
    """Where MyST-NB leaves what it has run."""
    return Path(app.outdir).parent / "jupyter_execute" / f"{docname}.ipynb"


def setup(app: Any) -> dict[str, Any]:
    app.connect("html-page-context", _offer)
    app.connect("build-finished", _copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
