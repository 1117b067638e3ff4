"""The files in examples/ are what the scripts next to them write."""

import csv
import importlib
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(
    path.stem for path in (ROOT / "examples").glob("make_*.py") if "readme" not in path.stem
)


def read(path):
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_writes_the_file_again(script, tmp_path, monkeypatch):
    """Up to the last digits, which depend on the linear algebra library."""
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    importlib.import_module(script).main(tmp_path)
    (written,) = tmp_path.iterdir()
    header, rows = read(ROOT / "examples" / written.name)
    again_header, again = read(written)
    assert header == again_header
    assert len(rows) == len(again)
    for name, column, other in zip(
        header, zip(*rows, strict=True), zip(*again, strict=True), strict=True
    ):
        if name == "size":
            assert column == other
        else:
            np.testing.assert_allclose(
                np.asarray(column, float), np.asarray(other, float), rtol=1e-4, atol=1e-12
            )


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.csv")), ids=lambda p: p.name)
def test_numbers_have_all_their_digits(path):
    _, rows = read(path)
    floats = [cell for row in rows for cell in row if "." in cell]
    assert floats
    assert all(repr(float(cell)) == cell for cell in floats)
    assert path.stat().st_size < 100_000
