"""The command: its tables, its files, its errors."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lossbook.bench.contenders import PEERS, Peer
from lossbook.bench.results import Run
from lossbook.bench.table import folded, remarks
from lossbook.cli.group import lossbook
from lossbook.report.terminal import table

SMALL = ["--n", "60", "--rounds", "1", "--peers", "numpy,plain"]


def bench(*words: str) -> Result:
    return CliRunner().invoke(lossbook, ["bench", *words])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Any, Path]:
    folder = tmp_path_factory.mktemp("bench")
    wanted = ["--json", str(folder / "run.json"), "--plot", str(folder / "run.svg")]
    result = bench("--loss", "mse,softmax", "--shapes", "20x3,1x60", *SMALL, *wanted)
    assert result.exit_code == 0, result.output
    return result, json.loads((folder / "run.json").read_text()), folder / "run.svg"


def test_tables_have_a_row_per_case(files: tuple[Result, Any, Path]) -> None:
    lines = files[0].stdout.splitlines()
    assert "float32, value+gradient, n = 60, 1 thread, µs per call" in lines
    assert "float64, value+gradient, n = 60, 1 thread, µs per call" in lines
    assert "float32, value+gradient, 1 thread, µs per call" in lines
    # So few numbers take no memory to speak of, and its column is left out.
    columns = ["lossbook", "ahead", "of", "copy", "plain", "numpy", "copy", "fresh"]
    headers = [line.split() for line in lines if line.startswith("   ")]
    together = [header for header in headers if header in (columns[:n] for n in range(5, 9))]
    assert len(together) == 4  # for both dtypes, one of numbers and one of rows
    # Where the columns do not fit beside each other, the rows come once more.
    for row in ("squared_error", "cross_entropy, from_logits, 20 x 3"):
        assert sum(line.strip().startswith(row) for line in lines) in (2, 4)
    assert max(map(len, lines)) <= 80
    assert "Geometric mean of ahead: " in files[0].stdout


def test_json_has_everything(files: tuple[Result, Any, Path]) -> None:
    record = files[1]
    assert record["format"] == 1
    assert set(record["versions"]) == {"lossbook", "plain", "numpy"}
    assert {"processor", "cores", "instruction_set", "python"} <= set(record["machine"])
    assert len(record["cases"]) == 2 * 3
    for case in record["cases"]:
        seconds = {name: entry["seconds"] for name, entry in case["contenders"].items()}
        assert all(entry["status"] == "timed" for entry in case["contenders"].values())
        fastest = min(seconds["plain"], seconds["numpy"])
        assert case["ahead_by"] == fastest / seconds["lossbook"]
        assert seconds[case["fastest_library"]] == fastest
        own = case["contenders"]["lossbook"]
        assert own["share_of_copy"] == case["copy_seconds"] / seconds["lossbook"]
        assert own["quartiles"] == [own["seconds"]] * 2
        assert own["apart"] <= 1e-6


def test_plot_names_cases_and_contenders(files: tuple[Result, Any, Path]) -> None:
    root = ET.parse(files[2]).getroot()
    assert root.tag.endswith("svg")
    # Text is drawn as shapes; the comments beside them say what it is.
    text = files[2].read_text(encoding="utf-8")
    for words in (
        "squared_error, float32, n = 60",
        "value+gradient, no weights, contiguous",
        "plain 2.",
    ):
        assert words in text


def test_growth_has_a_table_and_curves_per_loss(tmp_path: Path) -> None:
    path = tmp_path / "growth.svg"
    words = ["--loss", "softmax", "--from-logits", "--dtype", "float32", "--rounds", "1"]
    words += ["--growth", "--peers", "numpy", "--shapes", "20x3,2000x3"]
    result = bench(*words, "--plot", str(path))
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines()]
    heading = (
        "cross_entropy, from_logits, 3 classes, float32, value+gradient, 1 thread, ns per number"
    )
    assert lines.count(heading.split()) == 1
    assert [line[0] for line in lines if line and line[0] in ("20", "2,000")][:2] == ["20", "2,000"]
    text = path.read_text(encoding="utf-8")
    for drawn in (
        "from_logits, 3 classes, float32",
        "ns per number",
        "numpy 2.",
        "copy of as many",
    ):
        assert drawn in text


def test_memory_has_a_column_where_it_is_taken() -> None:
    words = ["--loss", "mse", "--dtype", "float64", "--n", "1e6", "--rounds", "1"]
    result = bench(*words, "--peers", "numpy")
    assert result.exit_code == 0
    (header,) = [line.split() for line in result.stdout.splitlines() if "MiB" in line.split()]
    assert header[:6] == ["lossbook", "ahead", "of", "copy", "MiB", "numpy"]


@pytest.mark.parametrize("width", [1, 30, 52, 1000])
def test_tables_fold_into_pieces_that_fit(width: int) -> None:
    header, rows = ["", "one", "two", "three"], [["a title of 20 letters", "1", "2.5", "-"]]
    pieces = list(folded(header, rows, width))
    assert [cell for head, _ in pieces for cell in head[1:]] == header[1:]
    assert [cell for _, body in pieces for cell in body[0][1:]] == rows[0][1:]
    assert {(head[0], body[0][0]) for head, body in pieces} == {(header[0], rows[0][0])}
    for head, body in pieces:
        # One column beside the titles there must be, however narrow the window is.
        assert len(head) == 2 or max(map(len, table(head, body))) + 2 <= width


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--peers", "nonsense"], "there is no peer 'nonsense': the peers are plain, numpy, "),
        (["--loss", "qantile"], "there is no loss named 'qantile': did you mean quantile"),
        (["--loss", "hinge", "--tau", "0.5"], "hinge has no parameters: leave out --tau."),
        (["--tau", "0.5"], "parameters of a loss need --loss."),
        (["--dtype", "float16"], "'float16' is not one of float32, float64."),
        (["--outputs", "hessian"], "'hessian' is not one of value, value+gradient, "),
        (["--n", "0"], "'0' is not 1 or more."),
        (["--n", "1e400"], "'1e400' is not a whole number."),
        (["--n", ","], "nothing is given."),
        (["--shapes", "1000"], "'1000' is not rows x classes, such as 1000x10."),
        (["--shapes", "3x0"], "'0' is not 1 or more."),
        (["--loss", "mse", "--layout", "integer"], "nothing is left to measure: "),
        (["--growth"], "--growth needs --loss: all losses would take hours."),
        (["--training", "--n", "4"], "--n says nothing about --training, which goes with "),
        (["--training", "--tau", "0.5"], "--training takes no parameters of a loss."),
        (["--threads", "0"], "--threads takes 'all' or numbers from 1 to "),
        (["--plot", "x.pdf"], "--plot takes a file in .png or .svg, not 'x.pdf'."),
        (["--json", "nowhere/x.json"], "nowhere/x.json: No such file or directory."),
    ],
)
def test_errors_are_one_line(words: list[str], message: str) -> None:
    result = bench(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("lossbook: error: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_peer_that_is_not_installed_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PEERS, "jax", Peer("jax", "nowhere:Nobody", ("no_such_package",)))
    result = bench("--peers", "jax")
    assert result.exit_code == 2
    needs = "jax needs no_such_package, which is not installed: pip install "
    assert needs + '"lossbook[bench]"' in result.stderr


def test_a_wrong_peer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setitem(PEERS, "plain", Peer("plain", "strange:Wrong"))
    result = bench("--loss", "hinge", "--dtype", "float64", *SMALL)
    assert result.exit_code == 0
    (row,) = [line for line in result.stdout.splitlines() if line.strip().startswith("hinge")]
    assert "wrong" in row.split()
    said = " ".join(result.stdout.split())
    assert "plain is wrong at hinge (float64, value+gradient, n = 60" in said
    assert "results are 1.0e-02 apart" in said


@pytest.mark.parametrize(("load", "busy"), [(None, False), (0.1, False), (100.0, True)])
def test_a_busy_machine_is_remarked_on(load: float | None, busy: bool) -> None:
    run = Run({"load": load, "cores": 2}, {}, 1, [], {})
    assert any("busy" in remark for remark in remarks(run)) is busy


def test_parameters_reach_the_loss(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    result = bench(
        "--loss", "pinball", "--tau", "0.9", "--dtype", "float32", *SMALL, "--json", str(path)
    )
    assert result.exit_code == 0
    (case,) = json.loads(path.read_text())["cases"]
    assert case["parameters"] == {"tau": 0.9}
    assert {entry["status"] for entry in case["contenders"].values()} == {"timed"}
