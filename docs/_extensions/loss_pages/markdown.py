"""Pieces of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def heading(title: str, level: int = 2) -> str:
    """A heading."""
    return f"{'#' * level} {title}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars inside cells stay what they are."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def link(cls: type) -> str:
    """The name of a loss, leading to its page."""
    return f"[{cls.__name__}]({cls.name}.md)"  # type: ignore[attr-defined]


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
