"""The sources of the site say all that they hold."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def prose(text: str) -> str:
    """The text without what stands between fences, line for line."""
    return re.sub(
        r"^(`{3,}).*?^\1", lambda code: "\n" * code[0].count("\n"), text, flags=re.M | re.S
    )


def comments(text: str) -> list[str]:
    """Lines of prose that MyST takes for comments: a % at the start, as of "about 90\n% of"."""
    return [line for line in prose(text).splitlines() if line.startswith("%")]


def test_a_line_that_begins_with_a_percent_sign_is_found() -> None:
    assert comments("of the\n% that\n```python\n%timeit f()\n```\n") == ["% that"]


def test_no_line_is_lost_as_a_comment() -> None:
    lost = {path.name: comments(path.read_text()) for path in DOCS.rglob("*.md")}
    assert {name: lines for name, lines in lost.items() if lines} == {}
