"""Formulas of a loss as lines of text, drawn by SymPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

    from lossbook.report.formulas import readable

    drawn = sympy.pretty(
        readable(loss, which, column, "ŷ" if unicode else "yhat"),
        use_unicode=unicode,
        num_columns=width,
        wrap_line=True,
        # Reads "1 - y p" for a single prediction, but classes belong in rising order.
        order=None if loss.is_row else "rev-lex",
    )
    lines = [line.rstrip() for line in str(drawn).splitlines()]
    return lines if len(lines) <= MOST_LINES else [f'long: loss.formula("{which}") gives it']
