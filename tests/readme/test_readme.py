"""What README.md shows is true: its Python, its commands and their output, its links."""

import doctest
import os
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from lossbook import registry
from readme.documents import CONTRIBUTING, README, ROOT, blocks, commands, exchanges, links, matches

EXCHANGES = [*exchanges(README), *exchanges(CONTRIBUTING)]


@pytest.fixture
def losses_of_the_reader():
    """Losses that a document defines are forgotten afterwards."""
    before = set(registry.catalogue())
    yield
    for cls in set(registry.catalogue()) - before:
        registry.unregister(cls)


@pytest.mark.usefixtures("losses_of_the_reader")
def test_python_gives_what_is_shown():
    """All blocks of the README in one session, as a reader types them."""
    document = README.read_text(encoding="utf-8").splitlines()
    shown = {
        number
        for block in blocks(README, "python")
        for number in range(block.line, block.line + block.text.count("\n"))
    }
    # What is no Python becomes an empty line, so that a failure names the line of the document.
    session = "\n".join(line if n in shown else "" for n, line in enumerate(document, 1))
    parsed = doctest.DocTestParser().get_doctest(session, {}, README.name, str(README), 0)
    report: list[str] = []
    runner = doctest.DocTestRunner()
    runner.run(parsed, out=report.append)
    assert len(parsed.examples) > 0
    assert runner.failures == 0, "".join(report)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.command[:50])
def test_command_prints_what_is_shown(exchange):
    printed = run(exchange.command)
    assert matches(exchange.expected, printed.splitlines()), f"$ {exchange.command}\n{printed}"


def test_first_command_runs_the_job_that_is_shown():
    """After the installation, the command is the one whose output is given below it."""
    install, job = commands()["eval"].split(" && ")
    assert install == 'pip install ".[cli]"'
    assert job in [exchange.command for exchange in EXCHANGES]


def test_second_command_runs_these_tests():
    assert commands()["test"] == 'pip install ".[test]" && pytest -n auto'


@pytest.mark.parametrize(
    ("script", "in_short"),
    [
        ("tools/accuracy.py", "--points 20 --loss hinge"),
    ],
)
def test_scripts_behind_the_figures_run(script, in_short):
    assert f"`python {script}`" in README.read_text(encoding="utf-8")
    assert run(f"python {script} {in_short}").count("\n") > 3


@pytest.mark.parametrize("path", [README, CONTRIBUTING], ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for target in links(path):
        assert (ROOT / target.partition("#")[0]).exists(), target


def test_pictures_are_drawn_by_the_script(tmp_path, monkeypatch):
    """README shows every picture that the script draws; the others are those of the benchmarks."""
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    import make_readme_plots

    make_readme_plots.main(tmp_path)
    drawn = sorted(path.name for path in tmp_path.iterdir())
    kept = {path.name for path in (ROOT / "docs" / "images").iterdir()}
    assert drawn == sorted(name for name in kept if not name.startswith("benchmark_"))
    assert drawn == sorted(Path(target).name for target in links(README) if target.endswith("svg"))
    for name in drawn:
        again, old = (ET.parse(folder / name) for folder in (tmp_path, ROOT / "docs" / "images"))
        assert again.getroot().get("viewBox") == old.getroot().get("viewBox")


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        (["a", "b"], ["a", "b"], True),
        (["a", "b"], ["a", "c"], False),
        (["a"], ["a", "b"], False),
        (["a", "..."], ["a", "b", "c"], True),
        (["a", "...", "c"], ["a", "c"], True),
        (["...", "b"], ["a", "c"], False),
        (["a.c"], ["abc"], False),
    ],
)
def test_comparison_of_output(expected, printed, same):
    assert matches(expected, printed) is same


def run(command: str) -> str:
    """What a command prints, in the repository's root, with the commands of this environment."""
    here = Path(sys.executable).parent
    words = shlex.split(command)
    program = here / words[0]
    if not program.exists():
        pytest.fail(f"{words[0]} is not installed next to {sys.executable}")
    finished = subprocess.run(
        [program, *words[1:]],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONUTF8": "1",
            "COLUMNS": "80",
            "PATH": f"{here}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout
