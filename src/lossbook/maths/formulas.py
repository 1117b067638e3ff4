"""A loss's formulas as SymPy expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.errors import InputError, MissingDependencyError

if TYPE_CHECKING:
    from lossbook.loss import Loss

_DUAL = ("prox", "conjugate")
_ORDERS = {"value": 0, "gradient": 1, "hessian": 2}


def formula(loss: Loss, which: str) -> Any:
    """The value as a book defines it, or a derivative as computed; rows have three classes."""
    if which not in (*_ORDERS, *_DUAL):
        words = ", ".join(repr(word) for word in (*_ORDERS, *_DUAL))
        raise InputError(f"which must be one of {words}, got {which!r}.")
    try:
        from lossbook.maths.symbols import SYMBOLS
    except ImportError:
        raise MissingDependencyError("formulas need SymPy: pip install 'lossbook[cli]'.") from None
    label, prediction = arguments(loss)
    symbolic = loss.over(SYMBOLS)
    if which in _DUAL:
        term = _dual(loss, which, label)
    elif which == "value":
        term = symbolic.textbook(SYMBOLS, label, prediction)
    else:
        term = symbolic.derivative(SYMBOLS, _ORDERS[which], label, prediction)
    return _tidy(term)


def _dual(loss: Loss, which: str, label: Any) -> Any:
    import sympy

    from lossbook.maths.symbols import SYMBOLS

    if not (loss.has_prox if which == "prox" else loss.has_conjugate):
        raise InputError(f"{loss!r} gives no {which}.", argument="which")
    symbolic = loss.over(SYMBOLS)
    if which == "conjugate":
        return symbolic.conjugate_over(SYMBOLS, label, sympy.Symbol("u", real=True))
    step = sympy.Symbol("s", positive=True)
    return symbolic.prox_over(SYMBOLS, label, sympy.Symbol("v", real=True), step)


def arguments(loss: Loss) -> tuple[Any, Any]:
    """The symbols of label and prediction; for losses of rows, as the formulas see them."""
    import sympy

    from lossbook.maths.symbols import CLASSES, SYMBOLS

    if not loss.is_row:
        label, prediction = (
            sympy.Symbol(name, real=True) for name in ("y", loss.prediction_symbol)
        )
        return label, prediction
    count = loss.columns.count or CLASSES
    names = loss.columns.symbols or [f"{loss.prediction_symbol}_{j}" for j in range(count)]
    labels = [f"y_{j}" for j in range(count)] if loss.label_domain.layouts[-1].is_row else ["y"]
    label, prediction = (
        SYMBOLS.row(tuple(sympy.Symbol(name, real=True) for name in each))
        for each in (labels, names)
    )
    return label, prediction


def _tidy(term: Any) -> Any:
    import sympy

    if isinstance(term, np.ndarray):
        terms = [sympy.sympify(entry) for entry in term]
        return terms[0] if len(terms) == 1 else sympy.Matrix(terms)
    return sympy.sympify(term)
