"""Prints ``__init__.pyi``, so that editors and type checkers know every loss by name.

    python -m lossbook.printers.exports FILE

The package itself finds its losses in the registry; this file says the same without running it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import lossbook
from lossbook.registry import catalogue


def print_exports() -> str:
    """One import per public name, in the order of the alphabet."""
    homes = {
        **lossbook._HOMES,
        **{cls.__name__: cls.__module__ for cls in catalogue()},
    }
    lines = [f"from {home} import {name} as {name}" for name, home in sorted(homes.items())]
    return "\n".join([*lines, "", "__version__: str", ""])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(print_exports())
