"""The page of the catalogue shows what the losses give."""

from __future__ import annotations

from typing import Any

import pytest

from readme.documents import ROOT


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import catalogue

    return catalogue


def test_every_row_is_what_its_loss_gives(tool: Any) -> None:
    assert tool.stale() == []


def test_a_row_that_is_not_is_found(tool: Any, tmp_path: Any, monkeypatch: Any) -> None:
    text = tool.PAGE.read_text(encoding="utf-8")
    monkeypatch.setattr(tool, "PAGE", tmp_path / "catalogue.md")
    tool.PAGE.write_text(text.replace("| `SquaredError()` | ✓", "| `SquaredError()` | -"))
    assert [line.split("|")[1].strip() for line in tool.stale()] == ["`SquaredError()`"]
