"""Files of rows whose labels are one number, a row of numbers, or a class in an order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import lossbook as lb
from lossbook.scale import FileError, evaluate

RNG = np.random.default_rng(8)


def write(folder: Path, **columns: np.ndarray) -> Path:
    path = folder / "rows.csv"
    table = np.stack(list(columns.values()), axis=1)
    lines = [",".join(map(repr, map(float, row))) for row in table]
    path.write_text("\n".join([",".join(columns), *lines]) + "\n")
    return path


def test_quantiles_and_their_best_constants(tmp_path: Path) -> None:
    y, a, b = RNG.normal(0, 2, (3, 101))
    path = write(tmp_path, y=y, a=a, b=b)
    for loss in (
        lb.MultiQuantile((0.25, 0.8)),
        lb.MultiExpectile((0.25, 0.8)),
        lb.MultiQuantile((0.25, 0.8), non_crossing=True),
    ):
        found = evaluate(path, loss, y_true="y", y_pred=["a", "b"])
        rows = np.stack([a, b], axis=1)
        np.testing.assert_allclose(found.total.mean, loss(y, rows), rtol=1e-14)
        best = loss.optimal_constant(y)
        np.testing.assert_allclose(found.constant, best, rtol=1e-13)
        baseline = loss(y, np.tile(best, (101, 1)))
        np.testing.assert_allclose(found.total.baseline, baseline, rtol=1e-13)


def test_one_column_is_a_row_of_one(tmp_path: Path) -> None:
    y, z = RNG.integers(0, 2, 50).astype(float), RNG.normal(0, 2, 50)
    path = write(tmp_path, y=y, z=z)
    ordinal = evaluate(path, lb.Ordinal(), y_true="y", y_pred="z").total.mean
    binary = lb.BinaryCrossEntropy(from_logits=True)
    np.testing.assert_allclose(ordinal, binary(y, z), rtol=1e-14)
    quantile = evaluate(path, lb.MultiQuantile((0.3,)), y_true="y", y_pred="z").total.mean
    np.testing.assert_allclose(quantile, lb.Quantile(0.3)(y, z), rtol=1e-14)


def test_rows_against_rows(tmp_path: Path) -> None:
    columns = dict(zip("abcd", RNG.normal(0, 2, (4, 60)), strict=True))
    path = write(tmp_path, **columns)
    found = evaluate(path, lb.CosineDistance(), y_true=["a", "b"], y_pred=["c", "d"])
    labels, rows = (np.stack([columns[k] for k in pair], axis=1) for pair in ("ab", "cd"))
    np.testing.assert_allclose(found.total.mean, lb.CosineDistance()(labels, rows), rtol=1e-13)
    # The mean direction is not looked for in files.
    assert found.constant is None


@pytest.mark.parametrize(
    ("loss", "labels", "predictions", "words"),
    [
        (lb.GaussianNLL(), ["a"], ["b"], "that hold 2 numbers: mean and log-variance, not 1"),
        (lb.GaussianNLL(), ["a", "b"], ["c", "d"], r"1 with numbers \(one per row\), not 2"),
        (lb.CosineDistance(), ["a"], ["c", "d"], "2 with rows, not 1"),
        (lb.Ordinal(), ["a", "b"], ["c", "d"], "1 with class indices, not 2"),
    ],
)
def test_other_columns_are_refused(
    tmp_path: Path, loss: lb.Loss, labels: list[str], predictions: list[str], words: str
) -> None:
    path = write(tmp_path, **dict(zip("abcd", np.ones((4, 3)), strict=True)))
    with pytest.raises(FileError, match=words):
        evaluate(path, loss, y_true=labels, y_pred=predictions)
