"""What a loss writes its own derivation on: letters, functions, and chains of lines.

A loss gets everything that it needs from its page, so that its file imports no SymPy, as formulas
get their functions from ``m``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sympy

from lossbook.derivations import terms
from lossbook.derivations.derivation import Derivation, Line, Part
from lossbook.derivations.paper import INDICES, PAPER
from lossbook.derivations.symbols import MARGIN, RESIDUAL, Letters

if TYPE_CHECKING:
    from lossbook.loss import Loss


class Chain:
    """The lines of one part, as they are written."""

    def __init__(self, heading: str, left: Any, order: int | None, where: Any) -> None:
        self.heading, self.left, self.order = heading, left, order
        self.where = sympy.sympify(where)
        self.lines: list[Line] = []
        self.before = self.after = ""

    def line(self, expression: Any, reason: str = "", left: Any = None) -> Chain:
        """A line that equals the last one with this left side, or begins a chain of its own."""
        self.lines.append(Line(sympy.sympify(expression), reason, left))
        return self

    def done(self, to: Callable[[Any], Any], left: Any, expression: Any, reason: str) -> Chain:
        """A line that comes of doing something to both sides of the last one."""
        self.lines.append(Line(sympy.sympify(expression), reason, left, to))
        return self

    def part(self) -> Part:
        return Part(
            self.heading,
            self.left,
            tuple(self.lines),
            self.order,
            self.where,
            before=self.before,
            after=self.after,
        )


class Page:
    """A derivation in the making; ``rows`` of any length have one entry that stands for all."""

    def __init__(self, loss: Loss) -> None:
        self.letters = Letters.indexed(loss) if loss.is_row else Letters.of(loss)
        self.m = INDICES if loss.is_row else PAPER
        self.own, self.over = loss, loss.over(self.m)
        self.label, self.prediction = self.letters.label, self.letters.prediction
        self.residual, self.margin = RESIDUAL, MARGIN
        self.loss = terms.ELL
        self.chains: list[Chain] = []
        self.definitions: list[tuple[Any, Any]] = []
        self.remarks: list[str] = []
        self.free: list[Any] = []

    # -- letters and functions --------------------------------------------------------------------

    def letter(self, name: str) -> Any:
        """A letter, for a left side."""
        return sympy.Symbol(name, real=True)

    def number(self, name: str) -> Any:
        """A letter for any number between 0 and 1, in a line that holds for all of them."""
        self.free.append(self.letter(name))
        return self.free[-1]

    def named(self, name: str, expression: Any) -> Any:
        """An expression that is written as a letter."""
        return terms.Named(self.letter(name), expression)

    def define(self, left: Any, right: Any) -> None:
        """Say on top what a letter stands for."""
        self.definitions.append((left, sympy.sympify(right)))

    def slope(self, expression: Any, variable: Any = None) -> Any:
        """The derivative of an expression, not worked out; by the prediction if nothing is said."""
        return terms.Slope(expression, self.prediction if variable is None else variable)

    def other(self, row: Any) -> Any:
        """Another entry of a row: where ``row`` is entry j, entry i."""
        return row.xreplace({terms.ENTRY: terms.OTHER})

    def summed(self, row: Any) -> Any:
        """The entry of a row that is summed over."""
        return row.xreplace({terms.ENTRY: terms.SUMMED[0]})

    def total(self, expression: Any) -> Any:
        """The sum of an expression of summed entries."""
        return terms.Total(expression, terms.SUMMED[0])

    def delta(self, one: Any, other: Any) -> Any:
        """Kronecker's delta of the indices of two entries of rows."""
        return terms.Delta(_index(one), _index(other))

    def largest(self, row: Any) -> Any:
        """The largest entry of a row."""
        return terms.Largest(row.row)

    def equal(self, one: Any, other: Any) -> Any:
        """The condition that both are the same."""
        return sympy.Eq(one, other, evaluate=False)

    def threshold(self, row: Any, power: int) -> Any:
        """What a row of scores is lowered by: see :class:`lossbook.derivations.terms.Threshold`."""
        return terms.Threshold(row.row, power)

    def holds(self, condition: Any) -> Any:
        """1 where a condition holds, else 0."""
        return terms.Bracket(condition)

    # -- parts ------------------------------------------------------------------------------------

    def part(self, heading: str, left: Any, order: int | None = None, where: Any = True) -> Chain:
        """A chain of lines under a heading; the last one is of this order of derivative."""
        chain = Chain(heading, left, order, where)
        self.chains.append(chain)
        return chain

    def value(self, *, left: Any = None, where: Any = True) -> Chain:
        return self.part("Value", self.loss if left is None else left, 0, where)

    def gradient(self, *, by: Any = None, where: Any = True) -> Chain:
        return self.part("Gradient", self.slope(self.loss, by), 1, where)

    def hessian(self, *, by: Any = None, where: Any = True) -> Chain:
        """By another entry of the row, where that is given."""
        first = self.slope(self.loss)
        return self.part("Hessian", self.slope(first, by), 2, where)

    def derivation(self) -> Derivation:
        return Derivation(
            self.own,
            self.letters,
            tuple(chain.part() for chain in self.chains),
            tuple(self.definitions),
            tuple(self.remarks),
            tuple(self.free),
        )


def _index(entry: Any) -> Any:
    return entry.place if isinstance(entry, terms.Softmax) else entry.index
