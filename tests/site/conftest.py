"""What the site is made with lies beside its pages, not in the package."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def made_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """A module of the site's by its name."""
    for folder in (ROOT / "docs" / "_extensions", ROOT / "tools"):
        monkeypatch.syspath_prepend(str(folder))
    return importlib.import_module
