"""A derivation as data: parts, each a chain of lines with the reason that leads to each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy

from lossbook.derivations.paper import PAPER
from lossbook.parameters import run_time_numbers

if TYPE_CHECKING:
    from lossbook.derivations.checking import Checked
    from lossbook.derivations.symbols import Letters
    from lossbook.derivations.text import Row
    from lossbook.loss import Loss


@dataclass(frozen=True)
class Line:
    """One line: an expression, and why it equals the one before it.

    Parameters
    ----------
    expression : sympy.Expr
        The right side.
    reason : str
        The rule that leads to it, in words.
    left : sympy.Expr, optional
        A left side of its own. The line equals the last one with the same left side; without one,
        the line before. A left side that is new begins a chain, unless ``of`` says from what.
    of : callable, optional
        What was done to both sides: the line equals this function of the line before.
    """

    expression: Any
    reason: str = ""
    left: Any = None
    of: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Part:
    """A chain of lines under a heading.

    Parameters
    ----------
    heading : str
        What is derived.
    left : sympy.Expr
        The left side of the first line.
    lines : tuple of Line
        The chain.
    order : int, optional
        The last line is what the code computes: the value (0), the gradient (1), the Hessian (2).
    condition : sympy.Boolean
        Where all this holds.
    entry : tuple of int, optional
        Of a row with given columns, which entry of the gradient or of the matrix this is.
    before, after : str
        What is said before the lines and after them.
    """

    heading: str
    left: Any
    lines: tuple[Line, ...]
    order: int | None = None
    condition: Any = sympy.true
    entry: tuple[int, ...] | None = None
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Derivation:
    """How the value, the gradient and the Hessian of a loss come about, line by line.

    Every line was checked when the derivation was made: see :meth:`check`. In a notebook it shows
    itself as formulas; ``print`` writes it for a terminal.

    Examples
    --------
    >>> import lossbook
    >>> derivation = lossbook.SquaredError().derivation()
    >>> derivation
    <Derivation of SquaredError(): 8 lines in 3 parts>
    >>> [(line.expression, line.reason) for line in derivation.parts[1].lines[:2]]
    [(Slope(r**2, r), ''), (2*r, 'power rule')]
    """

    loss: Loss
    letters: Letters
    parts: tuple[Part, ...]
    definitions: tuple[tuple[Any, Any], ...] = ()
    remarks: tuple[str, ...] = ()
    free: tuple[Any, ...] = ()

    @property
    def legend(self) -> list[tuple[Any, Any]]:
        """What letters stand for, on top of a derivation: parameters first."""
        used = {symbol for part in self.parts for x in part.lines for symbol in _symbols(x)}
        parameters = [
            (symbol, sympy.Symbol(name))
            for name, value in run_time_numbers(self.loss.parameters).items()
            if (symbol := PAPER.parameter(name, value)) in used and symbol.name != name
        ]
        return [*parameters, *self.definitions]

    def check(self) -> Checked:
        """Hold every line against the one before it, and the last ones against the loss itself.

        Raises
        ------
        DerivationError
            A line does not follow; the message names the line, the point and both numbers.
        """
        from lossbook.derivations.checking import check

        return check(self)

    def latex(self) -> str:
        """The derivation as LaTeX: headings in words, chains of lines in ``align*``."""
        from lossbook.derivations.latex import document

        return document(self)

    def rows(self, width: int, unicode: bool) -> list[Row]:
        """The lines of :meth:`text`, each with what it is, and reasons apart from formulas."""
        from lossbook.derivations.text import rows

        return rows(self, width, unicode)

    def text(self, width: int = 80, unicode: bool = True) -> str:
        """The derivation for a terminal of that many columns."""
        from lossbook.derivations.text import document

        return document(self, width, unicode)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        lines = sum(len(part.lines) for part in self.parts)
        return f"<Derivation of {self.loss!r}: {lines} lines in {len(self.parts)} parts>"

    def _repr_latex_(self) -> str:
        return self.latex()

    def _repr_html_(self) -> str:
        from lossbook.derivations.html import document

        return document(self)


def _symbols(line: Line) -> set[Any]:
    symbols: set[Any] = line.expression.free_symbols
    return symbols
