"""What a formula of rows may use besides: functions along the last axis."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator

from lossbook.maths.namespace import Maths, Term


class RowMaths(Maths):
    """A namespace that also works along the last axis: one row of predictions per sample."""

    # -- primitives -----------------------------------------------------------------------------

    @abstractmethod
    def row(self, entries: tuple[Term, ...]) -> Term:
        """A tuple of numbers (a parameter of the loss) as a row, the same for all samples."""

    @abstractmethod
    def sum(self, x: Term) -> Term:
        """The sum of each row; the axis is kept, with length 1."""

    @abstractmethod
    def beside(self, *columns: Term) -> Term:
        """Columns, or rows, side by side as one row."""

    @abstractmethod
    def places(self, x: Term) -> Term:
        """The whole numbers 0, 1, 2, ... of a row's columns."""

    @abstractmethod
    def running(self, x: Term) -> Term:
        """Per entry, the sum of it and all before it."""

    @abstractmethod
    def tails(self, x: Term) -> Term:
        """Per entry, the sum of it and all after it."""

    @abstractmethod
    def scaled(self, x: Term) -> tuple[Term, Term]:
        """A row divided by a scale that keeps its squares in range, and that scale."""

    @abstractmethod
    def others(self, x: Term) -> Term:
        """Per entry, the sum of all others of its row; nothing cancels where all have one sign."""

    @abstractmethod
    def top(self, x: Term) -> Term:
        """1 at the largest entry of each row (the first of equal ones), 0 elsewhere."""

    @abstractmethod
    def runner_up(self, x: Term) -> Term:
        """1 at the largest entry but the top one, 0 elsewhere."""

    @abstractmethod
    def each_class(self, weight: Term, x: Term) -> Iterator[tuple[Term, Term, Term]]:
        """Class by class: where it stands in a row, its weight and its entry of ``x``.

        A class whose weight is 0 in every row may be left out.
        """

    @abstractmethod
    def softmax(self, x: Term) -> Term:
        """``exp(x_j) / sum_k exp(x_k)``."""

    @abstractmethod
    def softmax_rest(self, x: Term) -> Term:
        """``1 - softmax(x)``: the probability of all other classes, summed and not subtracted."""

    @abstractmethod
    def log_softmax(self, x: Term) -> Term:
        """``x_j - log sum_k exp(x_k)``, relatively accurate where it is close to 0."""

    @abstractmethod
    def sparsemax_excess(self, x: Term) -> Term:
        """``x_j - tau``, with the one tau for which the positive ones of these sum to 1."""

    @abstractmethod
    def entmax15_excess(self, x: Term) -> Term:
        """``x_j / 2 - tau``, with the one tau for which the squares of the positive ones do."""

    # -- building blocks ------------------------------------------------------------------------

    def rival(self, x: Term) -> Term:
        """Per entry, the largest of all others of its row."""
        top = self.top(x)
        first, second = (self.sum(self.times(place, x)) for place in (top, self.runner_up(x)))
        return self.where(top == 1, second, first)

    def mass(self, x: Term) -> Term:
        """The sum of each row, rounded once."""
        return self.sum(x)

    def tempered(self, x: Term, temperature: Term) -> Term:
        """``x / temperature``, as scores for a softmax."""
        return x / temperature

    def log_sum_exp(self, x: Term) -> Term:
        """``log sum_k exp(x_k)``."""
        top = self.top(x)
        return self.sum(self.times(top, x)) - self.sum(self.times(top, self.log_softmax(x)))

    def softmax_minus(self, x: Term, y: Term) -> Term:
        """``softmax(x) - y`` for shares ``y``; a probability close to 1 keeps what it lacks."""
        p = self.softmax(x)
        return self.where(p > 1 / 2, (1 - y) - self.softmax_rest(x), p - y)

    def softmax_variance(self, x: Term) -> Term:
        """``p (1 - p)`` for p = softmax(x)."""
        return self.softmax(x) * self.softmax_rest(x)

    def softmax_times(self, x: Term, factor: Term) -> Term:
        """``softmax(x) * factor``, for factors that lift a subnormal probability."""
        return self.softmax(x) * factor

    def softmax_power(self, x: Term, exponent: Term) -> Term:
        """``softmax(x)`` to the power of a positive exponent."""
        return self.exp(exponent * self.log_softmax(x))

    def softmax_rest_power(self, x: Term, exponent: Term) -> Term:
        """``1 - softmax(x)`` to the power of an exponent of 0 or more."""
        return self.power(self.softmax_rest(x), exponent)

    def softmax_spread(self, x: Term, scores: Term) -> Term:
        """``p_j² sum x_k / (1 - p_k)`` over the other classes k, for p = softmax(scores)."""
        p = self.softmax(scores)
        return p**2 * self.others(x / self.softmax_rest(scores))
