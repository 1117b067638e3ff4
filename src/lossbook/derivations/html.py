"""Derivations as a piece of HTML that needs nothing else: formulas in MathML."""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import sympy

from lossbook.derivations.writing import GREEK, Notation, Writer

if TYPE_CHECKING:
    from lossbook.derivations.derivation import Derivation, Part

_STYLE = (
    ".lossbook-derivation table{border-collapse:collapse;margin:0.3em 0 1em 1em}"
    ".lossbook-derivation td{padding:0.35em 0.3em;text-align:left;border:0;vertical-align:middle}"
    ".lossbook-derivation td:first-child{text-align:right;white-space:nowrap}"
    ".lossbook-derivation td.reason{padding-left:2em;opacity:0.75;font-size:0.9em}"
    ".lossbook-derivation{overflow-x:auto}"
)
_SPACE = '<mspace width="0.17em"/>'
_LETTERS = {r"\hat{y}": "ŷ", r"\mu": "μ", "lambda": "λ"}


class MathML(Notation):
    """Formulas as presentation MathML, as browsers show it by themselves."""

    def letter(self, name: str, index: str = "") -> str:
        shown = _LETTERS.get(name) or (_greek(name) if name in GREEK else name)
        upright = ' mathvariant="normal"' if len(shown) > 1 else ""
        letter = f"<mi{upright}>{html.escape(shown)}</mi>"
        return self.below(letter, f"<mi>{html.escape(index)}</mi>") if index else letter

    def number(self, digits: str) -> str:
        return f"<mn>{digits}</mn>"

    def sign(self, sign: str) -> str:
        return f"<mo>{html.escape(sign)}</mo>"

    def row(self, *pieces: str) -> str:
        return pieces[0] if len(pieces) == 1 else f"<mrow>{''.join(pieces)}</mrow>"

    def product(self, *factors: str) -> str:
        return f"<mrow>{_SPACE.join(factors)}</mrow>"

    def fraction(self, top: str, bottom: str) -> str:
        return f"<mfrac>{top}{bottom}</mfrac>"

    def root(self, inside: str) -> str:
        return f"<msqrt>{inside}</msqrt>"

    def power(self, base: str, exponent: str) -> str:
        return f"<msup>{base}{exponent}</msup>"

    def below(self, base: str, index: str) -> str:
        return f"<msub>{base}{index}</msub>"

    def under(self, base: str, index: str) -> str:
        return f"<munder>{base}{index}</munder>"

    def fenced(self, inside: str, left: str, right: str) -> str:
        fences = (f'<mo fence="true">{side}</mo>' for side in (left, right))
        return self.row(next(fences), inside, next(fences))

    def function(self, name: str) -> str:
        return f"<mi>{name}</mi>"

    def text(self, words: str) -> str:
        return f"<mtext>{html.escape(words).replace(' ', '&#160;')}</mtext>"

    def cases(self, rows: Sequence[tuple[str, str]]) -> str:
        lines = "".join(
            f"<mtr><mtd>{value}</mtd><mtd>{condition}</mtd></mtr>" for value, condition in rows
        )
        return self.row('<mo fence="true">{</mo>', f"<mtable>{lines}</mtable>")


def _greek(name: str) -> str:
    import unicodedata

    return unicodedata.lookup(f"GREEK SMALL LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")


_WRITER = Writer(MathML())


def formula(expression: Any) -> str:
    """An expression as MathML that stands in a line."""
    return f"<math>{_WRITER.write(expression)}</math>"


def document(derivation: Derivation) -> str:
    """The whole derivation as one element, with its style."""
    blocks = "\n".join(_blocks(derivation))
    return f'<div class="lossbook-derivation"><style>{_STYLE}</style>\n{blocks}\n</div>'


def _blocks(derivation: Derivation) -> Iterator[str]:
    yield f"<h3>{html.escape(repr(derivation.loss))}</h3>"
    if derivation.legend:
        yield _table([(left, right, "") for left, right in derivation.legend])
    yield from map(_paragraph, derivation.remarks)
    for heading, parts in itertools.groupby(derivation.parts, lambda part: part.heading):
        yield f"<h4>{html.escape(heading)}</h4>"
        for part in parts:
            yield from _part(part)


def _part(part: Part) -> Iterator[str]:
    if part.before:
        yield _paragraph(part.before)
    if part.condition != sympy.true:
        yield f"<p>Where {formula(part.condition)}:</p>"
    lefts = [part.left, *(line.left for line in part.lines[1:])]
    yield _table(
        [(left, x.expression, x.reason) for left, x in zip(lefts, part.lines, strict=True)]
    )
    if part.after:
        yield _paragraph(part.after)


def _table(rows: list[tuple[Any, Any, str]]) -> str:
    lines = []
    for left, right, reason in rows:
        head = "" if left is None else _displayed(left)
        cells = f"<td>{head}</td><td><math><mo>=</mo></math></td><td>{_displayed(right)}</td>"
        lines.append(f'<tr>{cells}<td class="reason">{html.escape(reason)}</td></tr>')
    return f"<table>{''.join(lines)}</table>"


def _displayed(expression: Any) -> str:
    return f'<math display="inline" displaystyle="true">{_WRITER.write(expression)}</math>'


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"
