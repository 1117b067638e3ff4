"""``lossbook eval`` as it is typed: output, exit codes, errors of one line."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from lossbook.scale import evaluate

Write = Callable[..., Path]
LOG_LOSS = ("--loss", "log_loss", "--y-true", "y", "--y-pred", "p")

RUN = "from lossbook.cli import main; main()"


def run(*words: object, script: str = RUN, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-W", "error", "-c", script, "eval", *map(str, words)]
    return subprocess.run(
        command,
        capture_output="stdout" not in options,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "COLUMNS": "80"},
        timeout=120,
        check=False,
        **options,
    )


def one_line(finished: subprocess.CompletedProcess[str]) -> str:
    """The error, which is one line, leaves code 2 and nothing on standard output."""
    assert finished.returncode == 2
    assert finished.stdout in ("", None)
    assert finished.stderr.startswith("lossbook: error: ")
    assert finished.stderr.count("\n") == 1
    return finished.stderr.removeprefix("lossbook: error: ").rstrip("\n")


def test_table(write: Write, predictions: dict[str, Any]) -> None:
    path = write(predictions)
    finished = run(path, *LOG_LOSS, "--weight", "w", "--by", "shop", "--worst", 3)
    assert (finished.returncode, finished.stderr) == (0, "")
    total = evaluate(path, "log_loss", y_true="y", y_pred="p", weight="w").total
    for line in (
        "  rows              2,000",
        f"  mean loss         {total.mean:.6g}",
        f"  standard error    {total.standard_error:.3g}",
        f"  its loss          {total.baseline:.6g}",
        f"  skill             {100 * total.skill:.1f} %",
    ):
        assert line in finished.stdout.splitlines()
    assert finished.stdout.count("Worst rows") == 5
    worst = finished.stdout.partition("Worst rows")[2].splitlines()[3]
    assert worst.split()[0] == str(total.worst[0].row)


def test_json_holds_the_evaluation_to_the_bit(write: Write, predictions: dict[str, Any]) -> None:
    path = write(predictions)
    finished = run(path, *LOG_LOSS, "--by", "shop", "--worst", "2", "--format", "json")
    found = json.loads(finished.stdout, parse_constant=pytest.fail)
    expected = evaluate(path, "log_loss", y_true="y", y_pred="p", by="shop", worst=2)
    assert found["total"]["mean"] == expected.total.mean
    assert found["total"]["worst"][1]["loss"] == expected.total.worst[1].loss
    assert [group["group"] for group in found["groups"]] == ["9", "10", "north", "south"]
    assert found["groups"][2]["skill"] == expected.groups[2].skill
    assert found["y_pred"] == ["p"]
    assert sum(found["histogram"]["counts"]) == 2000
    assert found["parameters"] == {
        "from_logits": False,
        "pos_weight": None,
        "label_smoothing": None,
    }


def test_infinity_in_json_and_csv(write: Write) -> None:
    path = write({"y": [1.0, 0.0], "p": [0.0, 0.5]})
    finished = run(path, *LOG_LOSS, "--format", "json")
    total = json.loads(finished.stdout, parse_constant=pytest.fail)["total"]
    assert total["mean"] == "Infinity"
    assert float(total["skill"]) == -math.inf
    table = list(csv.DictReader(io.StringIO(run(path, *LOG_LOSS, "--format", "csv").stdout)))
    assert table[0]["mean"] == "inf"


def test_csv_has_a_row_per_group(write: Write, predictions: dict[str, Any]) -> None:
    path = write(predictions)
    finished = run(path, *LOG_LOSS, "--by", "shop", "--format", "csv")
    table = list(csv.DictReader(io.StringIO(finished.stdout)))
    assert [(row["part"], row["group"]) for row in table] == [
        ("total", ""),
        ("group", "9"),
        ("group", "10"),
        ("group", "north"),
        ("group", "south"),
    ]
    expected = evaluate(path, "log_loss", y_true="y", y_pred="p", by="shop")
    assert float(table[0]["mean"]) == expected.total.mean
    assert float(table[4]["baseline"]) == expected.groups[3].baseline
    assert "worst" not in table[0]


def test_a_missing_number_is_an_empty_cell(write: Write) -> None:
    path = write({"y": [1.0], "p": [0.5]})
    row = next(csv.DictReader(io.StringIO(run(path, *LOG_LOSS, "--format", "csv").stdout)))
    assert row["standard_error"] == ""


def test_parameters_of_the_loss_are_options(write: Write) -> None:
    path = write({"y": [1.0, 2.0], "p": [0.0, 4.0]})
    names = ("--y-true", "y", "--y-pred", "p", "--format", "json")
    finished = run(path, "--loss", "pinball", "--tau", "0.75", *names)
    assert json.loads(finished.stdout)["total"]["sum"] == 0.75 + 0.25 * 2
    finished = run(path, "--loss", "log_loss", "--from-logits", *names)
    assert one_line(finished).startswith("column 'y' has 2.0 in row 2, outside [0, 1]")
    finished = run(path, "--loss", "mse", "--tau", "0.75", *names)
    assert "--tau" in one_line(finished)


def test_several_predictions(write: Write) -> None:
    path = write({"y": [0, 1], "a": [0.5, 0.5], "b": [0.5, 0.5]})
    finished = run(path, "--loss", "cross_entropy", "--y-true=y", "--y-pred=a", "--y-pred=b")
    assert "mean loss         0.693147" in finished.stdout


def test_hints_name_the_option(write: Write) -> None:
    path = write({"y": [1.0, 1.0], "p": [0.5, 3.25]})
    assert one_line(run(path, *LOG_LOSS)) == (
        "column 'p' has 3.25 in row 2, outside [0, 1]: pass --from-logits if these are raw scores."
    )


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("nowhere.csv", *LOG_LOSS), "there is no file 'nowhere.csv'"),
        (("FILE", "--loss", "log_los", *LOG_LOSS[2:]), "log_loss"),
        (("FILE", *LOG_LOSS[:-1], "q"), "has no column 'q'"),
        (("FILE", *LOG_LOSS[:4]), "--y-pred"),
        (("FILE", *LOG_LOSS, "--worst", "-1"), "--worst"),
        (("FILE", *LOG_LOSS, "--report", "/nowhere/at/all.html"), "/nowhere/at/all.html"),
        # The work is not begun before it is known where its result can go.
        (("nowhere.csv", *LOG_LOSS, "--report", "/nowhere/at/all.html"), "/nowhere/at/all.html"),
        (("FILE", *LOG_LOSS, "--report", "FILE"), "would overwrite the predictions"),
        ((), "FILE"),
    ],
)
def test_bad_words(words: Sequence[str], part: str, write: Write) -> None:
    path = write({"y": [1.0, 0.0], "p": [0.5, 0.25]})
    before = path.read_bytes()
    assert part in one_line(run(*(str(path) if word == "FILE" else word for word in words)))
    assert path.read_bytes() == before


def test_nulls(write: Write) -> None:
    path = write({"y": [1.0, None, 0.0], "p": [0.5, 0.5, None]})
    text = one_line(run(path, *LOG_LOSS))
    assert "1 in 'y', 1 in 'p'" in text
    assert "--skip-nulls" in text
    finished = run(path, *LOG_LOSS, "--skip-nulls")
    assert "1 used, 2 skipped for nulls (y 1, p 1)" in finished.stdout


def test_report(write: Write, predictions: dict[str, Any], tmp_path: Path) -> None:
    path, report = write(predictions), tmp_path / "out.html"
    finished = run(path, *LOG_LOSS, "--by", "shop", "--report", report)
    assert finished.stdout.endswith(f"Report: {report}\n")
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")
    finished = run(path, *LOG_LOSS, "--report", report, "--format", "json")
    json.loads(finished.stdout)


INTERRUPTED = """
import os, signal
# A shell that runs the tests in the background has its children ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
from lossbook.scale.state import EvaluationState
def update(*arguments):
    os.kill(os.getpid(), signal.SIGINT)
EvaluationState.update = update
"""

FULL_DISK = """
import errno, os
def fsync(handle):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
os.fsync = fsync
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are other ones there")
def test_ctrl_c_leaves_no_half_written_report(write: Write, tmp_path: Path) -> None:
    path, report = write({"y": [1.0], "p": [0.5]}), tmp_path / "out.html"
    report.write_text("the old one")
    finished = run(path, *LOG_LOSS, "--report", report, script=INTERRUPTED + RUN)
    assert finished.returncode == 130
    assert "Traceback" not in finished.stderr
    assert report.read_text() == "the old one"
    assert sorted(tmp_path.iterdir()) == [report, path]


def test_a_full_disk_leaves_no_half_written_report(write: Write, tmp_path: Path) -> None:
    path, report = write({"y": [1.0], "p": [0.5]}), tmp_path / "out.html"
    finished = run(path, *LOG_LOSS, "--report", report, script=FULL_DISK + RUN)
    assert one_line(finished) == f"{report}: No space left on device."
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_behind_standard_output(write: Write) -> None:
    path = write({"y": [1.0], "p": [0.5]})
    with Path("/dev/full").open("w") as full:
        finished = run(path, *LOG_LOSS, stdout=full, stderr=subprocess.PIPE)
    assert "No space left on device" in one_line(finished)


def test_names_from_the_file_cannot_control_the_terminal(write: Write) -> None:
    path = write({"y": [1.0, 0.0], "p": [0.5, 0.5], "g": ["a\x1b[31m", "b\nc"]}, ".parquet")
    finished = run(path, *LOG_LOSS, "--by", "g")
    assert "\x1b" not in finished.stdout
    assert "b\nc" not in finished.stdout


def test_help_needs_neither_numpy_nor_pyarrow() -> None:
    script = (
        "import sys\ntry:\n    " + RUN.replace("; ", "\n    ") + "\nfinally:\n"
        "    print(sorted({'numpy', 'pyarrow', 'rich'} & set(sys.modules)))"
    )
    finished = run("--help", script=script)
    assert finished.stdout.endswith("[]\n")


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_pandas_is_left_alone(ending: str, write: Write) -> None:
    columns = {"y": [1.0, 0.0, None], "p": [0.5, 0.5, 0.5], "g": ["a", "b", None]}
    script = (
        "import sys\ntry:\n    " + RUN.replace("; ", "\n    ") + "\nfinally:\n"
        "    print('pandas' in sys.modules)"
    )
    finished = run(write(columns, ending), *LOG_LOSS, "--by", "g", "--skip-nulls", script=script)
    assert finished.stdout.endswith("False\n")
