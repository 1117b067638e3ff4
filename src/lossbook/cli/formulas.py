"""Formulas of a loss as lines of text, drawn by SymPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lossbook.loss import Loss

__all__ = ["formula_lines"]

MOST_LINES = 24


def formula_lines(loss: Loss, which: str, width: int, unicode: bool, column: int = 0) -> list[str]:
    """Return the value, gradient or Hessian of a loss as a formula in two dimensions.

    Parameters
    ----------
    loss : Loss
        The loss.
    which : str
        "value", "gradient" or "hessian".
    width : int
        Columns at most; longer formulas are continued below.
    unicode : bool
        Whether Greek and brackets made of several characters can be shown.
    column : int
        Which entry of the gradient or Hessian of a row.

    Raises
    ------
    ModuleNotFoundError
        If SymPy is not installed.
    """
    import sympy

    drawn = sympy.pretty(
        _readable(loss, which, unicode, column),
        use_unicode=unicode,
        num_columns=width,
        wrap_line=True,
        # Reads "1 - y p" for a single prediction, but classes belong in rising order.
        order=None if loss.is_row else "rev-lex",
    )
    lines = [line.rstrip() for line in str(drawn).splitlines()]
    return lines if len(lines) <= MOST_LINES else [f'long: loss.formula("{which}") gives it']


def _readable(loss: Loss, which: str, unicode: bool, column: int) -> Any:
    """Write the prediction with a hat, nested cases as one list of cases, softmax sums as S."""
    import numpy as np
    import sympy

    from lossbook.domains import ClassLabels
    from lossbook.families import ResidualLoss

    formula = loss.formula(which)
    if isinstance(formula, (np.ndarray, list, tuple, sympy.MatrixBase)):
        formula = np.ravel(np.asarray(formula, dtype=object))[column]
    formula = sympy.sympify(formula)
    if not loss.is_row or isinstance(loss.label_domain, ClassLabels):
        # Sums of many pieces would be as many cases as there are ways to combine them.
        formula = sympy.piecewise_fold(formula)
    hat = sympy.Symbol("ŷ" if unicode else "yhat")
    hats = {s: hat for s in formula.free_symbols if s.name == r"\hat{y}"}
    formula = formula.xreplace(hats).subs(_exponentials(loss, formula), sympy.Symbol("S"))
    if isinstance(loss, ResidualLoss):
        formula = _in_residual(formula, hat)
    return formula.replace(sympy.Max, sympy.Function("max")).replace(
        sympy.Min, sympy.Function("min")
    )


def _in_residual(formula: Any, hat: Any) -> Any:
    """Write prediction minus label as r, where nothing else of the two remains."""
    import sympy

    labels = [s for s in formula.free_symbols if s.name == "y"]
    short = formula.subs({label: hat - sympy.Symbol("r") for label in labels})
    if hat in short.free_symbols:
        return formula
    return short.replace(lambda part: part.is_Relational, lambda part: part.canonical)


def _exponentials(loss: Loss, formula: Any) -> Any:
    """Return the sum of exp over the scores of a row; without scores, a symbol found nowhere."""
    import sympy

    letter = loss.prediction_symbol
    scores = [s for s in formula.free_symbols if s.name.startswith(f"{letter}_")]
    return sympy.Add(*map(sympy.exp, scores)) if scores else sympy.Symbol("no such sum")
