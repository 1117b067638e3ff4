"""docs/boosting.md has a row for each model that the tests compare."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

for library in ("xgboost", "lightgbm", "catboost"):
    pytest.importorskip(library)


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "path", [str(Path(__file__).parents[2] / "tools"), *sys.path])
    import boosting_page

    return boosting_page


def test_all_models_are_on_the_page(tool: Any) -> None:
    assert tool.missing() == []
