"""What derivations are written with besides SymPy's own: slopes to work out, rows, sums, brackets.

All of these are inert: SymPy neither evaluates nor rearranges what stands inside them.
"""

from __future__ import annotations

from typing import Any

import sympy

CLASSES = sympy.Symbol("K", integer=True, positive=True)
# Indices that are summed over, the outermost sum first, and the two that stand for any class.
SUMMED = tuple(sympy.Symbol(name, integer=True) for name in "kmn")
ENTRY, OTHER = (sympy.Symbol(name, integer=True) for name in "ji")


class _Term(sympy.Expr):  # type: ignore[misc]
    """An expression made of others, taken as it is."""

    is_commutative = True
    is_real = True

    def __new__(cls, *parts: Any) -> Any:
        return sympy.Expr.__new__(cls, *map(sympy.sympify, parts))


class Slope(_Term):
    """The derivative of an expression by a variable, not yet worked out."""

    @property
    def expression(self) -> Any:
        return self.args[0]

    @property
    def variable(self) -> Any:
        return self.args[1]


class Entry(_Term):
    """One entry of a row that has any number of them: ``z_k``."""

    @property
    def row(self) -> Any:
        return self.args[0]

    @property
    def index(self) -> Any:
        return self.args[1]


class Total(_Term):
    """The sum of an expression over all values of an index."""

    @property
    def expression(self) -> Any:
        return self.args[0]

    @property
    def index(self) -> Any:
        return self.args[1]

    @property
    def free_symbols(self) -> Any:
        return self.expression.free_symbols - {self.index}


class Softmax(_Term):
    """The softmax of a row of scores at one place; the row is a letter, or its entries."""

    is_positive = True

    @property
    def place(self) -> Any:
        return self.args[0]

    @property
    def scores(self) -> tuple[Any, ...]:
        return tuple(self.args[1:])


class Threshold(_Term):
    """What the scores of a row are lowered by: for sparsemax, or of halved scores for 1.5-entmax.

    The power says of which: the positive ones of what is left add up to 1, or their squares do.
    """

    @property
    def row(self) -> Any:
        return self.args[0]

    @property
    def power(self) -> int:
        return int(self.args[1])


class Largest(_Term):
    """The largest entry of a row."""


class Softplus(_Term):
    """``log(1 + exp(x))``, kept whole."""

    is_positive = True


class _OneOrZero(_Term):
    """Something whose powers are itself."""

    def _eval_power(self, exponent: Any) -> Any:
        return self if exponent.is_positive else None


class Bracket(_OneOrZero):
    """1 where a condition holds, 0 elsewhere (Iverson's bracket)."""


class Delta(_OneOrZero):
    """Kronecker's delta: 1 where two indices are the same, 0 elsewhere."""

    def __new__(cls, one: Any, other: Any) -> Any:
        if one == other:
            return sympy.Integer(1)
        return _Term.__new__(cls, *sorted((one, other), key=str))


class Named(_Term):
    """An expression that goes by a letter for a while."""

    @property
    def letter(self) -> Any:
        return self.args[0]

    @property
    def expression(self) -> Any:
        return self.args[1]

    @property
    def free_symbols(self) -> Any:
        return self.expression.free_symbols


class Loss(_Term):
    """The loss itself, as a name: the left side of a line."""


ELL = Loss(sympy.Symbol("ℓ"))


def slope_of_loss(variable: Any, order: int) -> Any:
    """The loss, its first or its second derivative, as a left side."""
    left: Any = ELL
    for _ in range(order):
        left = Slope(left, variable)
    return left
