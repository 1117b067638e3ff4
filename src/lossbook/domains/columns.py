"""What the rows of a row loss hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Columns:
    """What the last axis of ``y_pred`` holds.

    Parameters
    ----------
    of : str
        In words: "classes", or "numbers: mean and log-variance".
    count : int, optional
        How many there are, where that is fixed.
    fewest : int
        How many there must be at least, where it is not.
    hint : str
        What to do about rows of another length.
    symbols : tuple of str
        How formulas write them; by default the prediction's symbol with an index.

    Examples
    --------
    >>> from lossbook.domains import Columns
    >>> Columns("classes", fewest=2).describe()
    '2 or more classes'
    >>> Columns.named("mean", "log-variance").describe()
    '2 numbers: mean and log-variance'
    """

    of: str = "numbers"
    count: int | None = None
    fewest: int = 1
    hint: str = ""
    symbols: tuple[str, ...] = ()

    @classmethod
    def named(cls, *names: str, symbols: tuple[str, ...] = ()) -> Self:
        """A fixed number of columns, each with a meaning of its own."""
        said = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
        return cls(f"number{'s' * (len(names) > 1)}: {said}", len(names), symbols=symbols)

    def allow(self, count: int) -> bool:
        """Whether a row may have this length."""
        return count >= self.fewest if self.count is None else count == self.count

    def describe(self) -> str:
        """How many of what."""
        many = f"{self.fewest} or more" if self.count is None else f"{self.count}"
        return f"{many} {self.of}"
