"""The ``lossbook`` command.

Nothing heavy is imported here: ``lossbook --help`` answers before NumPy would have been loaded.
Each command lives in a module of its own and imports what it needs when it runs.
"""

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``lossbook``; by default those of the process.
    """
    try:
        import click  # noqa: F401
    except ModuleNotFoundError:
        sys.stderr.write(
            'lossbook: error: the command line needs click: pip install "lossbook[cli]"\n'
        )
        raise SystemExit(2) from None

    from lossbook.cli.group import lossbook

    lossbook.main(arguments, prog_name="lossbook")
