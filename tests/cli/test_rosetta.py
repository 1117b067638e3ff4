"""Names of other frameworks on the command line, and what differs there."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

import lossbook
from lossbook.rosetta import FRAMEWORKS, Counterpart

NAMED = sorted({row.framework for cls in lossbook.catalogue() for row in cls.counterparts})


def words(text: str) -> str:
    return " ".join(text.split())


def test_show_by_the_name_of_a_framework_tells_what_differs(run: Any) -> None:
    text = words(run("show", "count:poisson").output)
    assert "count:poisson of XGBoost" in text
    assert "hessian e^0.7 times as large" in text
    assert "In other frameworks" not in text


def test_show_says_so_where_nothing_differs_and_which_parameters_are_meant(run: Any) -> None:
    text = words(run("show", "lightgbm:gamma").output)
    assert "differs in nothing: value, gradient and Hessian are these" in text
    text = words(run("show", "lightgbm:quantile").output)
    assert "is Quantile(tau=0.9)" in text


def test_show_by_its_own_name_lists_them_all(run: Any) -> None:
    text = words(run("show", "poisson").output)
    assert "In other frameworks" in text
    for theirs in lossbook.Poisson.counterparts:
        assert f"{theirs.title}: {theirs.name}" in text


@pytest.mark.parametrize("framework", NAMED)
def test_list_has_every_loss_of_a_framework(run: Any, framework: str) -> None:
    pairs = lossbook.counterparts(framework)
    table = words(run("list", "--framework", framework).output)
    assert FRAMEWORKS[framework].title in table
    rows = json.loads(run("list", "--framework", framework, "--format", "json").output)
    lines = [
        *csv.DictReader(
            io.StringIO(run("list", "--framework", framework, "--format", "csv").output)
        )
    ]
    assert len(pairs) == len(rows) == len(lines)
    for (loss, theirs), row, line in zip(pairs, rows, lines, strict=True):
        assert theirs.name in table
        assert lossbook.get(row["loss"], **row["parameters"]) == loss
        assert row["differences"] == theirs.differences
        assert (line["name"], line["loss"], line["hessian"]) == (
            theirs.name,
            loss.name,
            theirs.hessian,
        )
        assert float(line["factor"]) == theirs.factor


def test_an_unknown_framework_lists_those_that_there_are(run: Any) -> None:
    result = run("list", "--framework", "pytorch")
    assert result.exit_code == 2
    assert "framework must be one of catboost, keras, " in result.output
    assert "got 'pytorch'" in result.output
    with pytest.raises(lossbook.InputError, match="got 'pytorch'"):
        lossbook.counterparts("pytorch")


def test_a_counterpart_knows_its_framework() -> None:
    assert Counterpart("xgboost", "reg:gamma").title == "XGBoost"
    assert Counterpart("own", "loss").title == "own"
