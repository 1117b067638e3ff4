"""Adding a loss is one new file: it has every call, keeps the laws, prints as C++, and is listed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import lossbook

TESTS = Path(__file__).parents[1]
PACKAGE = Path(lossbook.__file__).parent

JUDGE = """
import numpy as np
import lossbook as lb
from accuracy.measure import measure
from laws.collection import every_law
from lossbook.printers.cpp import print_kernel
from variants import every_setting

assert lb.__file__.startswith({package!r}), lb.__file__
cls = lb.Huber
assert cls in lb.catalogue()
assert lb.get("huber_loss", delta=2.0) == cls(delta=2.0)
for loss in every_setting(cls):
    for name, law in every_law().items():
        law(loss)
    for dtype in ("float32", "float64"):
        for found in measure(loss, dtype, 300):
            assert found.holds, str(found)
source = print_kernel(cls())
assert 'name = "huber"' in source and "elementary::minimum" in source
assert "delta" in str(cls().formula("gradient"))
value, gradient, hessian = cls().value_gradient_hessian([0.0, 0.0], [0.5, 3.0], reduction="none")
assert (value.tolist(), gradient.tolist(), hessian.tolist()) == ([0.125, 2.5], [0.5, 1], [1, 0])
print("kept", len(every_law()), "laws")
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package with one file more."""
    copy = tmp_path / "lossbook"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "native", "*.so"))
    source = (Path(__file__).parent / "huber.py.txt").read_text()
    (copy / "losses" / "regression" / "huber.py").write_text(source)
    return copy


def _python(folder: Path, *words: str) -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder), str(TESTS)]),
        "LOSSBOOK_NATIVE": "0",
        "COLUMNS": "100",
    }
    # Without site hooks an editable installation cannot step in front of the copy.
    start = "import sys; sys.meta_path[:] = [f for f in sys.meta_path if isinstance(f, type)]; "
    done = subprocess.run(
        [sys.executable, "-c", start + words[0], *words[1:]],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_file_is_enough(package: Path) -> None:
    assert _python(package.parent, JUDGE.format(package=str(package))).startswith("kept ")


def test_it_is_listed_and_shown(package: Path) -> None:
    start = "from lossbook.cli import main; main()"
    listed = _python(package.parent, start, "list")
    assert "huber" in listed
    assert "huber_loss" in listed
    shown = _python(package.parent, start, "show", "huber", "--delta", "2")
    assert "delta" in shown
