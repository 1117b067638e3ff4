"""The namespace of mathematics in which formulas become what a derivation is written with."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy

from lossbook.derivations import terms
from lossbook.derivations.sums import taken_out
from lossbook.maths.namespace import Term
from lossbook.maths.symbols import SymbolMaths

LETTERS = {
    "bandwidth": "h",
    "class_weight": "w",
    "df": "nu",
    "gamma_neg": "gamma_0",
    "gamma_pos": "gamma_1",
    "label_smoothing": "epsilon",
    "margin": "m",
    "pos_weight": "w",
    "power": "p",
    "soft_cap": "c",
    "temperature": "T",
    "z_loss": "lambda",
}
"""Parameters with long names, and the letters that formulas have for them."""


def letter_for(name: str) -> str:
    """How a parameter, or one number of a tuple, is written in formulas."""
    whole, _, place = name.rpartition("_")
    if place.isdigit() and whole in LETTERS:
        return f"{LETTERS[whole]}_{place}"
    return LETTERS.get(name, name)


class PaperMaths(SymbolMaths):
    """Formulas of numbers and of rows with given entries; named functions stay whole."""

    def parameter(self, name: str, value: float) -> Term:
        return super().parameter(letter_for(name), value)

    def softplus(self, x: Term) -> Term:
        return _each(terms.Softplus, x)

    def softmax(self, x: Term) -> Term:
        return self.row(tuple(terms.Softmax(place, *x) for place in range(len(x))))

    def log_softmax(self, x: Term) -> Term:
        return self.log(self.softmax(x))


class NumberMaths(PaperMaths):
    """Formulas with the loss's own numbers as parameters: at limits that letters do not reach."""

    def parameter(self, name: str, value: float) -> Term:
        return sympy.Rational(value)


def _no_entries(*_: Any) -> Term:
    raise NotImplementedError("this needs the entries of a row one by one")


class IndexMaths(PaperMaths):
    """Formulas of rows of any length: a row is an expression of one entry, ``ENTRY`` its index."""

    def sum(self, x: Term) -> Term:
        x = sympy.sympify(x)
        inside = {bound.index for bound in x.atoms(terms.Total)}
        index = next(index for index in terms.SUMMED if index not in inside)
        return taken_out(terms.Total(x.xreplace({terms.ENTRY: index}), index))

    def others(self, x: Term) -> Term:
        return self.sum(x) - x

    def softmax(self, x: Term) -> Term:
        if not isinstance(x, terms.Entry):
            raise NotImplementedError("softmax of anything but the scores themselves")
        return terms.Softmax(x.index, x.row)

    def log_sum_exp(self, x: Term) -> Term:
        return self.log(self.sum(self.exp(x)))

    def row(self, entries: tuple[Term, ...]) -> Term:
        """A row of parameters ``taus_0, taus_1, ...``: an entry of the letter without its s."""
        names = {entry.name.rpartition("_")[0] for entry in entries}
        if len(names) != 1:
            raise NotImplementedError("a row of anything but one parameter")
        return terms.Entry(sympy.Symbol(names.pop().removesuffix("s"), real=True), terms.ENTRY)

    def places(self, x: Term) -> Term:
        return terms.ENTRY

    def where(self, condition: Term, if_true: Term, if_false: Term) -> Term:
        if if_false == 0:
            return terms.Bracket(condition) * if_true
        return super().where(condition, if_true, if_false)

    # What needs the entries of a row one by one cannot be said of one that stands for all.
    beside: Any = _no_entries
    running: Any = _no_entries
    tails: Any = _no_entries
    top: Any = _no_entries
    runner_up: Any = _no_entries
    rival: Any = _no_entries
    each_class: Any = _no_entries
    sparsemax_excess: Any = _no_entries
    entmax15_excess: Any = _no_entries


def _each(function: Any, x: Term) -> Term:
    return np.frompyfunc(function, 1, 1)(x) if isinstance(x, np.ndarray) else function(x)


PAPER, NUMBERS, INDICES = PaperMaths(), NumberMaths(), IndexMaths()
