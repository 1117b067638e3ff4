"""Which formula of a loss the page shows: one that reads well, and not one that is too long."""

from __future__ import annotations

import functools
from collections.abc import Container, Iterator
from typing import Any

import sympy

from lossbook.domains import ClassLabels
from lossbook.explorer.mathml import mathml
from lossbook.families import MarginLoss
from lossbook.loss import Loss
from lossbook.report.formulas import readable

# Longer formulas say less than the curve does, unless parts of them have names: a few of them.
_MOST_OPERATIONS, _MOST_NAMED, _MOST_NAMES = 60, 80, 10
_FEW = 6  # operations, which no other form could have less of
_HOPELESS = 300  # operations without names, for which none are looked for
# A formula that is written to compute well may be this many times as long as the one that reads
# well, before the latter is shown in its place.
_PATIENCE = 1.4
_LETTERS = "abcdghkuvwxABCDGHK"


def formula(loss: Loss, which: str, column: int = 0) -> str | None:
    """The value, gradient or Hessian as a ``math`` element; None where it would be too long."""
    candidates = [term for term in _candidates(loss, which, column) if _is_usual(term)]
    shown = [term for term in candidates if sympy.count_ops(term) <= _MOST_OPERATIONS]
    if shown:
        best = shown[0]
        for term in shown[1:]:
            if sympy.count_ops(best) > _PATIENCE * sympy.count_ops(term):
                best = term
        return mathml(best)
    for term in candidates:
        if sympy.count_ops(term) > _HOPELESS:
            continue
        names, short = _with_names(term)
        total = sympy.count_ops(short) + sum(sympy.count_ops(meant) for _, meant in names)
        if total <= _MOST_NAMED and len(names) <= _MOST_NAMES:
            return mathml(short, names)
    return None


def _candidates(loss: Loss, which: str, column: int) -> Iterator[Any]:
    """The formula that is computed, and the derivative of the value as a book defines it."""
    term = _tidy(loss, readable(loss, which, column, hat="ŷ"))
    yield term
    few = _MOST_OPERATIONS / 2 if loss.is_row else _FEW
    if which == "value" or sympy.count_ops(term) < few:
        return
    value = _value(loss)
    letters = {symbol.name: symbol for symbol in value.free_symbols}
    name = _variable(loss, letters, column)
    # Of what is long itself, or has a sum by a name of its own, the derivative is no shorter.
    is_short = sympy.count_ops(value) <= _MOST_OPERATIONS and "S" not in letters
    if name in letters and is_short:
        slope = sympy.diff(value, letters[name], 1 if which == "gradient" else 2)
        yield _tidy(loss, slope if loss.is_row else sympy.piecewise_fold(slope))


@functools.lru_cache(maxsize=1)
def _value(loss: Loss) -> Any:
    return readable(loss, "value", hat="ŷ")


def _variable(loss: Loss, letters: Container[str], column: int) -> str:
    if loss.is_row:
        symbols = loss.columns.symbols
        return symbols[column] if symbols else f"{loss.prediction_symbol}_{column}"
    return next(name for name in ("r", "ŷ", loss.prediction_symbol) if name in letters)


def _tidy(loss: Loss, term: Any) -> Any:
    """Label times prediction as a; the shares of a label add up to 1, and a softmax is p."""
    if isinstance(loss, MarginLoss):
        both = [s for s in term.free_symbols if s.name in ("y", "ŷ")]
        return term.subs(sympy.Mul(*both), sympy.Symbol("a", real=True)) if len(both) == 2 else term
    if not isinstance(loss.label_domain, ClassLabels):
        return term
    whole = sympy.Symbol("S")
    scores = [s for s in term.free_symbols if s.name.startswith("z_")]
    if whole in term.free_symbols:
        shares = {sympy.exp(z): whole * sympy.Symbol(f"p_{z.name[2:]}") for z in scores}
        term = term.subs(shares)
    return _with_shares_of_one(term)


def _with_shares_of_one(term: Any) -> Any:
    """With 1 for a label's sum, or without the last class's share where that is far shorter."""
    labels = sorted((s for s in term.free_symbols if s.name.startswith("y_")), key=str)
    if len(labels) < 3:
        return term
    *others, last = labels

    def is_whole(part: Any) -> bool:
        shares = part.as_coefficients_dict() if part.is_Add else {}
        return set(shares) == set(labels) and len(set(shares.values())) == 1

    known = term.subs(sympy.Add(*labels), 1)
    known = known.replace(is_whole, lambda part: next(iter(part.as_coefficients_dict().values())))
    if known.has(sympy.Function("max")) or sympy.count_ops(known) > _MOST_OPERATIONS:
        return known
    short = sympy.expand(known.subs(last, 1 - sympy.Add(*others)))
    return short if 2 * sympy.count_ops(short) <= sympy.count_ops(known) else known


def _is_usual(term: Any) -> bool:
    # What SymPy writes for slopes of what has none; other numbers are guards against overflow.
    strange = (sympy.Derivative, sympy.Subs, sympy.DiracDelta, sympy.Heaviside, sympy.Mod)
    is_usual: bool = not term.has(*strange)
    return is_usual and all(map(_is_everyday, term.atoms(sympy.Float)))


def _is_everyday(number: Any) -> bool:
    return 1e-3 < abs(float(number)) < 1e3


def _with_names(term: Any) -> tuple[list[tuple[Any, Any]], Any]:
    """The term with names for what it repeats, and what each name stands for."""
    used = {symbol.name for symbol in term.free_symbols}
    letters = (sympy.Symbol(letter) for letter in _LETTERS if letter not in used)
    found, (short,) = sympy.cse(term)
    names: list[tuple[Any, Any]] = []
    seen: dict[Any, Any] = {}
    for symbol, meant in found:
        written = meant.xreplace(seen)
        if _needs_no_name(written):
            seen[symbol] = written
        else:
            seen[symbol] = next(letters, symbol)
            names.append((seen[symbol], written))
    return names, short.xreplace(seen)


def _needs_no_name(term: Any) -> bool:
    """Whether it is a condition, or short."""
    if isinstance(term, sympy.logic.boolalg.Boolean):
        return True
    return bool(min(sympy.count_ops(term), sympy.count_ops(-term)) < 2)
