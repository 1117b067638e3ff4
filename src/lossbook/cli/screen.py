"""Text on the terminal: headings, wrapped paragraphs, and plain ASCII where nothing else shows."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import click

from lossbook.report.terminal import can_show

__all__ = ["Screen"]

# Wider lines are hard to read, however wide the window is.
WIDEST = 88

# How the signs that we use are written where the output has only ASCII.
SPELLED = str.maketrans(
    {
        "ŷ": "yhat",
        "η": "eta",
        "τ": "tau",
        "σ": "sigma",
        "θ": "theta",
        "∂": "d",
        "←": "<-",
        "→": "->",
        "≈": "~=",
        "≥": ">=",
        "≤": "<=",
        "±": "+-",
        "·": "*",
        "²": "^2",
        "ᵀ": "^T",
        "∞": "inf",
        "Σ": "sum ",
        "…": "...",
    }
)


@dataclass(frozen=True)
class Screen:
    """Where a command writes to.

    Parameters
    ----------
    width : int
        Columns to fill.
    unicode : bool
        Whether braille, box characters and Greek can be shown.
    """

    width: int
    unicode: bool

    @classmethod
    def of_output(cls) -> Screen:
        """Return the screen that standard output is."""
        width = min(shutil.get_terminal_size((80, 24)).columns, WIDEST)
        return cls(max(width, 40), can_show(sys.stdout.encoding))

    def lines(self, lines: Iterable[str], indent: int = 0) -> None:
        """Print lines as they are."""
        for line in lines:
            self._print(f"{'':{indent}}{line}".rstrip())

    def blank(self) -> None:
        """Print an empty line."""
        self._print("")

    def title(self, text: str, aside: str = "") -> None:
        """Print the name of what follows, with a remark at the right, over a rule."""
        gap = max(self.width - len(text) - len(aside), 2)
        right = " " * gap + click.style(aside, dim=True) if aside else ""
        self._print(click.style(text, bold=True) + right)
        self._print(("─" if self.unicode else "-") * self.width)

    def heading(self, text: str) -> None:
        """Print the heading of a part, after an empty line."""
        self._print("")
        self._print(click.style(text, bold=True))

    def paragraph(self, text: str, indent: int = 0, hanging: int = 0, dim: bool = False) -> None:
        """Print text wrapped to the width."""
        first, later = " " * indent, " " * (indent + hanging)
        # Names such as reg:squarederror or log-loss stay whole.
        wrapped = textwrap.fill(
            " ".join(self.spelled(text).split()),
            self.width,
            initial_indent=first,
            subsequent_indent=later,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in wrapped.splitlines():
            self._print(click.style(line, dim=True) if dim else line)

    def pairs(self, pairs: Sequence[tuple[str, str]], indent: int = 2) -> None:
        """Print names and what they stand for in two columns."""
        column = max((len(self.spelled(name)) for name, _ in pairs), default=0) + 3
        for name, text in pairs:
            label = self.spelled(name).ljust(column)
            self.paragraph_after(" " * indent + label, text)

    def paragraph_after(self, label: str, text: str) -> None:
        """Print text wrapped beside a label of fixed width."""
        body = textwrap.wrap(
            self.spelled(text),
            max(self.width - len(label), 20),
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
        for i, line in enumerate(body):
            head = label if i == 0 else " " * len(label)
            self._print((click.style(head, dim=True) + line).rstrip())

    def spelled(self, text: str) -> str:
        """Return the text with signs that this screen can show."""
        return text if self.unicode else text.translate(SPELLED)

    def _print(self, text: str) -> None:
        if not self.unicode:
            text = text.translate(SPELLED)
            encoding = sys.stdout.encoding or "ascii"
            text = text.encode(encoding, "replace").decode(encoding)
        click.echo(text)
