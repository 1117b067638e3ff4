"""The error of a predictions file."""

from __future__ import annotations

from lossbook.errors import LossbookError

__all__ = ["FileError"]


class FileError(LossbookError, ValueError):
    """A predictions file cannot be evaluated: one line that says where, what and what to do.

    Attributes
    ----------
    row : int or None
        Number of the offending data row (the first is 1), where there is one.
    column : str or None
        Name of the offending column, where there is one.
    """

    def __init__(self, message: str, *, row: int | None = None, column: str | None = None) -> None:
        super().__init__(" ".join(message.split()))
        self.row = row
        self.column = column
