"""Every way in which a file can be unusable, and the line that says so."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lossbook
from lossbook.scale import FileError, evaluate

Write = Callable[..., Path]


def message(path: Path | str, loss: str = "log_loss", **options: Any) -> str:
    """The one line of the error."""
    names = {"y_true": "y", "y_pred": "p"} | options
    with pytest.raises(FileError) as caught:
        evaluate(path, loss, **names)
    text = str(caught.value)
    assert "\n" not in text
    return text


def csv(tmp_path: Path, text: str, name: str = "predictions.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return path


def test_no_such_file(tmp_path: Path) -> None:
    csv(tmp_path, "y,p\n1,0.5\n")
    text = message(tmp_path / "prediction.csv")
    assert text.startswith("there is no file")
    assert text.endswith(f"did you mean {str(tmp_path / 'predictions.csv')!r}?")
    assert message("nowhere/at/all.csv") == "there is no file 'nowhere/at/all.csv'."


def test_a_directory(tmp_path: Path) -> None:
    assert message(tmp_path).endswith("is a directory: give one file.")


def test_an_unknown_ending(tmp_path: Path) -> None:
    text = message(csv(tmp_path, "y,p\n1,0.5\n", "predictions.txt"))
    assert "is of no known format: its name must end in one of .csv, .tsv, .parquet" in text
    assert "no known format" in message(csv(tmp_path, "?", "predictions.parquet.gz"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert "read more than once" in message(tmp_path / "pipe.csv")


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet", ".arrow", ".feather"])
def test_an_empty_file(ending: str, tmp_path: Path) -> None:
    assert message(csv(tmp_path, "", f"p{ending}")).endswith("is empty.")


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet", ".arrow", ".arrows"])
def test_a_header_and_no_rows(ending: str, write: Write) -> None:
    path = write({"y": np.zeros(0), "p": np.zeros(0)}, ending)
    assert message(path) == f"{path.name} has a header but no rows."


def test_a_missing_column(write: Write) -> None:
    path = write({"label": [1.0], "Prob": [0.5], "shop": ["a"]})
    assert message(path, y_true="label", y_pred="prob") == (
        "predictions.csv has no column 'prob': did you mean 'Prob'?"
    )
    assert message(path, y_true="xyz") == (
        "predictions.csv has no column 'xyz': it has 'label', 'Prob', 'shop'."
    )
    assert "'shops': did you mean 'shop'?" in message(
        path, y_true="label", y_pred="Prob", by="shops"
    )
    assert "'w'" in message(path, y_true="label", y_pred="Prob", weight="w")


def test_a_column_that_is_there_twice(tmp_path: Path) -> None:
    text = message(csv(tmp_path, "y,p,p\n1,0.5,0.5\n"))
    assert text == "predictions.csv has 2 columns named 'p': rename one of them."
    table = pa.table([[1.0], [0.5], [0.5]], names=["y", "y", "p"])
    pq.write_table(table, tmp_path / "p.parquet")
    assert "has 2 columns named 'y'" in message(tmp_path / "p.parquet")


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".tsv"])
@pytest.mark.parametrize("row", [1, 2, 90_000])
def test_text_in_a_number_column(row: int, ending: str, write: Write) -> None:
    cells = np.full(100_000, "0.5", dtype=object)
    cells[row - 1] = "none yet"
    cells[-1] = "later"
    path = write({"y": np.ones(100_000), "p": cells}, ending)
    assert message(path) == (f"{path.name} has 'none yet' in the number column 'p', row {row}.")


def test_text_in_a_typed_number_column(write: Write) -> None:
    path = write({"y": ["a", "b"], "p": [0.5, 0.5]}, ".parquet")
    assert message(path) == "column 'y' of predictions.parquet holds text, not numbers."
    path = write({"y": pa.array([[1.0]]), "p": [0.5]}, ".arrow")
    assert "holds values of type list<item: double>, not numbers." in message(path)


def test_whole_numbers_beyond_float64(write: Write) -> None:
    path = write({"y": [2**53 + 1], "p": [0.5]}, ".parquet")
    assert "column 'y' holds whole numbers" in message(path, "mse")


def test_a_ragged_row(tmp_path: Path) -> None:
    text = message(csv(tmp_path, "y,p\n1,0.5\n1\n"))
    assert text.startswith("predictions.csv ")
    assert "Expected 2 columns, got 1" in text


def test_bytes_that_are_not_text(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(b"y,p,shop\n1,0.5,caf\xe9\n")
    assert message(path, by="shop").startswith("p.csv is damaged")


@pytest.mark.parametrize("ending", [".parquet", ".feather", ".arrow", ".arrows", ".csv.gz"])
@pytest.mark.parametrize("share", [0.001, 0.3, 0.9, 0.999])
def test_a_truncated_file(ending: str, share: float, write: Write) -> None:
    rng = np.random.default_rng(0)
    path = write({"y": rng.integers(0, 2, 5000) * 1.0, "p": rng.random(5000)}, ending)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    assert path.name in message(path)


def test_a_truncated_parquet_file_is_called_so(write: Write) -> None:
    path = write({"y": [1.0], "p": [0.5]}, ".parquet")
    path.write_bytes(path.read_bytes()[:-9])
    assert message(path).startswith("predictions.parquet is not a complete Parquet file")


def test_damage_in_the_middle_of_a_parquet_file(write: Write) -> None:
    rng = np.random.default_rng(0)
    path = write({"y": rng.random(5000), "p": rng.random(5000)}, ".parquet")
    content = bytearray(path.read_bytes())
    content[4:400] = bytes(396)
    path.write_bytes(content)
    assert message(path).startswith("predictions.parquet is damaged: ")


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".arrow"])
def test_nulls_are_counted(ending: str, write: Write) -> None:
    y = [1.0, 0.0, None, 1.0, 0.0]
    p = [0.5, None, None, 0.25, 0.5]
    shop = ["a", "b", "a", "NA", None]
    path = write({"y": y, "p": p, "shop": shop}, ending)
    text = message(path, by="shop")
    assert text == (
        f"{path.name} has null cells (1 in 'y', 2 in 'p', 1 in 'shop'; the first in column 'p', "
        "row 2): fill them, or pass --skip-nulls to leave those rows out."
    )
    names = {"y_true": "y", "y_pred": "p", "by": "shop"}
    evaluation = evaluate(path, "log_loss", skip_nulls=True, **names)
    assert evaluation.total.rows == 2
    assert evaluation.skipped_rows == 3
    assert evaluation.nulls == {"y": 1, "p": 2, "shop": 1}
    assert evaluation.constant == 1.0  # of the rows that are used: 1 and 4
    assert [group.group for group in evaluation.groups] == ["NA", "a"]
    assert [row.row for row in evaluation.total.worst] == [4, 1]


@pytest.mark.parametrize("spelling", ["", "NA", "null", "N/A", "None"])
def test_spellings_of_null(spelling: str, tmp_path: Path) -> None:
    path = csv(tmp_path, f"y,p\n1,0.5\n0,{spelling}\n")
    assert "1 in 'p'" in message(path)
    assert evaluate(path, "mse", y_true="y", y_pred="p", skip_nulls=True).total.rows == 1


def test_nulls_inside_dictionaries(write: Write) -> None:
    index, values = pa.array([0, 1, 0]), pa.array([0.5, None])
    p = pa.DictionaryArray.from_arrays(index, values)
    g = pa.DictionaryArray.from_arrays(index, pa.array(["a", None]))
    path = write({"y": [1.0, 0.0, 1.0], "p": p, "g": g}, ".arrow")
    assert "(1 in 'p', 1 in 'g'; the first in column 'p', row 2)" in message(path, by="g")
    evaluation = evaluate(path, "mse", y_true="y", y_pred="p", by="g", skip_nulls=True)
    assert [(group.group, group.rows) for group in evaluation.groups] == [("a", 2)]


def test_nothing_but_nulls(write: Write) -> None:
    path = write({"y": [None, 1.0], "p": [0.5, None]}, ".parquet")
    assert message(path, skip_nulls=True).endswith("has a null in every row: nothing is left.")


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
@pytest.mark.parametrize("column", ["y", "p", "w"])
def test_nan_names_its_row(column: str, ending: str, write: Write) -> None:
    columns = {name: np.full(3000, 0.5) for name in ("y", "p", "w")}
    columns[column][2500] = np.nan
    path = write(columns, ending)
    text = message(path, weight="w", batch_rows=100)
    assert text.startswith(f"column {column!r} has nan in row 2501")


@pytest.mark.parametrize(
    ("bad", "rule"), [(-1.0, "-1.0 in row 3"), (np.inf, "inf in row 3")], ids=["negative", "inf"]
)
def test_weights(bad: float, rule: str, write: Write) -> None:
    path = write({"y": [1.0] * 4, "p": [0.5] * 4, "w": [1.0, 0.0, bad, -2.0]})
    assert message(path, weight="w") == (
        f"column 'w' has {rule}: a weight must be finite and not negative."
    )


def test_all_weights_0(write: Write) -> None:
    path = write({"y": [1.0, 0.0], "p": [0.5] * 2, "w": [0.0, 0.0]})
    for loss in ("log_loss", "pinball", "mse"):
        assert message(path, loss, weight="w").startswith("column 'w' is 0 in every row")


def test_values_outside_a_domain_name_column_and_row(write: Write) -> None:
    rng = np.random.default_rng(0)
    p = rng.random(5000)
    p[[4000, 4500]] = 3.25
    path = write({"y": (p > 0.5) * 1.0, "p": p})
    text = message(path, batch_rows=1024)
    assert text.startswith("column 'p' has 3.25 in row 4001, outside [0, 1]")
    assert message(path, "hinge").startswith("column 'y' has 0.0 in row ")


def test_skipped_rows_keep_the_row_numbers(write: Write) -> None:
    path = write({"y": [1.0, 1.0, 1.0], "p": [None, 0.5, 7.0]})
    assert "in row 3," in message(path, skip_nulls=True)


def test_classes(write: Write) -> None:
    columns = {"a": [0.25, 0.5], "b": [0.75, 0.5]}
    path = write({"y": [0, 2]} | columns)
    text = message(path, "cross_entropy", y_pred=["a", "b"])
    assert text.startswith("column 'y' has 2.0 in row 2, outside the class indices 0 .. 1")
    path = write({"y": [0, 1]} | columns | {"b": [0.75, 1.5]})
    text = message(path, "cross_entropy", y_pred=["a", "b"])
    assert text.startswith("column 'b' has 1.5 in row 2, outside [0, 1]")
    path = write({"u": [0.0, 0.5], "v": [1.0, 0.75]} | columns)
    text = message(path, "cross_entropy", y_true=["u", "v"], y_pred=["a", "b"])
    assert "in row 2" in text


def test_number_of_columns(write: Write) -> None:
    path = write({"y": [0, 1], "a": [0.25, 0.5], "b": [0.75, 0.5]})
    assert "one column of predictions per class" in message(path, "softmax", y_pred="a")
    assert "not 1 and 2" in message(path, "mse", y_pred=["a", "b"])
    assert "3 with rows, not 2" in message(
        path, "softmax", y_true=["a", "b"], y_pred=["a", "b", "y"]
    )


def test_too_many_groups(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lossbook.scale.groups.MOST_GROUPS", 50)
    path = write({"y": np.ones(60), "p": np.full(60, 0.5), "id": np.arange(60)})
    assert message(path, by="id").startswith("there are more than 50 groups")


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_group_by_a_column_that_is_also_a_number(ending: str, write: Write) -> None:
    path = write({"y": [1.0, 0.0, 1.0], "p": [0.5, 0.5, 0.25]}, ending)
    evaluation = evaluate(path, "log_loss", y_true="y", y_pred="p", by="y")
    assert [(group.group, group.rows) for group in evaluation.groups] == [("0", 1), ("1", 2)]


def test_groups_of_other_types(write: Write) -> None:
    y, p = [1.0, 0.0], [0.5, 0.5]
    groups = {
        "whole": ([2, 10], ["2", "10"]),
        "switch": ([True, False], ["false", "true"]),
        "coded": (pa.array(["x", "y"]).dictionary_encode(), ["x", "y"]),
    }
    for values, names in groups.values():
        path = write({"y": y, "p": p, "g": values}, ".parquet")
        evaluation = evaluate(path, "mse", y_true="y", y_pred="p", by="g")
        assert [group.group for group in evaluation.groups] == names
    path = write({"y": y, "p": p, "g": [[1], [2]]}, ".parquet")
    assert "do not name groups" in message(path, by="g")


def test_columns_with_odd_names(any_format: str, write: Write) -> None:
    path = write({"y.true": [1.0, 0.0], "p": [9.0, 9.0], "p.a,b": [0.5, 0.25]}, any_format)
    assert evaluate(path, "mse", y_true="y.true", y_pred="p.a,b").total.sum == 0.3125


def test_numbers_of_other_types(write: Write) -> None:
    columns = {
        "y": pa.array([True, False]),
        "p": pa.array([0.5, 0.25], pa.float32()).dictionary_encode(),
        "w": pa.array([1, 2], pa.uint8()),
    }
    total = evaluate(write(columns, ".parquet"), "mse", y_true="y", y_pred="p", weight="w").total
    assert total.sum == 0.25 + 2 * 0.0625


def test_byte_order_mark_blank_lines_spaces_and_quotes(tmp_path: Path) -> None:
    path = csv(tmp_path, '\ufeffy,"p, final"\r\n1, 0.5\r\n\r\n"0",0.25\r\n')
    total = evaluate(path, "mse", y_true="y", y_pred="p, final").total
    assert (total.rows, total.sum) == (2, 0.3125)


def test_arguments() -> None:
    for bad in ({"worst": -1}, {"batch_rows": 0}):
        with pytest.raises(lossbook.InputError):
            evaluate("p.csv", "mse", y_true="y", y_pred="p", **bad)
    with pytest.raises(lossbook.UnknownLossError):
        evaluate("p.csv", "msee", y_true="y", y_pred="p")
