"""Value, gradient and Hessian as SymPy has them."""

from __future__ import annotations

import sympy

import lossbook as lb
from lossbook.report.formulas import formula_parts, note_on_rows, readable

# In characters of LaTeX: what is longer is no longer read.
LONGEST = 700


def formulas(loss: lb.Loss) -> str:
    """Those that can be read, one below the other."""
    shown, left_out = [], []
    for which, column, symbol in formula_parts(loss):
        name = "Hessian" if which == "hessian" else which
        text = _latex(loss, which, column)
        if len(text) <= LONGEST:
            letter = f"_{{{sympy.latex(sympy.Symbol(symbol))}}}" if symbol else ""
            shown.append(f"$$\n\\text{{{name}}}{letter} = {text}\n$$")
        else:
            left_out.append(which)
    lines = [_introduction(loss), *shown]
    if left_out:
        asked = " and ".join(f'`loss.formula("{which}")`' for which in dict.fromkeys(left_out))
        lines.append(f"Too long to be read here, as SymPy expressions: {asked}.")
    return "\n\n".join(lines)


def _introduction(loss: lb.Loss) -> str:
    told = [f"Of `{loss!r}`."]
    if isinstance(loss, lb.ResidualLoss):
        told.append(r"The residual is $r = \hat y - y$.")
    if loss.is_row:
        told.append(note_on_rows(loss))
    return " ".join(told)


def _latex(loss: lb.Loss, which: str, column: int) -> str:
    # Reads "1 - y p" for a single prediction, but classes belong in rising order.
    order = None if loss.is_row else "rev-lex"
    return str(sympy.latex(readable(loss, which, column), order=order))
