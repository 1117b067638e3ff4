"""Names of groups and the numbers that stand for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lossbook.errors import InputError

__all__ = ["CodedLabels", "GroupNames", "natural_order"]

MOST_GROUPS = 50_000


@dataclass(frozen=True)
class CodedLabels:
    """One label per row, as positions in a list of names."""

    codes: npt.NDArray[np.intp]
    names: Sequence[str]

    @classmethod
    def from_labels(cls, labels: Any) -> CodedLabels:
        """Code an array or list of labels of any kind.

        >>> from lossbook.scale.groups import CodedLabels
        >>> CodedLabels.from_labels(["b", "a", "b"]).codes.tolist()
        [1, 0, 1]
        """
        names, codes = np.unique(np.asarray(labels), return_inverse=True)
        return cls(codes.astype(np.intp), [str(name) for name in names.tolist()])


class GroupNames:
    """The names met so far, numbered in the order in which they were met."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._codes)

    @property
    def names(self) -> list[str]:
        return list(self._codes)

    def codes_of(self, names: Iterable[str]) -> npt.NDArray[np.intp]:
        """The number of each name; new names get new numbers."""
        codes = [self._codes.setdefault(name, len(self._codes)) for name in names]
        if len(self._codes) > MOST_GROUPS:
            raise InputError(
                f"there are more than {MOST_GROUPS} groups: group by a column with fewer values.",
                argument="group",
            )
        return np.array(codes, dtype=np.intp)


def natural_order(name: str) -> tuple[tuple[int, int | str], ...]:
    """Sort key under which "2" comes before "10", and "a2" before "a10".

    >>> from lossbook.scale.groups import natural_order
    >>> sorted(["10", "a10", "2", "a2"], key=natural_order)
    ['2', '10', 'a2', 'a10']
    """
    parts = re.split(r"([0-9]+)", name)
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts if part)
