"""Exact sums over rows, per group, and the numbers that follow from them."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from lossbook.scale.exact import ExactSums, nearest_float

__all__ = ["Exact", "Moments", "ratio", "root", "skill", "standard_error"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Exact = Fraction | float  # a finite number as a fraction; inf, -inf and nan as a float

PLAIN = ("loss", "gradient", "baseline", "square")
WEIGHTED = ("weight", *PLAIN, "weight_square", "weight_square_loss")


class Moments:
    """Sums of losses, weights and their products: all that the summary numbers need."""

    def __init__(self) -> None:
        self.rows = np.zeros(0, dtype=np.int64)
        self._used = np.zeros(0, dtype=np.int64)
        self.minimum = np.zeros(0)
        self.maximum = np.zeros(0)
        self._sums = {name: ExactSums(0) for name in WEIGHTED}

    def count(self, rows: int, codes: Codes | None, groups: int) -> None:
        """Count rows, whatever their weight."""
        self._grow(groups)
        self.rows += rows if codes is None else np.bincount(codes, minlength=groups)

    def add(self, columns: dict[str, Floats], weight: Floats | None, codes: Codes | None) -> None:
        """Add rows of positive weight; their groups have been counted before.

        ``columns`` holds the loss, the size of the gradient, and the loss of the constant
        prediction if there is one.
        """
        loss = columns["loss"]
        if codes is None:
            self._used += len(loss)
            self.minimum[0] = min(self.minimum[0], loss.min())
            self.maximum[0] = max(self.maximum[0], loss.max())
        else:
            self._used += np.bincount(codes, minlength=len(self._used))
            np.minimum.at(self.minimum, codes, loss)
            np.maximum.at(self.maximum, codes, loss)
        # The square of a loss beyond 1e154 is infinite, and then so is the standard error.
        with np.errstate(over="ignore"):
            terms = columns if weight is None else _weighted(columns, weight)
            for name, values in terms.items():
                self._sums[name].add(values, codes)
            self._sums["square"].add(terms["loss"] * terms["loss"], codes)

    def merge(self, other: Moments, codes: Codes, groups: int) -> None:
        """Add the sums of another one; its group ``i`` is our group ``codes[i]``."""
        self._grow(groups)
        np.add.at(self.rows, codes, other.rows)
        np.add.at(self._used, codes, other._used)
        np.minimum.at(self.minimum, codes, other.minimum)
        np.maximum.at(self.maximum, codes, other.maximum)
        for name, sums in self._sums.items():
            sums.merge(other._sums[name], codes)

    def total(self) -> Moments:
        """All groups together."""
        whole = Moments()
        whole.merge(self, np.zeros(len(self.rows), dtype=np.intp), 1)
        return whole

    def sum(self, name: str, code: int) -> Exact:
        """One exact sum of one group."""
        return self._sums[name].exact(code)

    def weight(self, code: int, is_weighted: bool) -> Exact:
        """Sum of the weights; each is 1 if there are none."""
        return self.sum("weight", code) if is_weighted else Fraction(int(self._used[code]))

    def standard_error(self, code: int, is_weighted: bool) -> float | None:
        """Standard error of the mean loss of one group."""
        used = int(self._used[code])
        if self.minimum[code] == self.maximum[code] != np.inf:
            # The squares are rounded; rows that are all alike shall not show it.
            return 0.0 if used > 1 else None
        loss, square = self.sum("loss", code), self.sum("square", code)
        if not is_weighted:
            return standard_error(used, Fraction(used), Fraction(used), loss, loss, square)
        return standard_error(
            used,
            self.sum("weight", code),
            self.sum("weight_square", code),
            loss,
            self.sum("weight_square_loss", code),
            square,
        )

    def _grow(self, groups: int) -> None:
        missing = groups - len(self.rows)
        if missing <= 0:
            return
        self.rows = np.pad(self.rows, (0, missing))
        self._used = np.pad(self._used, (0, missing))
        self.minimum = np.append(self.minimum, np.full(missing, np.inf))
        self.maximum = np.append(self.maximum, np.full(missing, -np.inf))
        for sums in self._sums.values():
            sums.grow(groups)


def standard_error(
    rows: int, w: Exact, w2: Exact, w_loss: Exact, w2_loss: Exact, w2_loss2: Exact
) -> float | None:
    r"""Standard error of a weighted mean, from sums over the rows.

    .. math:: \mathrm{se}^2 = \frac{n}{n - 1}
              \frac{\sum_i w_i^2 (\ell_i - m)^2}{\left(\sum_i w_i\right)^2},
              \qquad m = \frac{\sum_i w_i \ell_i}{\sum_i w_i}

    with n the rows of positive weight. It is the standard error of a ratio of two sums (Cochran,
    "Sampling Techniques", 3rd ed., 1977, section 6.4), which Gatz and Smith ("The standard error of
    a weighted mean concentration", Atmospheric Environment 29, 1995) found closest to the
    bootstrap. Weights are taken for importance, not for repetition: scaling all of them changes
    nothing. Equal weights give the textbook :math:`s / \sqrt n`.

    Parameters
    ----------
    rows : int
        The number of rows n.
    w, w2, w_loss, w2_loss, w2_loss2 : Fraction or float
        Sums of :math:`w`, :math:`w^2`, :math:`w \ell`, :math:`w^2 \ell`, :math:`w^2 \ell^2`.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from lossbook.scale.moments import standard_error
    >>> standard_error(2, Fraction(2), Fraction(2), Fraction(4), Fraction(4), Fraction(10))
    1.0
    """
    if rows < 2:
        return None
    if not all(isinstance(total, Fraction) for total in (w, w2, w_loss, w2_loss, w2_loss2)):
        return math.inf
    mean = w_loss / w
    squares: Exact = w2_loss2 - 2 * mean * w2_loss + mean * mean * w2
    # The products were rounded, so that a spread of 0 may come out as a little less.
    return root(squares * rows / ((rows - 1) * w * w)) if squares > 0 else 0.0


def ratio(above: Exact, below: Exact) -> Exact:
    """Divide by a positive number; infinities are taken as limits."""
    if isinstance(above, Fraction) and isinstance(below, Fraction):
        return above / below
    if isinstance(below, Fraction):
        return above
    return Fraction(0) if isinstance(above, Fraction) else math.nan


def root(square: Exact) -> float:
    """The square root of a fraction of any size.

    >>> from fractions import Fraction
    >>> from lossbook.scale.moments import root
    >>> root(Fraction(1, 10**400))
    1e-200
    """
    if not isinstance(square, Fraction) or square == 0:
        return math.sqrt(square)
    # Scaled by a power of 4 so that neither the square nor its root leaves the range on the way.
    shift = (square.denominator.bit_length() - square.numerator.bit_length()) // 2
    scaled = square * Fraction(4) ** shift
    try:
        return math.ldexp(math.sqrt(scaled), -shift)
    except OverflowError:
        return math.inf


def skill(mean: Exact | None, baseline: Exact | None) -> float | None:
    """``1 - mean / baseline``, None where that means nothing."""
    if mean is None or baseline is None or baseline == 0:
        return None
    share = ratio(mean, baseline)
    return None if math.isnan(share) else nearest_float(1 - share)


def _weighted(columns: dict[str, Floats], weight: Floats) -> dict[str, Floats]:
    terms = {name: weight * values for name, values in columns.items()}
    terms["weight"] = weight
    terms["weight_square"] = weight * weight
    terms["weight_square_loss"] = weight * terms["loss"]
    return terms
