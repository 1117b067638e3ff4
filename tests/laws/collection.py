"""The laws: functions of a loss that raise AssertionError where the loss breaks them.

They stand in modules of their own and not in tests, so that the same laws judge the catalogue, a
loss that was added a minute ago, and losses that are broken on purpose.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

import lossbook as lb

Law = Callable[[lb.Loss], None]

_laws: dict[str, Law] = {}


def law(function: Law) -> Law:
    """Take a function up as a law."""
    _laws[function.__name__] = function
    return function


def every_law() -> dict[str, Law]:
    """All laws of this folder by name."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if not module.name.startswith("test_"):
            importlib.import_module(f"laws.{module.name}")
    return dict(_laws)


def close(one: float, other: float, relative: float) -> bool:
    """Equal up to a relative error; no absolute one."""
    return one == other or abs(one - other) <= relative * max(abs(one), abs(other))
