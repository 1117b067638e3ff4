"""The page of names elsewhere shows what the losses say."""

from __future__ import annotations

from typing import Any

import pytest

from readme.documents import ROOT


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import rosetta

    return rosetta


def test_every_row_is_what_a_loss_says(tool: Any) -> None:
    assert tool.stale() == []
    assert "`xgboost:count:poisson`" in tool.PAGE.read_text(encoding="utf-8")


def test_a_row_that_is_not_is_found(tool: Any, tmp_path: Any, monkeypatch: Any) -> None:
    text = tool.PAGE.read_text(encoding="utf-8")
    monkeypatch.setattr(tool, "PAGE", tmp_path / "rosetta.md")
    tool.PAGE.write_text(text.replace("e^0.7 times as large", "as large", 1), encoding="utf-8")
    assert [line.split("|")[1].strip() for line in tool.stale()] == ["`xgboost:count:poisson`"]
