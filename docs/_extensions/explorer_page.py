"""The page of ``lossbook explore`` beside the pages of the site, and links to it."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import lossbook as lb
from lossbook.explorer.contents import address_of
from lossbook.explorer.page import write_page

_FILE = "explorer.html"


def link_to(loss: lb.Loss) -> str:
    """From a page of ``losses`` to the explorer with this loss chosen; of your own, nothing."""
    address = address_of(loss)
    if address is None:
        return ""
    link = f'<a href="../{_FILE}#{escape(address)}">Play with it in the explorer</a>'
    return f"```{{raw}} html\n<p>{link}</p>\n```"


def _write(app: Any, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        write_page(Path(app.outdir) / _FILE)


def setup(app: Any) -> dict[str, Any]:
    app.connect("build-finished", _write)
    return {"parallel_read_safe": True}
