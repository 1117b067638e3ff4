"""Derivations for a terminal: the reason for each line beside it."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import sympy
from sympy.printing.pretty.pretty_symbology import pretty_use_unicode
from sympy.printing.pretty.stringpict import stringPict

from lossbook.derivations.pretty import Pretty

if TYPE_CHECKING:
    from lossbook.derivations.derivation import Derivation, Line, Part

TITLE, HEADING, WHERE, WORDS, FORMULA = "title", "heading", "where", "words", "formula"
# Between formula and reason, and what reasons take of a terminal at least.
_GAP, _REASON = 3, 30
_EQUALS = "  =  "


# The signs of reasons, for terminals that show only ASCII.
_SPELLED = {
    "ⁿ⁻¹": "^(n-1)",
    "ⁿ": "^n",
    "²": "^2",
    "′": "'",
    "√": "sqrt ",
    "arctan": "atan",
    "σ": "sigma",
    "ψ": "psi",
    "Γ": "Gamma ",
    "δ": "delta",
    "τ": "tau",
    "π": "pi",
    "Σ": "sum ",
    "∂": "d",
    "ŷ": "yhat",
    "ℓ": "loss",
    "³": "^3",
    "ᵢⱼ": "_ij",
    "ᵢₖ": "_ik",
    "ᵢ": "_i",
    "ₖ": "_k",
    "ⱼ": "_j",
    "≠": "!=",
    "·": "*",
}


class Row(NamedTuple):
    """One line of the terminal: what it is, its text, and the reason beside a formula."""

    kind: str
    text: str
    reason: str = ""

    def __str__(self) -> str:
        return (self.text + self.reason).rstrip()


def document(derivation: Derivation, width: int, unicode: bool) -> str:
    """The whole derivation as one text."""
    return "\n".join(map(str, rows(derivation, width, unicode)))


def rows(derivation: Derivation, width: int, unicode: bool) -> list[Row]:
    """All lines for a terminal, each with what it is."""
    before = pretty_use_unicode(unicode)
    try:
        return list(_Page(derivation, width, unicode).rows())
    finally:
        pretty_use_unicode(before)


def _spelled(text: str) -> str:
    for sign, spelling in _SPELLED.items():
        text = text.replace(sign, spelling)
    return text


class _Page:
    def __init__(self, derivation: Derivation, width: int, unicode: bool) -> None:
        self.derivation, self.width = derivation, width
        self.pretty = Pretty(unicode)
        self.spelled = str if unicode else _spelled
        self.forms: dict[Any, Any] = {}
        lefts = [line.left for part in derivation.parts for line in part.lines if line.left]
        lefts += [part.left for part in derivation.parts]
        self.column = 2 + max(self._form(left).width() for left in lefts)
        self.start = self.column + len(_EQUALS)
        room = width - self.start - _GAP - _REASON
        forms = [self._form(x.expression) for part in derivation.parts for x in part.lines]
        self.narrow = max((f.width() for f in forms if f.width() <= room), default=0)
        self.reasons = self.start + self.narrow + _GAP

    def rows(self) -> Iterator[Row]:
        yield Row(TITLE, repr(self.derivation.loss))
        for left, right in self.derivation.legend:
            text = stringPict.next(self._form(left), _EQUALS, self._form(right))
            yield from (Row(FORMULA, f"  {line}") for line in stringPict(*text).picture)
        for remark in self.derivation.remarks:
            yield from self._words(remark)
        for heading, parts in itertools.groupby(self.derivation.parts, lambda part: part.heading):
            yield Row(WORDS, "")
            yield Row(HEADING, self.spelled(heading))
            for place, part in enumerate(parts):
                if place and (part.condition != sympy.true or part.entry is not None):
                    yield Row(WORDS, "")
                yield from self._part(part)

    def _part(self, part: Part) -> Iterator[Row]:
        if part.before:
            yield from self._words(part.before)
        if part.condition != sympy.true:
            words = stringPict.next("  where ", self._form(part.condition))
            yield from (Row(WHERE, line) for line in stringPict(*words).picture)
        was_tall = False
        for place, line in enumerate(part.lines):
            block = list(self._line(line, part.left if place == 0 else line.left))
            if place and (was_tall or len(block) > 1):
                yield Row(FORMULA, "")
            was_tall = len(block) > 1
            yield from block
        if part.after:
            yield Row(WORDS, "")
            yield from self._words(part.after)

    def _line(self, line: Line, left: Any) -> Iterator[Row]:
        form = self._form(line.expression)
        is_narrow = form.width() <= self.narrow
        reason = self.spelled(line.reason)
        if self.start + form.width() > self.width:
            form = self._wrapped(line.expression, self.width - self.start)
        head = "" if left is None else str(self._form(left))
        head = f"{head:>{self.column}}{_EQUALS}"
        lines = [
            (head if n == form.baseline else " " * len(head)) + text
            for n, text in enumerate(form.picture)
        ]
        if is_narrow:
            yield from self._beside(lines, form.baseline, reason)
            return
        for words in textwrap.wrap(f"{reason}:" if reason else "", self.width - self.start):
            yield Row(FORMULA, " " * self.start, words)
        yield from (Row(FORMULA, text) for text in lines)

    def _beside(self, lines: list[str], baseline: int, reason: str) -> Iterator[Row]:
        words = textwrap.wrap(reason, self.width - self.reasons, break_on_hyphens=False)
        first = baseline if len(words) <= 1 else max(0, min(baseline, len(lines) - len(words)))
        for n in range(max(len(lines), first + len(words))):
            text = lines[n] if n < len(lines) else ""
            said = words[n - first] if 0 <= n - first < len(words) else ""
            yield Row(FORMULA, f"{text:{self.reasons}}" if said else text, said)

    def _words(self, text: str) -> Iterator[Row]:
        for line in textwrap.wrap(
            self.spelled(text), self.width - 2, break_long_words=False, break_on_hyphens=False
        ):
            yield Row(WORDS, f"  {line}")

    def _form(self, expression: Any) -> Any:
        if expression not in self.forms:
            self.forms[expression] = self.pretty._print(sympy.sympify(expression))
        return self.forms[expression]

    def _wrapped(self, expression: Any, room: int) -> Any:
        """A formula too wide for the terminal, continued below."""
        if not expression.is_Add:
            return self._chopped(self._form(expression), room)
        lines: list[Any] = []
        for place, term in enumerate(self.pretty._as_ordered_terms(expression)):
            negative, form = self.pretty.term(term)
            sign = "-" if negative else "+"
            piece = stringPict(*stringPict.next(f"{sign} " if place else sign * negative, form))
            if piece.width() > room:
                piece = self._chopped(piece, room)
            if lines and lines[-1].width() + piece.width() + 1 <= room:
                lines[-1] = stringPict(*stringPict.next(lines[-1], " ", piece))
            else:
                lines.append(piece)
        text = "\n".join(row.ljust(room) for line in lines for row in line.picture)
        return stringPict(text, lines[0].baseline)

    def _chopped(self, form: Any, room: int) -> Any:
        """A formula in pieces: between its words, or where it is drawn, with arrows."""
        if form.height() == 1:
            pieces = textwrap.wrap(str(form), room, subsequent_indent="  ", break_long_words=False)
            return stringPict("\n".join(piece.ljust(room) for piece in pieces))
        text = form.render(wrap_line=True, num_columns=room, use_unicode=self.pretty._use_unicode)
        return stringPict("\n".join(row.ljust(room) for row in text.splitlines()), form.baseline)
