"""Formulas in any notation that can set a fraction, a power and a root: LaTeX, MathML."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import sympy

from lossbook.derivations import terms
from lossbook.derivations.order import (
    common_factor,
    factors_of,
    in_reading_order,
    signed_product,
    slope_name,
)
from lossbook.maths.symbols import Entmax15Threshold, Sigmoid, SparsemaxThreshold


class Notation(ABC):
    """How the pieces of a formula are written; a written piece is text."""

    @abstractmethod
    def letter(self, name: str, index: str = "") -> str: ...

    @abstractmethod
    def number(self, digits: str) -> str: ...

    @abstractmethod
    def sign(self, sign: str) -> str:
        """An operator or a relation, by its character."""

    @abstractmethod
    def row(self, *pieces: str) -> str: ...

    @abstractmethod
    def product(self, *factors: str) -> str: ...

    @abstractmethod
    def fraction(self, top: str, bottom: str) -> str: ...

    @abstractmethod
    def root(self, inside: str) -> str: ...

    @abstractmethod
    def power(self, base: str, exponent: str) -> str: ...

    @abstractmethod
    def below(self, base: str, index: str) -> str: ...

    @abstractmethod
    def under(self, base: str, index: str) -> str: ...

    @abstractmethod
    def fenced(self, inside: str, left: str, right: str) -> str: ...

    @abstractmethod
    def function(self, name: str) -> str: ...

    @abstractmethod
    def text(self, words: str) -> str: ...

    @abstractmethod
    def cases(self, rows: Sequence[tuple[str, str]]) -> str: ...


class Writer:
    """Writes expressions of derivations in a notation."""

    def __init__(self, notation: Notation) -> None:
        self.n = notation

    def write(self, expression: Any) -> str:
        """The formula."""
        expression = sympy.sympify(expression)
        special = _SPECIAL.get(type(expression))
        if special is not None:
            return special(self, expression)
        if expression.is_Symbol:
            return self._symbol(expression.name)
        if type(expression) in _LETTERS:
            return self.n.letter(_LETTERS[type(expression)])
        if expression.is_Add:
            return self._sum(expression)
        if expression.is_Mul or expression.is_Pow or expression.is_Rational:
            return self._signed(expression)
        if expression.is_Float:
            return self.n.number(f"{float(expression):g}")
        if isinstance(expression, sympy.core.relational.Relational):
            sides = self.write(expression.lhs), self.write(expression.rhs)
            return self.n.row(sides[0], self.n.sign(_RELATIONS[expression.rel_op]), sides[1])
        name = _NAMES.get(expression.func, expression.func.__name__)
        return self.call(self.n.function(name), *expression.args)

    def call(self, name: str, *arguments: Any) -> str:
        inside = [piece for one in arguments for piece in (self.write(one), self.n.sign(","))][:-1]
        return self.n.row(name, self.n.fenced(self.n.row(*inside), "(", ")"))

    def _symbol(self, name: str) -> str:
        letter, _, index = name.replace("taus_", "tau_").partition("_")
        is_word = len(letter) > 1 and letter not in GREEK and "\\" not in letter
        return self.n.letter(name) if is_word else self.n.letter(letter, index)

    def _sum(self, expression: Any) -> str:
        product = common_factor(expression)
        if product is not None:
            return self._product(product)
        pieces: list[str] = []
        for term in in_reading_order(expression):
            negative, product = signed_product(term)
            if negative or pieces:
                pieces.append(self.n.sign("−" if negative else "+"))
            pieces.append(self._product(product))
        return self.n.row(*pieces)

    def _signed(self, expression: Any) -> str:
        negative, product = signed_product(expression)
        written = self._product(product)
        return self.n.row(self.n.sign("−"), written) if negative else written

    def _product(self, product: Any) -> str:
        """A term without its sign: a fraction, a product, a power."""
        if product.is_Integer:
            return self.n.number(str(product))
        if not (product.is_Mul or product.is_Pow or product.is_Rational):
            return self.whole(product) if product.is_Add else self.write(product)
        top, bottom = sympy.fraction(product, exact=True)
        if bottom != 1:
            return self.n.fraction(self.write(top), self.write(bottom))
        if product.is_Pow:
            return self._power(product)
        return self.n.product(*map(self.whole, factors_of(product)))

    def _power(self, power: Any) -> str:
        base, exponent = power.args
        if exponent == sympy.Rational(1, 2):
            return self.n.root(self.write(base))
        return self.n.power(self.whole(base, for_power=True), self.write(exponent))

    def whole(self, factor: Any, for_power: bool = False) -> str:
        """A factor or a base, in parentheses where it needs them."""
        written = self.write(factor)
        if factor.is_Add and not for_power and common_factor(factor) is not None:
            return written
        loose = factor.is_Add or factor.could_extract_minus_sign() or factor.is_Piecewise
        if for_power:
            loose = loose or factor.is_Mul or factor.is_Pow or isinstance(factor, _LOOSE)
        return self.n.fenced(written, "(", ")") if loose else written

    # -- what derivations have besides ------------------------------------------------------------

    def _slope(self, e: Any) -> str:
        name = slope_name(e)
        if name is not None:
            return self._leibniz(*name)
        if isinstance(e.expression, terms.Named):
            return self.n.row(self.write(e.expression), self.n.sign("′"))
        d = self.n.sign("∂") if isinstance(e.variable, terms.Entry) else self.n.letter("d")
        inner = self.n.fenced(self.write(e.expression), "[", "]")
        return self.n.product(self.n.fraction(d, self.n.row(d, self.write(e.variable))), inner)

    def _leibniz(self, order: int, variables: list[Any]) -> str:
        d, two = self.n.sign("∂"), self.n.number("2")
        top = self.n.row(self.n.power(d, two) if order == 2 else d, self.n.letter("ℓ"))
        distinct = list(dict.fromkeys(variables))
        below = [self.n.row(d, self.write(variable)) for variable in distinct]
        if order == 2 and len(distinct) == 1:
            below = [self.n.row(d, self.n.power(self.write(distinct[0]), two))]
        return self.n.fraction(top, self.n.product(*below))

    def _total(self, e: Any) -> str:
        return self.n.row(
            self.n.under(self.n.sign("∑"), self.write(e.index)), self.whole(e.args[0])
        )

    def _entry(self, e: Any) -> str:
        return self.n.below(self.write(e.row), self.write(e.index))

    def _softmax(self, e: Any) -> str:
        return self.n.below(self.n.letter("p"), self.write(e.place))

    def _delta(self, e: Any) -> str:
        return self.n.below(self.n.letter("delta"), self.n.row(*map(self.write, e.args)))

    def _piecewise(self, e: Any) -> str:
        rows = []
        for value, condition in e.args:
            words = self.n.text("otherwise") if condition == sympy.true else self.write(condition)
            rows.append((self.write(value), words))
        return self.n.cases(rows)

    def _joined(self, word: str) -> Callable[[Any], str]:
        def write(e: Any) -> str:
            pieces = [piece for part in e.args for piece in (self.write(part), self.n.text(word))]
            return self.n.row(*pieces[:-1])

        return write


_RELATIONS = {">": ">", "<": "<", ">=": "≥", "<=": "≤", "==": "=", "!=": "≠"}
_NAMES: dict[Any, str] = {
    sympy.Max: "max",
    sympy.Min: "min",
    sympy.atan: "arctan",
    sympy.sign: "sign",
    Sigmoid: "σ",
    sympy.loggamma: "log Γ",
}
_LOOSE = (terms.Slope, terms.Total, terms.Softplus, sympy.exp, sympy.log)
GREEK = frozenset(
    (
        *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda"),
        *("mu", "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega"),
    )
)

_LETTERS: dict[type, str] = {
    sympy.core.numbers.Pi: "pi",
    sympy.core.numbers.Exp1: "e",
    SparsemaxThreshold: "tau",
    Entmax15Threshold: "tau",
    terms.Threshold: "tau",
    terms.Loss: "ℓ",
}

_SPECIAL: dict[type, Callable[[Writer, Any], str]] = {
    sympy.exp: lambda w, e: w.n.power(w.n.letter("e"), w.write(e.args[0])),
    sympy.Abs: lambda w, e: w.n.fenced(w.write(e.args[0]), "|", "|"),
    sympy.Piecewise: lambda w, e: w._piecewise(e),
    sympy.And: lambda w, e: w._joined(" and ")(e),
    sympy.Or: lambda w, e: w._joined(" or ")(e),
    terms.Named: lambda w, e: w.write(e.letter),
    terms.Softplus: lambda w, e: w.write(sympy.log(1 + sympy.exp(e.args[0]))),
    terms.Bracket: lambda w, e: w.n.fenced(w.write(e.args[0]), "[", "]"),
    terms.Largest: lambda w, e: w.n.product(w.n.function("max"), w.write(e.args[0])),
    terms.Slope: lambda w, e: w._slope(e),
    terms.Total: lambda w, e: w._total(e),
    terms.Entry: lambda w, e: w._entry(e),
    terms.Softmax: lambda w, e: w._softmax(e),
    terms.Delta: lambda w, e: w._delta(e),
}
