"""The scripts of examples/ that boost run, and show what they say."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

import lossbook.boosting
from readme.documents import README, ROOT, blocks

pytest.importorskip("xgboost")
pytest.importorskip("lightgbm")
pytest.importorskip("sklearn")


@pytest.fixture
def shown(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a script finds; it prints that as well."""
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    return importlib.import_module(f"boosting_{request.param}").main()


@pytest.mark.parametrize("shown", ["quantiles"], indirect=True)
def test_quantiles_do_not_cross_and_cover(shown: Any) -> None:
    *_, best = shown["built in"]
    for library in ("xgboost", "lightgbm"):
        covered, crossing, loss = shown[library]
        assert covered == pytest.approx([0.1, 0.5, 0.9], abs=0.05)
        assert crossing == 0
        assert loss < best


@pytest.mark.parametrize("shown", ["ordinal"], indirect=True)
def test_an_order_of_classes_helps(shown: Any) -> None:
    off, far = shown["ordinal"]
    other_off, other_far = shown["cross entropy"]
    assert off < 0.95 * other_off
    assert far < 0.75 * other_far


@pytest.mark.parametrize("shown", ["rare_class"], indirect=True)
def test_more_of_a_rare_class_are_found(shown: Any) -> None:
    found, wrongly, order, mean = shown["asymmetric"]
    plainly, plainly_wrong, plain_order, plain_mean = shown["cross entropy"]
    assert found > 1.5 * plainly
    assert wrongly > plainly_wrong
    assert order > plain_order
    share = 20 / 1643
    assert plain_mean < share < shown["focal"][3] / 2.5
    assert share < mean / 2.5


@pytest.mark.parametrize("shown", ["distillation"], indirect=True)
def test_soft_labels_teach_more_than_few_hard_ones(shown: Any) -> None:
    right, value = shown["trees, 1000 soft labels"]
    fewer, other = shown["trees, 200 digits"]
    assert right > fewer + 0.05
    assert value < other
    assert shown["teacher"][0] > right


@pytest.mark.parametrize("shown", ["expectiles"], indirect=True)
def test_expectiles_balance_what_is_missing(shown: Any) -> None:
    for ratios, crossing in shown.values():
        for ratio, promised in zip(ratios, (9, 1, 1 / 9), strict=True):
            assert promised / 1.6 < ratio < 1.6 * promised
        assert crossing == 0


def test_readme_boosts(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = (one.text for one in blocks(README, "python") if "BoostedTrees(" in one.text)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"lb": lossbook}
    exec(block, names)
    predicted = names["trees"].predict(names["x"])
    assert predicted.shape == (442, 3)
    assert (np.diff(predicted, axis=1) >= 0).all()
    again = lossbook.boosting.BoostedTrees.load("quantiles.lossbook")
    assert np.array_equal(again.predict(names["x"]), predicted)
