"""`lossbook derive`: readable, checked, and with the errors of the other commands."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest


def test_it_prints_each_step_with_its_reason(process: Any) -> None:
    done = process("derive", "pinball", "--tau", "0.9")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Quantile(tau=0.9)")
    assert "Checked: " in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    for words in ("Value", "Gradient", "Hessian", "where r < 0", "where r > 0"):
        assert words in done.stdout


def test_plain_ascii_where_nothing_else_shows(process: Any) -> None:
    done = process("derive", "binary:logistic", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "?" not in done.stdout


def test_latex(run: Any) -> None:
    output = run("derive", "squared_error", "--latex").output
    assert r"\frac{\partial \ell}{\partial \hat{y}}" in output
    assert r"2 \, r && \text{power rule}" in output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["derive"], "Missing argument 'NAME'."),
        (["derive", "qantile"], "there is no loss named 'qantile': did you mean quantile"),
        (["derive", "hinge", "--tau", "0.5"], "hinge has no parameters: leave out --tau."),
    ],
)
def test_errors_are_one_line(run: Any, words: list[str], message: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert message in result.output


def test_without_sympy_it_says_how_to_get_it() -> None:
    program = "import sys; sys.modules['sympy'] = None; from lossbook.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "derive", "hinge"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "derivations need SymPy: pip install 'lossbook[cli]'." in done.stderr
