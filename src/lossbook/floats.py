"""Floats in their order: whole numbers that sort like them, for searches that halve bits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]

LARGEST = float(np.finfo(np.float64).max)
_SIGN = np.uint64(1 << 63)


def keys(numbers: Floats) -> Keys:
    """Whole numbers that sort like the floats, neighbours one apart; -0 and 0 have the same one."""
    bits = (numbers + 0.0).view(np.uint64)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


def from_keys(whole: Keys) -> Floats:
    """The floats of such whole numbers."""
    return np.where(whole & _SIGN, whole ^ _SIGN, ~whole).view(np.float64)


def key(number: float) -> int:
    """The key of one float.

    >>> from lossbook.floats import key, from_key
    >>> from_key(key(1.0) + 1)
    1.0000000000000002
    """
    return int(keys(np.array([number], np.float64))[0])


def from_key(whole: int) -> float:
    """The float of one key."""
    return float(from_keys(np.array([whole], np.uint64))[0])


def first_where(holds: Callable[[float], bool], low: float, high: float) -> float:
    """The smallest float from ``low`` to ``high`` where a condition holds, if it holds at ``high``
    and, once it does, for all larger floats too: at most 64 calls.

    >>> from lossbook.floats import first_where
    >>> first_where(lambda x: x * x >= 2, 0.0, 2.0)
    1.4142135623730951
    """
    below, above = key(low) - 1, key(high)
    while above - below > 1:
        middle = (below + above) // 2
        if holds(from_key(middle)):
            above = middle
        else:
            below = middle
    return from_key(above)
