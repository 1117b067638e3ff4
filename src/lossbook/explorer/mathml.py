"""SymPy's expressions as MathML, which browsers draw by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import sympy
from sympy.printing.mathml import MathMLPresentationPrinter

_SPELLINGS = {
    "&ExponentialE;": "e",
    "&pi;": "π",
    "&InvisibleTimes;": "&#8290;",
    "<mo><</mo>": "<mo>&lt;</mo>",
    "<mo>-</mo>": "<mo>&#8722;</mo>",
    "<mn>-": "<mn>&#8722;",
}
# A factor that is a word stands a little apart, on both sides.
_BESIDE_A_WORD = re.compile(
    r"<mo>&#8290;</mo>(?=(?:<mrow>|<msup>)*<mi>[a-z]{2,}</mi>)|(?<=[a-z]{2}</mi>)<mo>&#8290;</mo>"
)


def mathml(term: Any, names: Sequence[tuple[Any, Any]] = ()) -> str:
    """A ``math`` element; below the term, what each name in it stands for."""
    # Classes belong in rising order; of a single prediction, "1 - y p" reads better.
    has_columns = any(_COLUMN.fullmatch(symbol.name) for symbol in term.free_symbols)
    printer = _Printer({"order": None if has_columns else "rev-lex"})
    text = printer.doprint(term)
    if names:
        equations = (printer.doprint(sympy.Eq(*each, evaluate=False)) for each in names)
        given = (f"<mtext>where\u00a0</mtext>{equation}" for equation in equations)
        rows = "".join(f"<mtr><mtd>{line}</mtd></mtr>" for line in (text, *given))
        text = f'<mtable class="where">{rows}</mtable>'
    return f'<math display="block">{text}</math>'


# Words, or a letter, with the number of a column.
_COLUMN = re.compile(r"(\w+)_(\d+)")
# Words that stand for a letter.
_LETTERS = {"taus": "tau", r"\mu": "mu"}


class _Printer(MathMLPresentationPrinter):  # type: ignore[misc]
    """SymPy's, with cases below each other and nothing that only XML knows."""

    def doprint(self, expr: Any) -> str:
        text: str = super().doprint(expr)
        for spelling, shown in _SPELLINGS.items():
            text = text.replace(spelling, shown)
        return _BESIDE_A_WORD.sub(r'\g<0><mspace width="0.17em"/>', text)

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        """Sums that start without a minus, where they can."""
        terms = super()._as_ordered_terms(expr, order=order)
        return sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))

    def _print_Symbol(self, sym: Any, style: str = "plain") -> Any:  # noqa: N802
        column = _COLUMN.fullmatch(sym.name)
        name = column[1] if column else sym.name
        name = _LETTERS.get(name, name)
        is_words = "_" in name and not name.startswith(("gamma", "alpha"))
        printed = (
            self._leaf("mtext", name) if is_words else super()._print_Symbol(sympy.Symbol(name))
        )
        return self._node("msub", printed, self._leaf("mn", column[2])) if column else printed

    def _print_Piecewise(self, expr: Any) -> Any:  # noqa: N802
        table = self.dom.createElement("mtable")
        for term, condition in expr.args:
            cells = self._print(term), self._condition(condition)
            table.appendChild(self._node("mtr", *(self._node("mtd", cell) for cell in cells)))
        # The style draws their brace: not every system has a font with one that stretches.
        table.setAttribute("class", "cases")
        table.setAttribute("displaystyle", "true")
        return table

    def _condition(self, condition: Any) -> Any:
        if condition == sympy.true:
            return self._leaf("mtext", "otherwise")
        return self._node("mrow", self._leaf("mtext", "if\u00a0"), self._print(condition))

    def _print_Sigmoid(self, expr: Any) -> Any:  # noqa: N802
        return self._function("σ", expr)

    def _print_Max(self, expr: Any) -> Any:  # noqa: N802
        return self._function("max", expr)

    def _print_SparsemaxThreshold(self, _: Any) -> Any:  # noqa: N802
        return self._leaf("mi", "τ")

    def _print_Entmax15Threshold(self, _: Any) -> Any:  # noqa: N802
        return self._leaf("mi", "τ")

    def _print_sign(self, expr: Any) -> Any:
        return self._function("sign", expr)

    def _function(self, name: str, expr: Any) -> Any:
        pieces = [self._leaf("mi", name), self._leaf("mo", "("), *self._listed(expr.args)]
        return self._node("mrow", *pieces, self._leaf("mo", ")"))

    def _listed(self, terms: Any) -> Iterator[Any]:
        for place, term in enumerate(terms):
            if place:
                yield self._leaf("mo", ",")
            yield self._print(term)

    def _leaf(self, kind: str, text: str) -> Any:
        return self._node(kind, self.dom.createTextNode(text))

    def _node(self, kind: str, *children: Any) -> Any:
        node = self.dom.createElement(kind)
        for child in children:
            node.appendChild(child)
        return node
