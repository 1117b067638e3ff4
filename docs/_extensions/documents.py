"""The project's documents as pages: links that hold in the repository lead to pages here.

README.md and CONTRIBUTING.md are included, and docs/*.md are pages as they are; all of them keep
the links that work where the repository is read. In tables, names of losses lead to their pages.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import lossbook as lb

_LINK = re.compile(r"(?P<text>!?\[[^\]]*)\]\((?P<target>[^)#\s]+)\)")
_NAMED = re.compile(
    r"^(?P<before>\|(?:[^|]*\|)? )`?(?P<name>[A-Z]\w+)(?P<fields>\(.*?\))?`? \|", re.M
)
# Documents of the repository's root that are pages under another name.
_PAGES = {"CONTRIBUTING.md": "/contributing.md", "README.md": "/start/tour.md"}
_TABLES = ("catalogue", "accuracy", "rosetta")


def rewritten(text: str, folder: Path, source: Path) -> str:
    """The text of a document in ``folder`` with its links as this site has them."""

    def replace(match: re.Match[str]) -> str:
        text, target = match["text"], match["target"]
        if "://" in target:
            return match[0]
        path = (folder / target).resolve()
        if path.is_relative_to(source) and path.exists():
            return f"{text}](/{path.relative_to(source)})"
        page = _PAGES.get(path.name) if path.parent == source.parent else None
        # What is no page of the site is named, and not linked.
        return f"{text}]({page})" if page else text.lstrip("![")

    return _LINK.sub(replace, text)


def _include(app: Any, path: Path, _: str, content: list[str]) -> None:
    source = Path(app.srcdir)
    content[0] = rewritten(content[0], (source / path).resolve().parent, source)
    if path.name == "README.md":  # each of its sections is a page
        content[0] = content[0].replace("\n### ", "\n## ")


def _read(app: Any, docname: str, content: list[str]) -> None:
    source = Path(app.srcdir)
    if "/" in docname or docname in ("index",):
        return
    content[0] = rewritten(content[0], source, source)
    if docname in _TABLES:
        losses = {cls.__name__: cls for cls in lb.catalogue()}

        def leading(match: re.Match[str]) -> str:
            cls = losses.get(match["name"])
            if cls is None:
                return match[0]
            shown = f"`{match['name']}{match['fields'] or ''}`"
            return f"{match['before']}[{shown}](/losses/{cls.name}.md) |"

        content[0] = _NAMED.sub(leading, content[0])


def setup(app: Any) -> dict[str, Any]:
    app.connect("include-read", _include)
    app.connect("source-read", _read)
    return {"parallel_read_safe": True}
