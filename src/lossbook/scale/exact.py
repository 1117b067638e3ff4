"""Sums of float64 without any rounding, so that no order, batch size or file format shows.

Adding floats in another order gives other last bits. Here every sum is kept as a whole number,
exactly: adding and merging are then associative and commutative, and one rounding happens at the
very end. (The idea of fixed slots with vectorised splitting: Demmel & Nguyen, "Parallel
Reproducible Summation", IEEE Trans. Computers 64(7), 2015; here all slots are kept, which makes
the sum exact and not only reproducible.)

How it works. Slot ``k`` counts multiples of ``2**(32 k - 1088)``; 66 slots cover every float64.
From a block of values the part that belongs into the topmost slot is split off by adding and
subtracting one large constant, which rounds all values to multiples of the slot's unit; the rest
goes to the next slot, until nothing is left. Both steps are exact, and so is the floating-point
sum of the parts of one block: they are multiples of one unit and too few to need more than 53
bits. Values of a similar size need two or three rounds of three vectorised operations.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

__all__ = ["ExactSums", "nearest_float"]

SLOT_BITS = 32
LOWEST_EXPONENT = -1088  # of the unit of slot 0; the smallest float64 is 2**-1074
TOP_SLOT = 65  # its unit is 2**992, so that 32 bits reach the largest float64
BLOCK = 1 << 14  # small enough for the cache
LARGEST_BLOCK = 1 << 20  # 2**20 parts of 2**32 units are below the 2**53 of exact addition
ROWS_BEFORE_CARRY = 1 << 30  # an int64 holds 2**31 parts of 2**32 units

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


class ExactSums:
    """One exact sum per group.

    Parameters
    ----------
    groups : int
        How many sums; more can be had later with :meth:`grow`.

    Examples
    --------
    >>> import numpy as np
    >>> from lossbook.scale.exact import ExactSums
    >>> sums = ExactSums()
    >>> sums.add(np.array([1e100, 1.0, -1e100]))
    >>> sums.value()
    1.0
    """

    def __init__(self, groups: int = 1) -> None:
        self._first = 0  # slot of the first column of _units
        self._units = np.zeros((groups, 0), dtype=np.int64)
        # Columns: NaN, +inf, -inf.
        self._specials = np.zeros((groups, 3), dtype=np.int64)
        self._rows_since_carry = 0

    @property
    def groups(self) -> int:
        return len(self._units)

    def grow(self, groups: int) -> None:
        """Make room for more groups; the new sums are 0."""
        missing = groups - self.groups
        if missing > 0:
            self._units = np.pad(self._units, ((0, missing), (0, 0)))
            self._specials = np.pad(self._specials, ((0, missing), (0, 0)))

    def add(self, values: Floats, codes: Codes | None = None) -> None:
        """Add values; ``codes[i]`` is the group of ``values[i]`` (by default all are in group 0).

        Parameters
        ----------
        values : array of float64, shape (n,)
        codes : array of int, shape (n,), optional
        """
        # A block should outweigh the work done once per group.
        block = BLOCK if codes is None else min(max(BLOCK, 4 * self.groups), LARGEST_BLOCK)
        for start in range(0, len(values), block):
            part = slice(start, start + block)
            self._add_block(values[part], None if codes is None else codes[part])

    def merge(self, other: ExactSums, codes: Codes | None = None) -> None:
        """Add the sums of another state; its group ``i`` is our group ``codes[i]``."""
        codes = np.arange(other.groups) if codes is None else codes
        self.grow(int(codes.max(initial=-1)) + 1)
        other._carry()
        self._count_rows(other.groups)  # after a carry, a slot holds less than the part of one row
        for column in range(other._units.shape[1]):
            ours = self._column(other._first + column)
            np.add.at(self._units[:, ours], codes, other._units[:, column])
        np.add.at(self._specials, codes, other._specials)

    def total(self) -> ExactSums:
        """The sum of all groups, as a state of one group."""
        whole = ExactSums()
        whole.merge(self, np.zeros(self.groups, dtype=np.intp))
        return whole

    def accumulated(self) -> ExactSums:
        """Running sums: group ``i`` of the result is the sum of the groups 0 to ``i``."""
        self._carry()  # what is left in a slot is below 2**32 and can be added 2**31 times
        running = ExactSums(self.groups)
        running._first = self._first
        running._units = np.cumsum(self._units, axis=0)
        running._specials = np.cumsum(self._specials, axis=0)
        running._rows_since_carry = self.groups
        return running

    def exact(self, group: int = 0) -> Fraction | float:
        """The sum as an exact fraction; ``inf``, ``-inf`` or ``nan`` where it is not finite."""
        nans, positive, negative = (int(count) for count in self._specials[group])
        if nans or (positive and negative):
            return float("nan")
        if positive or negative:
            return float("inf") if positive else float("-inf")
        units = 0
        for column, count in enumerate(self._units[group].tolist()):
            units += count << (SLOT_BITS * column)
        exponent = _unit_exponent(self._first)
        return Fraction(units << exponent) if exponent >= 0 else Fraction(units, 1 << -exponent)

    def value(self, group: int = 0) -> float:
        """The sum, rounded once to the nearest float64."""
        return nearest_float(self.exact(group))

    def _add_block(self, values: Floats, codes: Codes | None) -> None:
        self._count_rows(len(values))
        top = _largest(values)
        if not np.isfinite(top):
            values = self._set_specials_aside(values, codes)
            top = _largest(values)
        while top > 0:
            slot = _slot_of(top)
            parts, values, exponent = _split(values, slot)
            column = self._column(slot)
            if codes is None:
                self._units[0, column] += np.int64(np.ldexp(parts.sum(), -exponent))
            else:
                sums = np.bincount(codes, weights=parts, minlength=self.groups)
                self._units[:, column] += np.ldexp(sums, -exponent).astype(np.int64)
            top = _largest(values)

    def _set_specials_aside(self, values: Floats, codes: Codes | None) -> Floats:
        """Count what is not finite and return the values with 0 in its place."""
        for column, found in enumerate((np.isnan(values), values == np.inf, values == -np.inf)):
            owners = np.zeros(int(found.sum()), dtype=np.intp) if codes is None else codes[found]
            self._specials[:, column] += np.bincount(owners, minlength=self.groups)
        return np.where(np.isfinite(values), values, 0.0)

    def _count_rows(self, rows: int) -> None:
        self._rows_since_carry += rows
        if self._rows_since_carry > ROWS_BEFORE_CARRY:
            self._carry()
            self._rows_since_carry = rows + 1

    def _carry(self) -> None:
        """Move what exceeds 32 bits in a slot on to the next one; the sums stay as they are."""
        column = 0
        while column < self._units.shape[1]:
            carried = self._units[:, column] >> SLOT_BITS
            # A negative remainder stays negative in the last column, or the carry would never end.
            is_last = column + 1 == self._units.shape[1]
            if carried.any() and not (is_last and bool(np.isin(carried, (0, -1)).all())):
                above = self._column(self._first + column + 1)
                self._units[:, column] -= carried << SLOT_BITS
                self._units[:, above] += carried
            column += 1

    def _column(self, slot: int) -> int:
        """Column of a slot, made if there is none yet."""
        width = self._units.shape[1]
        if width == 0:
            self._first = slot
        before = max(self._first - slot, 0)
        after = max(slot - (self._first + width - 1), 0)
        if before or after:
            self._units = np.pad(self._units, ((0, 0), (before, after)))
            self._first -= before
        return slot - self._first


def nearest_float(number: Fraction | float) -> float:
    """Round once; beyond the range of float64 the result is infinite.

    >>> from fractions import Fraction
    >>> nearest_float(Fraction(1, 10))
    0.1
    """
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _largest(values: Floats) -> float:
    """Largest magnitude; NaN if there is one."""
    if len(values) == 0:
        return 0.0
    return max(float(np.max(values)), -float(np.min(values)))


def _slot_of(magnitude: float) -> int:
    """Number of the slot whose 32 bits hold the leading bit of this magnitude."""
    exponent = int(np.frexp(magnitude)[1])  # magnitude < 2**exponent
    return max(-((LOWEST_EXPONENT + SLOT_BITS - exponent) // SLOT_BITS), 0)


def _unit_exponent(slot: int) -> int:
    return LOWEST_EXPONENT + SLOT_BITS * slot


def _split(values: Floats, slot: int) -> tuple[Floats, Floats, int]:
    """Split values below 2**32 units of a slot into parts and a rest of at most half a unit.

    The parts are multiples of ``2**exponent``, the third thing returned.
    """
    exponent = _unit_exponent(slot)
    if slot == TOP_SLOT:
        # The constant of the other branch would overflow, and so could rounding up.
        parts = np.trunc(values * 2.0**-exponent)
        return parts, values - parts * 2.0**exponent, 0
    constant = float(np.ldexp(1.5, exponent + 52))
    parts = values + constant
    parts -= constant
    return parts, values - parts, exponent
