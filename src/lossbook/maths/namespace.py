"""What a formula may use: the functions of ``m``, and the stable building blocks made of them.

A formula sees its arguments as *terms*: numbers, arrays, SymPy expressions, mpmath numbers or nodes
of a traced graph. All of them add, multiply, negate and compare by Python's operators; what has no
operator is a method here. A building block is defined once, from the primitives, in the form that
keeps its relative accuracy in the tails; a namespace overrides it only where it knows better
(SymPy: the name that a reader expects; an array library: its own fused function).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

# A number, an array, an expression, a graph node: whatever the namespace at hand works on.
Term = Any


class Maths(ABC):
    """The primitives (abstract) and the building blocks (made of them)."""

    # -- primitives -----------------------------------------------------------------------------

    @abstractmethod
    def exp(self, x: Term) -> Term: ...

    @abstractmethod
    def expm1(self, x: Term) -> Term: ...

    @abstractmethod
    def log(self, x: Term) -> Term: ...

    @abstractmethod
    def log1p(self, x: Term) -> Term: ...

    @abstractmethod
    def sqrt(self, x: Term) -> Term: ...

    @abstractmethod
    def where(self, condition: Term, if_true: Term, if_false: Term) -> Term: ...

    @abstractmethod
    def maximum(self, x: Term, y: Term) -> Term: ...

    @abstractmethod
    def minimum(self, x: Term, y: Term) -> Term: ...

    def parameter(self, name: str, value: float) -> Term:
        """A loss's numeric parameter as a term of this namespace."""
        return value

    def magnitude(self, x: Term) -> Term:
        """``|x|`` in a sum that is smooth at 0 although ``|x|`` is not."""
        return abs(x)

    # -- building blocks, elementwise -----------------------------------------------------------

    def clip(self, x: Term, low: Term, high: Term) -> Term:
        """``x`` held between ``low`` and ``high``."""
        return self.minimum(self.maximum(x, low), high)

    def times(self, weight: Term, x: Term) -> Term:
        """``weight * x`` where a weight of 0 silences even an infinite ``x``."""
        return self.where(weight == 0, 0, weight * x)

    def share(self, part: Term, whole: Term) -> Term:
        """``part / whole`` of a whole that is not negative; 0 / 0 = 0, and -0 counts as 0."""
        return self.where(part == 0, 0, part / abs(whole))

    def share_of_square(self, part: Term, whole: Term) -> Term:
        """``part / whole**2``, divided twice, as the square of a small number underflows.

        The power of two keeps the bits of a first quotient that would be subnormal. Where it makes
        that quotient overflow, the second one does so anyway.
        """
        lift = 2.0**53
        return self.share(self.share(part * lift, whole), whole * lift)

    def xlogy(self, x: Term, y: Term) -> Term:
        """``x log y`` with 0 log 0 = 0."""
        return self.times(x, self.log(y))

    def xlog1py(self, x: Term, y: Term) -> Term:
        """``x log(1 + y)`` with 0 log 0 = 0."""
        return self.times(x, self.log1p(y))

    def smaller_sigmoid(self, x: Term) -> Term:
        """``sigmoid(-|x|)``; only exp(-|x|) is formed, which cannot overflow or cancel."""
        e = self.exp(-self.magnitude(x))
        # e / (1 + e) would inherit the whole rounding of 1 + e, close to 1 ULP; this way only a
        # share e of it arrives.
        return e - e * (e / (1 + e))

    def sigmoid(self, x: Term) -> Term:
        """``1 / (1 + exp(-x))``."""
        smaller = self.smaller_sigmoid(x)
        return self.where(x >= 0, 1 - smaller, smaller)

    def sigmoid_minus(self, x: Term, y: Term) -> Term:
        """``sigmoid(x) - y`` for a share ``y`` in [0, 1]; it does not vanish where they are close.

        On the side of the likelier outcome, ``smaller_sigmoid`` is what is missing to 0 or 1.
        """
        smaller = self.smaller_sigmoid(x)
        wrong = self.where(x >= 0, 1 - y, y)
        return self.where(x >= 0, wrong - smaller, smaller - wrong)

    def softplus(self, x: Term) -> Term:
        """``log(1 + exp(x))`` as a sum of two terms that are never negative."""
        return self.maximum(x, 0) + self.log1p(self.exp(-abs(x)))

    def softplus_minus(self, x: Term, y: Term) -> Term:
        """``softplus(x) - y x`` for a share ``y`` in [0, 1], as a sum of terms never negative.

        The share of the label on the wrong side of 0 pays |x|; everybody pays log(1 + exp(-|x|)).
        """
        wrong = self.where(x >= 0, 1 - y, y)
        size = self.magnitude(x)
        return self.times(wrong, size) + self.log1p(self.exp(-size))


class RowMaths(Maths):
    """A namespace that also works along the last axis: one row of class scores per sample."""

    @abstractmethod
    def row(self, entries: tuple[Term, ...]) -> Term:
        """A tuple of numbers (a parameter of the loss) as a row, the same for all samples."""

    @abstractmethod
    def sum(self, x: Term) -> Term:
        """The sum of each row; the axis is kept, with length 1."""

    @abstractmethod
    def others(self, x: Term) -> Term:
        """Per entry, the sum of all others of its row; nothing cancels where none is negative."""

    @abstractmethod
    def softmax(self, x: Term) -> Term:
        """``exp(x_j) / sum_k exp(x_k)``."""

    @abstractmethod
    def softmax_rest(self, x: Term) -> Term:
        """``1 - softmax(x)``: the probability of all other classes, summed and not subtracted."""

    @abstractmethod
    def log_softmax(self, x: Term) -> Term:
        """``x_j - log sum_k exp(x_k)``, relatively accurate where it is close to 0."""
