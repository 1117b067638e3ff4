"""Reading the project's Markdown: commands, code blocks, console sessions, links.

Run as a script, it prints one of the two commands of README.md, for those who want to run it as
it is printed there:

    python tests/readme/documents.py test
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"

_BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"<!-- command: (?P<name>\w+) -->\n```sh\n(?P<line>.+)\n```")
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line on which its text begins."""

    language: str
    text: str
    line: int


def blocks(path: Path, language: str) -> list[Block]:
    document = path.read_text(encoding="utf-8")
    return [
        Block(match["language"], match["text"], document.count("\n", 0, match.start("text")) + 1)
        for match in _BLOCK.finditer(document)
        if match["language"] == language
    ]


def commands(path: Path = README) -> dict[str, str]:
    """The marked commands by name, each a single line of shell."""
    return {match["name"]: match["line"] for match in _COMMAND.finditer(path.read_text("utf-8"))}


def links(path: Path) -> list[str]:
    """Where the document's links and pictures point to, inside the repository."""
    targets = (match["target"] for match in _LINK.finditer(path.read_text(encoding="utf-8")))
    return [target for target in targets if "://" not in target and not target.startswith("#")]


@dataclass(frozen=True)
class Exchange:
    """A command typed at a prompt, and the lines that came back; ``...`` stands for any lines."""

    command: str
    expected: list[str]
    line: int


def exchanges(path: Path) -> list[Exchange]:
    found = []
    for block in blocks(path, "console"):
        lines = block.text.splitlines()
        starts = [index for index, line in enumerate(lines) if line.startswith("$ ")]
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            found.append(Exchange(lines[start][2:], lines[start + 1 : end], block.line + start))
    return found


def matches(expected: list[str], printed: list[str]) -> bool:
    """Line by line, ``...`` for any number of lines; spaces at the end of a line do not count."""
    pattern = "".join(
        r"(?:.*\n)*" if line.strip() == "..." else re.escape(line.rstrip()) + r"\n"
        for line in expected
    )
    return re.fullmatch(pattern, "".join(line.rstrip() + "\n" for line in printed)) is not None


if __name__ == "__main__":
    print(commands()[sys.argv[1]])
