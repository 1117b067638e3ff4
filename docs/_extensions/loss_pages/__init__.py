"""A page for each loss, written from its one file into docs/losses before Sphinx reads it.

Nothing on these pages is typed: texts are the loss's docstring, numbers are what it gives, and the
code was run as it stands there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lossbook as lb
from lossbook.registry import is_built_in

from .index import index
from .page import page

FOLDER = "losses"


def write_pages(app: Any) -> None:
    """Write what has changed, and remove pages of losses that are gone."""
    folder = Path(app.srcdir) / FOLDER
    folder.mkdir(exist_ok=True)
    losses = [cls for cls in lb.catalogue() if is_built_in(cls)]
    pages = {f"{cls.name}.md": page(cls) for cls in losses} | {"index.md": index(losses)}
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()


def setup(app: Any) -> dict[str, Any]:
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
