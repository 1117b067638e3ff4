"""Formulas of a loss as MathML, which browsers draw by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sympy
from sympy.printing.mathml import MathMLPresentationPrinter

from lossbook.families import MarginLoss
from lossbook.loss import Loss
from lossbook.report.formulas import readable

# Longer formulas say less than the curve does.
_MOST_OPERATIONS = 60
# A formula that is written to compute well may be this many times as long as the one that reads
# well, before the latter is shown in its place.
_PATIENCE = 1.4

_SPELLINGS = {
    "&ExponentialE;": "e",
    "&pi;": "π",
    "&InvisibleTimes;": "&#8290;",
    "<mo><</mo>": "<mo>&lt;</mo>",
    "<mo>-</mo>": "<mo>&#8722;</mo>",
    "<mn>-": "<mn>&#8722;",
}
# A factor that is a function's name stands a little apart.
_BEFORE_A_WORD = re.compile(r"(<mo>&#8290;</mo>)(?=(<mrow>|<msup>)*<mi>[a-z]{2,}</mi>)")


def formula(loss: Loss, which: str) -> str | None:
    """The value, gradient or Hessian as a ``math`` element; None where it would be too long."""
    candidates = [_in_margin(loss, readable(loss, which, hat="ŷ"))]
    if which != "value":
        candidates.append(_differentiated(loss, which))
    shown = [term for term in candidates if _is_shown(term)]
    if not shown:
        return None
    best = shown[0]
    for term in shown[1:]:
        if sympy.count_ops(best) > _PATIENCE * sympy.count_ops(term):
            best = term
    return f'<math display="block">{_Printer({"order": "rev-lex"}).doprint(best)}</math>'


def _differentiated(loss: Loss, which: str) -> Any:
    """The derivative of the value as a book defines it."""
    value = readable(loss, "value", hat="ŷ")
    (variable,) = [s for s in value.free_symbols if s.name in _variables(loss, value)]
    slope = sympy.diff(value, variable, 1 if which == "gradient" else 2)
    return _in_margin(loss, sympy.piecewise_fold(slope))


def _variables(loss: Loss, value: Any) -> set[str]:
    names = {symbol.name for symbol in value.free_symbols}
    return {"r"} if "r" in names else {"ŷ", loss.prediction_symbol}


def _in_margin(loss: Loss, term: Any) -> Any:
    """Label times prediction written as a."""
    if not isinstance(loss, MarginLoss):
        return term
    both = [s for s in term.free_symbols if s.name in ("y", "ŷ")]
    return term.subs(sympy.Mul(*both), sympy.Symbol("a", real=True)) if len(both) == 2 else term


def _is_shown(term: Any) -> bool:
    if sympy.count_ops(term) > _MOST_OPERATIONS:
        return False
    # What SymPy writes for slopes of what has none; other numbers are guards against overflow.
    strange = (sympy.Derivative, sympy.Subs, sympy.DiracDelta, sympy.Heaviside, sympy.Mod)
    is_usual: bool = not term.has(*strange)
    return is_usual and all(map(_is_everyday, term.atoms(sympy.Float)))


def _is_everyday(number: Any) -> bool:
    return 1e-3 < abs(float(number)) < 1e3


class _Printer(MathMLPresentationPrinter):  # type: ignore[misc]
    """SymPy's, with cases below each other and nothing that only XML knows."""

    def doprint(self, expr: Any) -> str:
        text: str = super().doprint(expr)
        for spelling, shown in _SPELLINGS.items():
            text = text.replace(spelling, shown)
        return _BEFORE_A_WORD.sub(r'\1<mspace width="0.17em"/>', text)

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        """Sums that start without a minus, where they can."""
        terms = super()._as_ordered_terms(expr, order=order)
        return sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))

    def _print_Symbol(self, sym: Any, style: str = "plain") -> Any:  # noqa: N802
        name = sym.name
        if name == r"\mu":
            return self._leaf("mi", "μ")
        is_words = "_" in name and not name.startswith(("gamma", "alpha"))
        return self._leaf("mtext", name) if is_words else super()._print_Symbol(sym, style)

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
