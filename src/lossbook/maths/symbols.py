"""Formulas over SymPy: what ``lossbook show`` prints and what the derivative checks work on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import mpmath
import numpy as np
import sympy

from lossbook.maths.namespace import Relative, Term
from lossbook.maths.oracle import ORACLE, OracleMaths
from lossbook.maths.rows import RowMaths
from lossbook.maths.rows_of_terms import RowOfTerms

CLASSES = 3
# Rows of class scores are shown, and checked, with this many classes: the fewest that tell a target
# class, a class that is not, and the sum over all of them apart.


class Sigmoid(sympy.Function):  # type: ignore[misc]
    """The logistic function, kept whole so that formulas read like the book."""

    nargs = 1

    @classmethod
    def eval(cls, x: Any) -> Any:
        return {sympy.oo: sympy.Integer(1), -sympy.oo: sympy.Integer(0)}.get(x)

    def fdiff(self, argindex: int = 1) -> Any:
        return Sigmoid(self.args[0]) * Sigmoid(-self.args[0])

    def _eval_rewrite_as_exp(self, x: Any, **hints: Any) -> Any:
        return 1 / (1 + sympy.exp(-x))

    def _eval_evalf(self, prec: int) -> Any:
        return self.rewrite(sympy.exp)._eval_evalf(prec)

    def _latex(self, printer: Any, exp: Any = None) -> str:
        text = rf"\sigma\left({printer._print(self.args[0])}\right)"
        return text if exp is None else rf"{text}^{{{exp}}}"

    def _pretty(self, printer: Any) -> Any:
        return printer._print_Function(self, func_name="σ" if printer._use_unicode else "sigmoid")


class _Threshold(sympy.Function):  # type: ignore[misc]
    """What scores are lowered by until the rest of them is a distribution; a number when it is one.

    Its slope by a score is what the theorem of the implicit function says.
    """

    scale: Any
    excess: Any

    def _eval_evalf(self, prec: int) -> Any:
        if not all(entry.is_number for entry in self.args):
            return None
        with mpmath.workprec(prec + 20):
            scores = np.asarray([mpmath.mpf(entry.evalf(prec + 20)) for entry in self.args])
            lowered = type(self).excess(ORACLE, scores)
            return sympy.Float(scores[0] * self.scale - lowered[0], precision=prec)

    def _latex(self, printer: Any, exp: Any = None) -> str:
        return r"\tau" if exp is None else rf"\tau^{{{exp}}}"

    def _pretty(self, printer: Any) -> Any:
        return printer._print(sympy.Symbol("τ" if printer._use_unicode else "tau"))

    def _share(self, argindex: int, weight: Callable[[Any], Any]) -> Any:
        above = [weight(self.scale * entry - self) for entry in self.args]
        return above[argindex - 1] / sum(above)


class SparsemaxThreshold(_Threshold):
    """The threshold of sparsemax."""

    scale = 1
    excess = OracleMaths.sparsemax_excess

    def fdiff(self, argindex: int = 1) -> Any:
        return self._share(argindex, lambda excess: _piecewise(excess > 0, 1, 0))


class Entmax15Threshold(_Threshold):
    """The threshold of 1.5-entmax, of halved scores."""

    scale = sympy.Rational(1, 2)
    excess = OracleMaths.entmax15_excess

    def fdiff(self, argindex: int = 1) -> Any:
        return self._share(argindex, lambda excess: sympy.Max(excess, 0)) / 2


class SymbolMaths(RowMaths):
    """Mathematics on paper: no overflow, no rounding, so the building blocks are the plain ones."""

    def parameter(self, name: str, value: float) -> Term:
        return sympy.Symbol(name, positive=True) if value > 0 else sympy.Symbol(name, real=True)

    def exp(self, x: Term) -> Term:
        return _each(sympy.exp, x)

    def expm1(self, x: Term) -> Term:
        return self.exp(x) - 1

    def log(self, x: Term) -> Term:
        return _each(sympy.log, x)

    def log1p(self, x: Term) -> Term:
        return self.log(1 + x)

    def sqrt(self, x: Term) -> Term:
        return _each(sympy.sqrt, x)

    def exponent(self, x: Term) -> Term:
        return sympy.floor(sympy.log(x / sympy.Rational(3, 4), 2))

    def fraction(self, x: Term) -> Term:
        return x / 2 ** self.exponent(x)

    def fmod(self, x: Term, y: Term) -> Term:
        return sympy.sign(x) * sympy.Mod(abs(x), y)

    @property
    def pi(self) -> Term:
        return sympy.pi

    @property
    def e(self) -> Term:
        return sympy.E

    def power(self, x: Term, exponent: Term) -> Term:
        return x**exponent

    def sin(self, x: Term) -> Term:
        return _each(sympy.sin, x)

    def cos(self, x: Term) -> Term:
        return _each(sympy.cos, x)

    def atan(self, x: Term) -> Term:
        return _each(sympy.atan, x)

    def where(self, condition: Term, if_true: Term, if_false: Term) -> Term:
        return _each(_piecewise, condition, if_true, if_false)

    def maximum(self, x: Term, y: Term) -> Term:
        return _each(sympy.Max, x, y)

    def minimum(self, x: Term, y: Term) -> Term:
        return _each(sympy.Min, x, y)

    def blend(self, x: Term, y: Term, share: Term) -> Term:
        return (1 - share) * x + share * y

    def relative(self, x: Term, scale: Term) -> Relative:
        return Relative(sympy.Integer(1), abs(x) / scale, x)

    def times(self, weight: Term, x: Term) -> Term:
        return weight * x

    def share(self, part: Term, whole: Term) -> Term:
        return part / whole

    def share_of_square(self, part: Term, whole: Term) -> Term:
        return part / whole**2

    def share_of_cube(self, part: Term, whole: Term) -> Term:
        return part / whole**3

    def times_exp(self, factor: Term, x: Term) -> Term:
        return factor * self.exp(x)

    def exp_minus(self, x: Term, y: Term, factor: Term = 1) -> Term:
        return self.exp(x) - y * factor

    def sigmoid(self, x: Term) -> Term:
        return _each(Sigmoid, x)

    def times_sigmoid(self, factor: Term, x: Term) -> Term:
        return factor * self.sigmoid(x)

    def sigmoid_minus(self, x: Term, y: Term) -> Term:
        return self.sigmoid(x) - y

    def softplus(self, x: Term) -> Term:
        return self.log(1 + self.exp(x))

    def softplus_minus(self, x: Term, y: Term) -> Term:
        return self.softplus(x) - y * x

    def row(self, entries: tuple[Term, ...]) -> Term:
        return _row(entries)

    def tanh(self, x: Term) -> Term:
        return _each(sympy.tanh, x)

    def log_cosh(self, x: Term) -> Term:
        return self.log(sympy.cosh(x))

    def log1p_curve(self, x: Term) -> Term:
        return (x - self.log1p(x)) / x**2

    def saturated(self, x: Term, limit: float) -> Term:
        return x

    def near_zero(self, relative: Term, leading: Term, elsewhere: Term) -> Term:
        return elsewhere

    def exp_times(self, x: Term, factor: Term) -> Term:
        return self.exp(x) * factor

    def log_ratio(self, x: Term, y: Term, difference: Term) -> Term:
        return self.log(x / y)

    def phase(self, x: Term, y: Term, period: Term) -> Term:
        return x - y

    def sum(self, x: Term) -> Term:
        return self.row((sum(x[1:], x[0]),))

    def beside(self, *columns: Term) -> Term:
        return self.row(tuple(entry for column in columns for entry in np.atleast_1d(column)))

    def places(self, x: Term) -> Term:
        return self.row(tuple(map(sympy.Integer, range(len(x)))))

    def running(self, x: Term) -> Term:
        return np.add.accumulate(x)

    def tails(self, x: Term) -> Term:
        return np.add.accumulate(x[::-1])[::-1]

    def scaled(self, x: Term) -> tuple[Term, Term]:
        return x, sympy.Integer(1)

    def others(self, x: Term) -> Term:
        return self.sum(x) - x

    def softmax(self, x: Term) -> Term:
        return self.exp(x) / self.sum(self.exp(x))

    def softmax_rest(self, x: Term) -> Term:
        return 1 - self.softmax(x)

    def log_softmax(self, x: Term) -> Term:
        return x - self.log(self.sum(self.exp(x)))

    def log_sum_exp(self, x: Term) -> Term:
        return self.log(self.sum(self.exp(x)))

    def softmax_minus(self, x: Term, y: Term) -> Term:
        return self.softmax(x) - y

    def softmax_power(self, x: Term, exponent: Term) -> Term:
        return self.softmax(x) ** exponent

    def top(self, x: Term) -> Term:
        return _row(_is_largest(x, place) for place in range(len(x)))

    def runner_up(self, x: Term) -> Term:
        return _row(
            sum(
                _is_largest(x, first) * _is_largest(x, place, besides=first)
                for first in range(len(x))
                if first != place
            )
            for place in range(len(x))
        )

    def rival(self, x: Term) -> Term:
        return _row(sympy.Max(*np.delete(x, place)) for place in range(len(x)))

    def each_class(self, weight: Term, x: Term) -> Iterator[tuple[Term, Term, Term]]:
        for place in range(len(x)):
            yield np.arange(len(x)) == place, weight[place : place + 1], x[place : place + 1]

    def sparsemax_excess(self, x: Term) -> Term:
        return x - SparsemaxThreshold(*x)

    def entmax15_excess(self, x: Term) -> Term:
        return x / 2 - Entmax15Threshold(*x)


def _each(function: Any, *terms: Term) -> Term:
    if any(isinstance(term, np.ndarray) for term in terms):
        return np.frompyfunc(function, len(terms), 1)(*terms)
    return function(*terms)


def _row(entries: Iterable[Any]) -> Term:
    return np.asarray(list(entries), dtype=object).view(RowOfTerms)


def _piecewise(condition: Any, if_true: Any, if_false: Any) -> Any:
    return sympy.Piecewise((if_true, condition), (if_false, True))


def _is_largest(x: Term, place: int, besides: int | None = None) -> Any:
    others = [x[k] for k in range(len(x)) if k not in (place, besides)]
    return _piecewise(x[place] > sympy.Max(*others), 1, 0)


SYMBOLS = SymbolMaths()
