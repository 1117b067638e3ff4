"""How sums are written: what is positive first, then from low powers to high ones."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.printing.printer import Printer

from lossbook.derivations.terms import Delta, Entry, Loss, Named, Slope, Softmax


class InReadingOrder(Printer):  # type: ignore[misc]
    """A printer that writes ``1 - y`` and ``|r| - delta``."""

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return in_reading_order(expr)


def in_reading_order(total: Any) -> list[Any]:
    """The terms of a sum: numbers first, what is short before what is long, no minus in front."""
    # Low powers come before high ones; entries of a row in their own order.
    is_row = any(symbol.name[-1].isdigit() for symbol in total.free_symbols)
    ordered = total.as_ordered_terms(order=None if is_row else "rev-lex")
    ordered.sort(key=lambda term: (not term.is_number, sympy.count_ops(term) // 2))
    first = next((term for term in ordered if not is_negative(term)), ordered[0])
    return [first, *(term for term in ordered if term is not first)]


def common_factor(total: Any) -> Any | None:
    """A sum as a whole number times a sum, where it is one: SymPy multiplies that in by itself."""
    content, rest = total.primitive()
    if not (content.is_Integer and content > 1 and rest.is_Add):
        return None
    return sympy.Mul(content, rest, evaluate=False)


def signed_product(product: Any) -> tuple[bool, Any]:
    """Whether a term is written with a minus, and the term without it.

    ``1 - y`` stands where SymPy keeps ``y - 1``.
    """
    negative = is_negative(product)
    if negative:
        product = -product
    number, factors = sympy.Integer(1), []
    for factor in sympy.Mul.make_args(product):
        if _is_complement(factor):
            negative, factor = not negative, sympy.Add(1, -factor.args[1])
        whole = common_factor(factor) if factor.is_Add and factor != product else None
        if whole is not None:
            number, factor = number * whole.args[0], whole.args[1]
        if factor.is_Rational:
            number *= factor
        else:
            factors.append(factor)
    if number != 1 or not factors:
        factors.insert(0, number)
    return negative, sympy.Mul(*factors, evaluate=False) if len(factors) > 1 else factors[0]


def _is_complement(factor: Any) -> bool:
    if not (factor.is_Add and len(factor.args) == 2 and factor.args[0] == -1):
        return False
    return getattr(factor.args[1], "name", "") in ("y", "a")


def factors_of(product: Any) -> list[Any]:
    """The factors of a product as they are read: numbers, parameters, letters, what is longer."""
    return sorted(product.as_ordered_factors(), key=_place_of_factor)


_VARIABLES = {"y": "0", r"\hat{y}": "1", r"\mu": "1", "p": "2", "z": "2", "r": "3", "a": "3"}
_PARAMETERS = ("c", "q", "h", "m", "w", "T", "gamma_0", "gamma_1")


def _place_of_factor(factor: Any) -> tuple[int, str]:
    if factor.is_number:
        return 0, ""
    base = factor.base if factor.is_Pow else factor
    if isinstance(base, Entry):
        base = base.row
    if isinstance(base, Named):
        base = base.letter
    if isinstance(base, Softmax | Delta):
        return 2, "2"
    if base.is_Symbol:
        return _place_of_letter(base.name)
    if factor.is_Add and all(_is_parameter(symbol.name) for symbol in factor.free_symbols):
        return 1, "~"
    return (5 if isinstance(factor, Slope) else 3 if factor.is_Add else 4), ""


def _place_of_letter(name: str) -> tuple[int, str]:
    return (1, name) if _is_parameter(name) else (2, _VARIABLES.get(name, name))


def _is_parameter(name: str) -> bool:
    return name in _PARAMETERS or (len(name) > 1 and "_" not in name and name not in _VARIABLES)


def is_negative(term: Any) -> bool:
    """Whether a term is written with a minus."""
    return bool(term.as_coeff_Mul()[0].is_negative)


def neat(condition: Any, variable: Any, labels: tuple[float, float] | None = None) -> Any:
    """A comparison as it is read: the variable on the left, nothing subtracted if it can be."""
    if isinstance(condition, sympy.And | sympy.Or):
        parts = [neat(part, variable, labels) for part in condition.args]
        return condition.func(*parts, evaluate=False)
    if isinstance(condition, sympy.Not):
        return neat(condition.args[0].negated, variable, labels)
    if not isinstance(condition, sympy.core.relational.Relational):
        return condition
    label = sympy.Symbol("y", real=True)
    if labels is not None and condition.free_symbols == {label}:
        holding = [value for value in labels if condition.subs(label, value) == sympy.true]
        if len(holding) == 1:
            return sympy.Eq(label, sympy.nsimplify(holding[0]), evaluate=False)
    terms = sympy.Add.make_args(sympy.expand(condition.lhs - condition.rhs))
    left = sympy.Add(*(term for term in terms if not is_negative(term)))
    right = sympy.Add(*(-term for term in terms if is_negative(term)))
    kind = condition.func
    scale = next((s for s in (left.as_coeff_Mul()[0], right.as_coeff_Mul()[0]) if s != 0), 1)
    if not (left.is_Add or right.is_Add):
        left, right = left / scale, right / scale
    if not left.has(variable) and right.has(variable):
        left, right, kind = right, left, _SWAPPED[kind]
    if left.is_Add and variable in left.args and not right.has(variable):
        left, right = variable, right - (left - variable)
    return kind(left, right, evaluate=False)


_SWAPPED = {
    sympy.StrictGreaterThan: sympy.StrictLessThan,
    sympy.StrictLessThan: sympy.StrictGreaterThan,
    sympy.GreaterThan: sympy.LessThan,
    sympy.LessThan: sympy.GreaterThan,
    sympy.Equality: sympy.Equality,
    sympy.Unequality: sympy.Unequality,
}


def slope_name(slope: Any) -> tuple[int, list[Any]] | None:
    """Of a derivative of the loss itself, its order and the variables; None of anything else."""
    variables = []
    while isinstance(slope, Slope):
        variables.append(slope.variable)
        slope = slope.expression
    return (len(variables), variables) if isinstance(slope, Loss) else None
