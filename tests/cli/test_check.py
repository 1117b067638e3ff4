"""lossbook check: what it takes, what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SOURCE = '''
import numpy as np
import lossbook as lb

class Mine(lb.ResidualLoss):
    """Half the square."""
    facts = lb.Facts(convex=True, strictly_convex=True, strong_convexity=1, smoothness=1,
                     symmetric=True)
    def value(self, m, r): return r * r / 2
    def deriv(self, m, r): return r
    def deriv2(self, m, r): return 1

def value(y, f): return (f - y) ** 2
def gradient(y, f): return 2 * (f - y)
def half(y, f): return f - y
def objective(y, f): return f - y, np.ones_like(f)
def overflowing(y, z): return np.exp(z) / (1 + np.exp(z)) - y, np.exp(z) / (1 + np.exp(z)) ** 2
pair = (value, gradient)
'''


@pytest.fixture
def losses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of losses in the folder that commands run in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "losses_to_check.py").write_text(SOURCE, encoding="utf-8")


pytestmark = pytest.mark.usefixtures("losses")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["losses_to_check.py:value,gradient"], 0),
        (["losses_to_check:pair"], 0),
        (["losses_to_check:value,half"], 1),
        (["losses_to_check:objective"], 0),
        (["losses_to_check:objective", "--value", "losses_to_check:value"], 1),
        (["losses_to_check:objective", "--kind", "objective", "--label-domain", "reals"], 0),
        (["quantile", "--tau", "0.9"], 0),
        (["bce", "--from-logits"], 0),
    ],
)
def test_exit_codes(run: Any, words: list[str], code: int) -> None:
    result = run("check", *words)
    assert result.exit_code == code, result.output
    assert result.stderr == ""


def test_a_class_of_ones_own(run: Any) -> None:
    from lossbook import registry

    result = run("check", "losses_to_check:Mine")
    assert result.exit_code == 0, result.output
    assert "Mine()" in result.output
    registry.unregister(registry.get("mine").__class__)


def test_what_is_printed(process: Any) -> None:
    done = process("check", "losses_to_check.py:value,half", COLUMNS="80")
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[0] == "value, half" + "1 finding".rjust(80 - len("value, half"))
    assert "✗ The gradient is half the slope of the value." in lines
    assert "  Multiply it by 2." in lines
    assert "✓ reduction  value and gradient both belong to the single samples" in lines
    assert max(map(len, lines)) <= 80


def test_json_says_the_same(run: Any) -> None:
    result = run("check", "losses_to_check:value,half", "--format", "json")
    report = json.loads(result.output)
    assert result.exit_code == 1
    assert report["ok"] is False
    (finding,) = report["findings"]
    assert (finding["subject"], finding["problem"]) == ("gradient", "factor")
    header, row = finding["evidence"]["header"], finding["evidence"]["rows"][0]
    assert header == ["y_true", "y_pred", "gradient", "slope of the value"]
    assert row[3] == pytest.approx(2 * (row[1] - row[0]), rel=1e-12)
    assert row[2] == pytest.approx(row[3] / 2, rel=1e-12)
    assert {one["subject"] for one in report["held"]} == {"reduction", "accuracy"}


def test_json_has_no_numbers_that_are_none(run: Any) -> None:
    result = run("check", "losses_to_check:overflowing", "--format", "json")
    rows = [
        row
        for finding in json.loads(result.output)["findings"]
        if finding["problem"] == "nan"
        for row in finding["evidence"]["rows"]
    ]
    assert {row[3] for row in rows} == {"NaN"}
    assert {row[5] for row in rows} == {"Infinity"}
    assert {row[0] for row in rows} == {"float32", "float64"}


def test_plain_ascii(process: Any) -> None:
    done = process("check", "losses_to_check:value,half", PYTHONIOENCODING="ascii")
    assert done.stdout.isascii()
    assert "x The gradient is half" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["quantil"], "there is no loss named 'quantil': did you mean quantile"),
        (["losses_to_check:"], "must be MODULE:OBJECT or path.py:OBJECT."),
        (["losses_to_check:nothing"], "losses_to_check has no 'nothing'."),
        (["no_such_module:value"], "no_such_module cannot be imported: ModuleNotFoundError"),
        (["no_such_file.py:value"], "no_such_file.py: No such file or directory."),
        (["losses_to_check:value"], "and not (gradient, hessian)"),
        (["losses_to_check:pair", "--label-domain", "x"], "label_domain must be written"),
        (["losses_to_check:pair", "--classes", "1"], "1 is not in the range x>=2."),
    ],
)
def test_wrong_calls_are_one_line_and_exit_code_2(run: Any, words: list[str], message: str) -> None:
    result = run("check", *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
