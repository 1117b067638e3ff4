"""Algebra of sums over an index: deltas pick a term, constant factors come out."""

from __future__ import annotations

from typing import Any

import sympy

from lossbook.derivations.terms import Delta, Entry, Slope, Total


def collapse(expression: Any) -> Any:
    """Every sum with a delta as the term that the delta picks, and what is left of the sum."""
    return expression.replace(
        lambda part: isinstance(part, Total) and not part.has(Slope) and part.has(Delta),
        _collapsed,
    )


def _collapsed(total: Total) -> Any:
    pieces = []
    for term in sympy.Add.make_args(sympy.expand_mul(total.expression)):
        factors = sympy.Mul.make_args(term)
        deltas = [f for f in factors if isinstance(f, Delta) and total.index in f.free_symbols]
        if deltas:
            (other,) = deltas[0].free_symbols - {total.index}
            rest = sympy.Mul(*(f for f in factors if f is not deltas[0]))
            pieces.append(rest.xreplace({total.index: other}))
        else:
            pieces.append(taken_out(Total(term, total.index)))
    return sympy.Add(*pieces)


def taken_out(total: Total) -> Any:
    """A sum with the factors that do not change in it before it."""
    factors = sympy.Mul.make_args(total.expression)
    fixed = [f for f in factors if total.index not in f.free_symbols]
    moving = [f for f in factors if total.index in f.free_symbols]
    return sympy.Mul(*fixed) * Total(sympy.Mul(*moving), total.index)


def labels_add_up(expression: Any, label: Any) -> Any:
    """Without the sum of a label's shares, which is 1."""
    return expression.replace(
        lambda part: (
            isinstance(part, Total)
            and isinstance(part.expression, Entry)
            and part.expression.row == label.row
        ),
        lambda _: sympy.Integer(1),
    )
