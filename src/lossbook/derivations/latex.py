"""Derivations as LaTeX: chains of lines in ``align*``, each with its reason."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import sympy

from lossbook.derivations.writing import GREEK, Notation, Writer

if TYPE_CHECKING:
    from lossbook.derivations.derivation import Derivation, Part

# How the signs of reasons and headings are written inside of text.
_SIGNS = {
    "′": "$'$",
    "√": r"$\sqrt{\,}$",
    "²": "$^2$",
    "³": "$^3$",
    "ⁿ⁻¹": "$^{n-1}$",
    "ⁿ": "$^n$",
    "σ": r"$\sigma$",
    "ψ": r"$\psi$",
    "Γ": r"$\Gamma$",
    "δ": r"$\delta$",
    "τ": r"$\tau$",
    "π": r"$\pi$",
    "Σ": r"$\sum$",
    "∂": r"$\partial$",
    "ŷ": r"$\hat{y}$",
    "ℓ": r"$\ell$",
    "ᵢⱼ": "$_{ij}$",
    "ⱼₖ": "$_{jk}$",
    "ᵢₖ": "$_{ik}$",
    "ᵢ": "$_i$",
    "ₖ": "$_k$",
    "ⱼ": "$_j$",
    "≠": r"$\ne$",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "·": r"$\cdot$",
}


class LatexNotation(Notation):
    """Formulas as LaTeX with amsmath, and as MathJax reads them."""

    def letter(self, name: str, index: str = "") -> str:
        if name in GREEK:
            name = f"\\{name}"
        elif name == "ℓ":
            name = r"\ell"
        elif len(name) > 1 and "\\" not in name:
            name = rf"\mathrm{{{name}}}".replace("_", r"\_")
        if not index:
            return name
        return self.below(name, index if len(index) == 1 else rf"\mathrm{{{index}}}")

    def number(self, digits: str) -> str:
        return digits

    def sign(self, sign: str) -> str:
        return _OPERATORS.get(sign, sign)

    def row(self, *pieces: str) -> str:
        return " ".join(pieces)

    def product(self, *factors: str) -> str:
        return r" \, ".join(factors)

    def fraction(self, top: str, bottom: str) -> str:
        return rf"\frac{{{top}}}{{{bottom}}}"

    def root(self, inside: str) -> str:
        return rf"\sqrt{{{inside}}}"

    def power(self, base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    def below(self, base: str, index: str) -> str:
        return f"{base}_{{{index}}}"

    def under(self, base: str, index: str) -> str:
        return self.below(base, index)

    def fenced(self, inside: str, left: str, right: str) -> str:
        if "\\frac" in inside or "\\sum" in inside or "\\begin" in inside:
            return rf"\left{left}{inside}\right{right}"
        return f"{left}{inside}{right}"

    def function(self, name: str) -> str:
        return _FUNCTIONS.get(name) or rf"\operatorname{{{name}}}"

    def text(self, words: str) -> str:
        return rf"\text{{{words}}}"

    def cases(self, rows: Sequence[tuple[str, str]]) -> str:
        lines = r" \\ ".join(rf"{value} & {condition}" for value, condition in rows)
        return rf"\begin{{cases}} {lines} \end{{cases}}"


_OPERATORS = {
    "−": "-",
    "∂": r"\partial",
    "∑": r"\sum",
    "′": "'",
    "≥": r"\ge",
    "≤": r"\le",
    "≠": r"\ne",
    "∞": r"\infty",
}
_FUNCTIONS = {
    name: f"\\{name}"
    for name in ["log", "sin", "cos", "tan", "arctan", "sinh", "cosh", "tanh", "max", "min"]
}
_FUNCTIONS |= {"σ": r"\sigma", "log Γ": r"\log\Gamma"}
_WRITER = Writer(LatexNotation())


def formula(expression: Any) -> str:
    """An expression as LaTeX."""
    return _WRITER.write(expression)


def document(derivation: Derivation) -> str:
    """The whole derivation, as MathJax and LaTeX with amsmath read it."""
    return "\n\n".join(_blocks(derivation))


def _blocks(derivation: Derivation) -> Iterator[str]:
    if derivation.legend:
        yield definitions(derivation)
    for remark in derivation.remarks:
        yield words(remark)
    for heading, parts in itertools.groupby(derivation.parts, lambda part: part.heading):
        yield rf"\textbf{{{words(heading)}}}"
        for part in parts:
            if part.before:
                yield words(part.before)
            if part.condition != sympy.true:
                yield f"Where ${formula(part.condition)}$:"
            yield chain(part)
            if part.after:
                yield words(part.after)


def definitions(derivation: Derivation) -> str:
    """What stands for what, as one chain."""
    lines = [f"{formula(left)} &= {formula(right)}" for left, right in derivation.legend]
    return aligned(lines)


def chain(part: Part) -> str:
    """The lines of one part."""
    lines = []
    for place, line in enumerate(part.lines):
        left = part.left if place == 0 else line.left
        head = "" if left is None else formula(left)
        reason = rf" && \text{{{words(line.reason)}}}" if line.reason else ""
        lines.append(f"{head} &= {formula(line.expression)}{reason}")
    return aligned(lines)


def aligned(lines: list[str]) -> str:
    return "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}"


def words(text: str) -> str:
    """Text with its mathematical signs as LaTeX."""
    return _coded(_POWER.sub(_power, text.replace("_", r"\_"))).replace("$$", "")


def _power(found: re.Match[str]) -> str:
    exponent = _coded(found[1] or found[2]).replace("$", "").replace("log ", r"\log ")
    return f"$^{{{exponent}}}$"


def _coded(text: str) -> str:
    for sign, code in _SIGNS.items():
        text = text.replace(sign, code)
    return text


# A power in words: e^u, e^(-z).
_POWER = re.compile(r"\^(?:\(([^()]*)\)|(\w))")
