"""Derivatives are derivatives: against mpmath's differences, and against SymPy's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np
import sympy

import lossbook as lb
from laws.collection import close, law
from lossbook import parameters
from lossbook.checks.sampling import ordinary
from lossbook.checks.truth import as_rows, exact
from lossbook.domains import Labels
from lossbook.maths.formulas import arguments
from lossbook.maths.oracle import ORACLE
from lossbook.maths.symbols import SYMBOLS

DIGITS = 60
POINTS = 12


def _points(loss: lb.Loss) -> Iterator[tuple[Any, Any]]:
    """Exact labels and predictions, one sample at a time."""
    for samples in ordinary(loss, POINTS, seed=7):
        labels, predictions = exact(samples.y_true), exact(samples.y_pred)
        if loss.is_row:
            labels = as_rows(loss, labels, predictions)
        yield from zip(labels, predictions, strict=True)


def _scalar(term: Any) -> Any:
    return term[0] if isinstance(term, np.ndarray) else mpmath.mpf(term)


@law
def the_value_is_the_textbook_s(loss: lb.Loss) -> None:
    with mpmath.workdps(DIGITS):
        exactly = loss.over(ORACLE)
        for y, p in _points(loss):
            stable, plain = exactly.derivative(ORACLE, 0, y, p), exactly.textbook(ORACLE, y, p)
            assert close(_scalar(stable), _scalar(plain), 1e-40), (loss, y, p)


@law
def the_gradient_is_the_slope_of_the_textbook_value(loss: lb.Loss) -> None:
    _check_differences(loss, 1, lambda loss, y, p: _scalar(loss.textbook(ORACLE, y, p)))


@law
def the_hessian_is_the_slope_of_the_gradient(loss: lb.Loss) -> None:
    _check_differences(loss, 2, None)


def _check_differences(loss: lb.Loss, order: int, function: Any) -> None:
    with mpmath.workdps(DIGITS):
        exactly = loss.over(ORACLE)
        for y, p in _points(loss):
            formula = exactly.derivative(ORACLE, order, y, p)
            for place in range(len(p)) if loss.is_row else [None]:
                below = function or _entry_of_gradient(place)
                slope = _slope(below, exactly, y, p, place)
                same = close(_at(formula, place), slope, 1e-15)
                assert same or _is_noise(slope, below(exactly, y, p)), (loss, y, p, place)


def _is_noise(slope: Any, value: Any) -> bool:
    """Whether a slope is lost in differences of the value: that of exp(-1e7) from 1, say."""
    return bool(abs(slope) <= mpmath.mpf(10) ** (20 - DIGITS) * abs(value))


def _slope(function: Any, loss: lb.Loss, y: Any, p: Any, place: int | None) -> Any:
    return mpmath.diff(lambda x: function(loss, y, _put(p, place, x)), _at(p, place))


def _entry_of_gradient(place: int | None) -> Any:
    return lambda loss, y, p: _at(loss.derivative(ORACLE, 1, y, p), place)


def _at(term: Any, place: int | None) -> Any:
    return mpmath.mpf(term) if place is None else term[place]


def _put(p: Any, place: int | None, x: Any) -> Any:
    if place is None:
        return x
    moved = p.copy()
    moved[place] = x
    return moved


@law
def sympy_differentiates_to_the_same(loss: lb.Loss) -> None:
    label, prediction = arguments(loss)
    symbolic = loss.over(SYMBOLS)
    value, gradient, hessian = (
        np.ravel(symbolic.derivative(SYMBOLS, order, label, prediction)) for order in range(3)
    )
    textbook = np.ravel(symbolic.textbook(SYMBOLS, label, prediction))[0]
    symbols = np.ravel(prediction)
    # Exact: a float would carry its 15 digits through the whole expression.
    numbers = {
        SYMBOLS.parameter(name, value): sympy.Rational(value)
        for name, value in parameters.run_time_numbers(loss.parameters).items()
    }
    for point in _symbol_values(loss, label, prediction):
        at = {**point, **numbers}
        _same(textbook, value[0], at, loss)
        for place, symbol in enumerate(symbols):
            _same(sympy.diff(textbook, symbol), gradient[place], at, loss)
            _same(sympy.diff(gradient[place], symbol), hessian[place], at, loss)


def _symbol_values(loss: lb.Loss, label: Any, prediction: Any) -> Iterator[dict[Any, Any]]:
    """Points of rational numbers, so that nothing is rounded before the last step."""
    rng = np.random.default_rng(3)
    labels, predictions = np.ravel(label), np.ravel(prediction)
    for _ in range(3):
        if isinstance(loss.label_domain, Labels):
            first = [rng.choice([loss.label_domain.first, loss.label_domain.second])]
        else:
            parts = rng.integers(1, 30, len(labels))
            first = [sympy.Rational(int(part), int(max(parts.sum(), 31))) for part in parts]
        if loss.is_row:
            first = [entry / sum(first) for entry in first]
        second = [sympy.Rational(int(part), 97) for part in rng.integers(1, 96, len(predictions))]
        if loss.prediction_domain.checks_nothing:
            second = [6 * entry - 3 for entry in second]
        values = [*map(sympy.nsimplify, first), *second]
        yield dict(zip([*labels, *predictions], values, strict=True))


def _same(one: Any, other: Any, at: dict[Any, Any], loss: lb.Loss) -> None:
    numbers = [
        mpmath.mpf(sympy.sympify(term).subs(at).evalf(40, maxn=4000)) for term in (one, other)
    ]
    assert close(*numbers, 1e-25), (loss, one, other, at)
