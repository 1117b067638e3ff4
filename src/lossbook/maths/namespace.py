"""What a formula may use: the functions of ``m``, and the stable building blocks made of them.

A formula sees its arguments as *terms*: numbers, arrays, SymPy expressions, mpmath numbers or nodes
of a traced graph. All of them add, multiply, negate and compare by Python's operators; what has no
operator is a method here. A building block is defined once, from the primitives, in the form that
keeps its relative accuracy in the tails; a namespace overrides it only where it knows better
(SymPy: the name that a reader expects; an array library: its own fused function).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from fractions import Fraction
from typing import Any, NamedTuple

# A number, an array, an expression, a graph node: whatever the namespace at hand works on.
Term = Any

# Constants to 40 digits.
PI = Fraction("3.141592653589793238462643383279502884197")
E = Fraction("2.718281828459045235360287471352662497757")
LN2 = Fraction("0.6931471805599453094172321214581765680755")

# Series in z = x^2 after the first term, whose sign and size the formulas give.
# sin(x) = x + x z (-1/3! + z/5! - ...): for x up to pi/2 what is left out is below 2^-66 of it.
_SINE = tuple(Fraction((-1) ** n, math.factorial(2 * n + 1)) for n in range(1, 14))
# atan(r) = r + r z (-1/3 + z/5 - ...): so it is for r up to tan(pi/16).
_ARCTAN = tuple(Fraction((-1) ** n, 2 * n + 1) for n in range(1, 15))
# cosh(x) - 1 = z (1/2 + z/4! + ...): so it is for x up to 2.
_COSH = tuple(Fraction(1, math.factorial(2 * n)) for n in range(1, 15))
# ((1 - t) log(1 - t) + (1 + t) log(1 + t)) / 2 = z (1/2 + z/12 + ...): so it is for t up to 1/2.
_ENTROPY_GAP = tuple(Fraction(1, 2 * n * (2 * n - 1)) for n in range(1, 25))

# tan((2 n - 1) pi/16), from where on n pi/8 is the nearest multiple, and tan(n pi/8).
_EIGHTHS = (
    (Fraction("0.1989123673796580"), Fraction("0.4142135623730950488016887242096980785697")),
    (Fraction("0.6681786379192989"), Fraction(1)),
    (Fraction("1.4966057626654890"), Fraction("2.414213562373095048801688724209698078570")),
)
_FAR = Fraction("5.027339492125848")

# exp of it, and the reciprocal, lie within a sixteenth of a rounding of their nearest numbers, in
# single and in double precision (found by trying all multiples of 2^-13 from 7 to 13).
_LIFT = 7.5860595703125
_LIFT_UP, _LIFT_DOWN = math.exp(_LIFT), math.exp(-_LIFT)


class Relative(NamedTuple):
    """A number against a scale: ``far / near`` is ``|x| / scale``, and the larger of both is 1."""

    near: Term
    far: Term
    held: Term  # x between -scale and scale: x * near


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

    @abstractmethod
    def exponent(self, x: Term) -> Term:
        """The whole number k for which ``x / 2**k`` lies from 3/4 to 3/2, for x > 0."""

    @abstractmethod
    def fraction(self, x: Term) -> Term:
        """``x / 2**exponent(x)``, which is exact."""

    @abstractmethod
    def fmod(self, x: Term, y: Term) -> Term:
        """``x`` less the multiple of ``y`` towards 0 from it, which is exact."""

    def constant(self, value: Fraction) -> Term:
        """A number that no float holds, as well as this namespace can."""
        return float(value)

    @property
    def pi(self) -> Term:
        return self.constant(PI)

    @property
    def e(self) -> Term:
        return self.constant(E)

    def parameter(self, name: str, value: float) -> Term:
        """A loss's numeric parameter as a term of this namespace."""
        return value

    def magnitude(self, x: Term) -> Term:
        """``|x|`` in a sum that is smooth at 0 although ``|x|`` is not."""
        return abs(x)

    def product_error(self, x: Term, y: Term, product: Term) -> Term:
        """``x * y - product`` for the rounded product, exactly: Dekker's, on halves of the bits.

        A namespace with fused multiply-adds has it in one of them.
        """
        (x1, x2), (y1, y2) = _halves(x), _halves(y)
        error = ((x1 * y1 - product) + (x1 * y2 + x2 * y1)) + x2 * y2
        # Close to the largest numbers the halves overflow, and a tiny product has no exact error.
        return self.where((abs(error) < math.inf) & (abs(product) > 2.0**-960), error, 0)

    # -- building blocks, elementwise -----------------------------------------------------------

    def power(self, x: Term, exponent: Term) -> Term:
        """``x ** exponent`` for x >= 0; 0 ** 0 = 1."""
        return self.where(exponent == 0, 1, self.exp(exponent * self.log(x)))

    def remainder(self, x: Term, period: Term) -> Term:
        """``x`` less the nearest multiple of ``period``."""
        rest = self.fmod(x, period)
        far = abs(rest) > period / 2
        return self.where(far, rest - self.where(rest > 0, period, -period), rest)

    def sin(self, x: Term) -> Term:
        """The sine, for x from -pi to pi."""
        size = abs(x)
        # Beyond a quarter turn, what is missing to half of one: the sine is small where that is.
        near = self.where(size > self.pi / 2, self.pi - size, size)
        z = near * near
        sine = near + near * (z * self.series(z, _SINE))
        return self.where(x < 0, -sine, sine)

    def cos(self, x: Term) -> Term:
        """The cosine, for x from -pi to pi."""
        return self.sin(self.pi / 2 - abs(x))

    def atan(self, x: Term) -> Term:
        """The angle from -pi/2 to pi/2 whose tangent is x."""
        size = abs(x)
        # From the nearest of 0, pi/8, ..., pi/2 the way is short: tan of the difference is r.
        turns, centre = 0, 0
        for turn, (threshold, tangent) in enumerate(_EIGHTHS, start=1):
            beyond = size > float(threshold)
            turns = self.where(beyond, turn, turns)
            centre = self.where(beyond, self.constant(tangent), centre)
        far = size > float(_FAR)
        top = self.where(far, -1, size - centre)
        bottom = self.where(far, size, centre * size + 1)
        r = top / bottom
        z = r * r
        angle = self.where(far, 4, turns) * (self.pi / 8) + (r + r * (z * self.series(z, _ARCTAN)))
        return self.where(x < 0, -angle, angle)

    def series(self, z: Term, coefficients: tuple[Fraction, ...]) -> Term:
        """The polynomial in ``z``, lowest power first."""
        result: Term = float(coefficients[-1])
        for coefficient in coefficients[-2::-1]:
            result = result * z + float(coefficient)
        return result

    def total(self, *terms: Term) -> Term:
        """The sum of a few terms, rounded once: a sum of exact terms may cancel."""
        first, *rest = terms
        return sum(rest, first)

    def entropy_gap(self, t: Term) -> Term:
        """``((1 - t) log(1 - t) + (1 + t) log(1 + t)) / 2`` for ``abs(t)`` up to 1/2: about t²/2.

        By how much the entropy of the shares (1 - t) / 2 and (1 + t) / 2 is less than log 2.
        """
        less, more = self.xlog1py(1 - t, -t), self.xlog1py(1 + t, t)
        return (less + more) / 2

    def entropy_series(self, t: Term) -> Term:
        """``entropy_gap`` where digits are limited, and the terms of its definition cancel."""
        z = t * t
        return z * self.series(z, _ENTROPY_GAP)

    def exp_of_quotient(self, x: Term, y: Term) -> Term:
        """``exp(x / y)``."""
        return self.exp(x / y)

    def clip(self, x: Term, low: Term, high: Term) -> Term:
        """``x`` held between ``low`` and ``high``."""
        return self.minimum(self.maximum(x, low), high)

    def blend(self, x: Term, y: Term, share: Term) -> Term:
        """``(1 - share) x + share y``, as a step from x to y where that is small.

        Such a step leaves the digits of x as they are, while 1 - share is rounded.
        """
        return self.where(share < 1 / 2, x + share * (y - x), (1 - share) * x + share * y)

    def relative(self, x: Term, scale: Term) -> Relative:
        """``x`` against ``scale``, for formulas of ``|x| / scale``, whose square overflows.

        In powers of near and far instead, the formula is the same and no power exceeds 1.
        """
        size = abs(x)
        near, far = scale / self.maximum(size, scale), self.minimum(size, scale) / scale
        return Relative(near, far, self.clip(x, -scale, scale))

    def times(self, weight: Term, x: Term) -> Term:
        """``weight * x`` where a weight of 0 silences even an infinite ``x``."""
        return self.where(weight == 0, 0, weight * x)

    def share(self, part: Term, whole: Term) -> Term:
        """``part / whole`` of a whole that is not negative; 0 / 0 = 0, and -0 counts as 0."""
        return self.where(part == 0, 0, part / abs(whole))

    def share_of_cube(self, part: Term, whole: Term) -> Term:
        """``part / whole**3`` of a part not much smaller than the whole, divided three times."""
        return self.share(self.share(self.share(part, whole), whole), whole)

    def share_of_square(self, part: Term, whole: Term) -> Term:
        """``part / whole**2``, divided twice, as the square of a small number underflows.

        The power of two keeps the bits of a first quotient that would be subnormal. Where it makes
        that quotient overflow, the second one does so anyway.
        """
        lift = self.where(abs(part) < 1, 2.0**53, 1)
        return self.share(self.share(part * lift, whole), whole * lift)

    def times_exp(self, factor: Term, x: Term) -> Term:
        """``factor * exp(x)``, which may be an ordinary number where exp(x) is none."""
        is_far, is_farther = abs(x) > 80, abs(x) > 1400
        part = self.where(is_farther, x / 4, self.where(is_far, x / 2, x))
        first = self.exp(part)
        second, others = self.where(is_far, first, 1), self.where(is_farther, first, 1)
        return self.where(factor == 0, 0, factor * first * second * others * others)

    def times_sigmoid(self, factor: Term, x: Term) -> Term:
        """``factor * sigmoid(x)``, also where sigmoid(x) alone is too small for the format."""
        # So far below 0, no factor of any format brings the product back.
        return self.times_exp(factor * self.sigmoid(self.magnitude(x)), self.clip(x, -2900, 0))

    def exp_minus(self, x: Term, y: Term, factor: Term = 1) -> Term:
        """``exp(x) - y * factor``, right where both are too large for the format."""
        is_large = x > 64
        # The lift leaves no rounding in x - lift.
        up = self.where(is_large, _LIFT_UP, 1)
        down = self.where(is_large, _LIFT_DOWN, 1)
        e = self.exp(self.where(is_large, x - _LIFT, x))
        return (e - self.times(y * down, factor)) * up

    def exp_above_tangent(self, x: Term) -> Term:
        """``exp(x) - 1 - x``: how far exp lies above its tangent at 0; never negative."""
        series = 0
        for n in range(19, 1, -1):
            series = 1 + series * x / (n + 1)
        return self.where(abs(x) < 1, x * (x / 2) * series, self.expm1(x) - x)

    def xlogy(self, x: Term, y: Term) -> Term:
        """``x log y`` with 0 log 0 = 0."""
        return self.times(x, self.log(y))

    def xlog1py(self, x: Term, y: Term) -> Term:
        """``x log(1 + y)`` with 0 log 0 = 0."""
        return self.times(x, self.log1p(y))

    def smaller_sigmoid(self, x: Term) -> Term:
        """``sigmoid(-abs(x))`` of ``exp(-abs(x))`` alone, which cannot overflow or cancel."""
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

        The share of the label on the wrong side of 0 pays ``abs(x)``; everybody pays
        ``log(1 + exp(-abs(x)))``.
        """
        wrong = self.where(x >= 0, 1 - y, y)
        size = self.magnitude(x)
        return self.times(wrong, size) + self.log1p(self.exp(-size))

    def tanh(self, x: Term) -> Term:
        """``sinh(x) / cosh(x)``."""
        missing = self.expm1(-2 * abs(x))  # exp(-2 |x|) - 1
        size = -missing / (2 + missing)
        return self.where(x < 0, -size, size)

    def log_cosh(self, x: Term) -> Term:
        """``log(cosh(x))``: about ``x**2 / 2`` near 0, ``abs(x) - log(2)`` far out."""
        size = abs(x)
        z = self.minimum(size, 2) ** 2
        near = self.log1p(z * self.series(z, _COSH))
        far = size + self.log((1 + self.exp(-2 * size)) / 2)
        return self.where(size < 2, near, far)

    def log1p_curve(self, x: Term) -> Term:
        """``(x - log(1 + x)) / x^2`` for ``x`` from 0 to 1; 1/2 at 0."""
        # log(1 + x) = 2 (t + t^3 / 3 + t^5 / 5 + ...) with t = x / (2 + x), which is at most 1/3.
        t = x / (2 + x)
        series = 1 / 35
        for odd in range(33, 1, -2):
            series = 1 / odd + t * t * series
        return (1 - 2 * series * (t / (2 + x))) / (2 + x)

    def saturated(self, x: Term, limit: float) -> Term:
        """``x`` up to a limit beyond which no result in floating point changes any more.

        Keeps infinity out of a formula; in exact arithmetic there is no limit.
        """
        return self.minimum(x, limit)

    def near_zero(self, relative: Term, leading: Term, elsewhere: Term) -> Term:
        """The leading term where the next, of order ``relative**2``, is beyond the last digit.

        For what is written by ``relative``, which is x over a scale: digits that it loses where it
        is subnormal, or its square underflows, x itself may still have. ``elsewhere`` otherwise,
        and always in exact arithmetic.
        """
        return self.where(abs(relative) < 1e-10, leading, elsewhere)

    def exp_times(self, x: Term, factor: Term) -> Term:
        """``exp(x) * factor`` for x <= 0 and everyday factors, also where exp(x) is subnormal.

        One exponential has half the error of ``times_exp``, which squares one.
        """
        far = x < -80
        lifted = self.exp(self.where(far, x + self.constant(64 * LN2), x))
        return self.times(lifted, factor) * self.where(far, 2.0**-64, 1)

    def log_ratio(self, x: Term, y: Term, difference: Term) -> Term:
        """``log(x / y)`` for x, y >= 0; ``difference`` is x - y, as exactly as it is known."""
        gap, least = abs(difference), self.minimum(x, y)
        ratio = gap / least
        # Where the quotient may overflow, the logarithms do not cancel.
        size = self.where(ratio < 1e300, self.log1p(ratio), self.log(gap) - self.log(least))
        return self.where(difference < 0, -size, size)

    def phase(self, x: Term, y: Term, period: Term) -> Term:
        """``x - y`` less the nearest multiple of ``period``; no digit is lost, however far x is."""
        rest = self.remainder(x, period) - self.remainder(y, period)
        over, under = rest > period / 2, rest < -period / 2
        return rest - self.where(over, period, self.where(under, -period, 0))


def _halves(x: Term) -> tuple[Term, Term]:
    """A float64 as a sum of two with 26 bits each (Veltkamp)."""
    lifted = x * (2.0**27 + 1)
    upper = lifted - (lifted - x)
    return upper, x - upper
