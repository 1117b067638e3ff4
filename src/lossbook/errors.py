"""What goes wrong on bad input, each with one line that says how to mend it."""

from __future__ import annotations


class LossbookError(Exception):
    """Every error that lossbook raises on purpose."""


class InputError(LossbookError, ValueError):
    """A value breaks a rule; the message names the argument, the rule, the offender and the fix.

    Parameters
    ----------
    message : str
        One line, complete in itself.
    argument : str, optional
        The name of the offending argument.
    index : int or tuple of int, optional
        Where the first offending value stands.
    """

    def __init__(
        self,
        message: str,
        *,
        argument: str | None = None,
        index: int | tuple[int, ...] | None = None,
    ) -> None:
        super().__init__(message)
        self.argument = argument
        self.index = index


class InputTypeError(LossbookError, TypeError):
    """An argument is of a kind that cannot hold what is meant (text, objects, complex numbers)."""


class UnknownLossError(InputError):
    """No loss has this name or alias; the message lists the nearest ones."""


class MissingDependencyError(LossbookError, ImportError):
    """An optional package is needed for this call; the message says how to install it."""
