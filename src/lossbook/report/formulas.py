"""Formulas as people read them, out of those that are computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lossbook.loss import Loss

__all__ = ["formula_parts", "note_on_rows", "readable"]


def formula_parts(loss: Loss) -> list[tuple[str, int, str]]:
    """What there is to show: an output, a column of it, and that column's symbol if it has one.

    >>> import lossbook
    >>> formula_parts(lossbook.Huber())
    [('value', 0, ''), ('gradient', 0, ''), ('hessian', 0, '')]
    """
    symbols = loss.columns.symbols if loss.is_row else ()
    parts = [("value", 0, "")]
    for which in ("gradient", "hessian"):
        parts += [(which, column, symbol) for column, symbol in enumerate(symbols or [""])]
    return parts


def note_on_rows(loss: Loss) -> str:
    """How many columns the formulas of a loss of rows are for, and which one is shown."""
    from lossbook.domains import ClassLabels

    if loss.columns.symbols:
        return f"A row of y_pred holds {loss.columns.describe()}."
    if not isinstance(loss.label_domain, ClassLabels):
        first = "Gradient and Hessian are those of the first column."
        return first if loss.columns.count else f"With 3 columns. {first}"
    note = "With 3 classes; gradient and Hessian for class 0, the others alike."
    if loss.link.name == "softmax":
        note += " S is the sum of the exponentials of the scores."
    return note


def readable(loss: Loss, which: str, column: int = 0, hat: str = r"\hat{y}") -> Any:
    """A formula with the residual as r, nested cases as one list of cases, softmax sums as S.

    Parameters
    ----------
    loss : Loss
        The loss.
    which : str
        "value", "gradient" or "hessian".
    column : int
        Which entry of the gradient or Hessian of a row.
    hat : str
        How the prediction is written.
    """
    import numpy as np
    import sympy

    from lossbook.families import ResidualLoss

    formula = loss.formula(which)
    if isinstance(formula, (np.ndarray, list, tuple, sympy.MatrixBase)):
        formula = np.ravel(np.asarray(formula, dtype=object))[column]
    formula = sympy.sympify(formula)
    if loss.is_row:
        # Sums of many pieces would be as many cases as there are ways to combine them.
        formula = formula.replace(sympy.Piecewise, _in_one_list)
    else:
        formula = sympy.piecewise_fold(formula)
    prediction = sympy.Symbol(hat)
    hats = {s: prediction for s in formula.free_symbols if s.name == r"\hat{y}"}
    formula = formula.xreplace(hats).subs(_exponentials(loss, formula), sympy.Symbol("S"))
    if isinstance(loss, ResidualLoss):
        formula = _in_residual(formula, prediction)
    return formula.replace(sympy.Max, sympy.Function("max")).replace(
        sympy.Min, sympy.Function("min")
    )


def _in_one_list(*cases: Any) -> Any:
    """Cases within cases as one list of cases, without those that never are."""
    import sympy

    folded = sympy.piecewise_fold(sympy.Piecewise(*cases))
    if not isinstance(folded, sympy.Piecewise):
        return folded
    return sympy.Piecewise(*(case for case in folded.args if case[0] is not sympy.nan))


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
