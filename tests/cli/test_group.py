"""Start-up, errors, interruption: what holds for every command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from typing import Any

import click
import pytest

from lossbook.cli.group import COMMANDS, lossbook

HEAVY = ("numpy", "rich", "sympy", "pyarrow", "matplotlib", "scipy", "lossbook.registry")


def test_every_command_is_there(run: Any) -> None:
    text = run("--help").output
    for name in COMMANDS:
        assert f"\n  {name} " in text


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["show", "--help"], ["eval", "-h"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = textwrap.dedent(f"""
        import sys
        from lossbook.cli import main
        try:
            main({words})
        except SystemExit as end:
            assert end.code == 0
        heavy = [name for name in {HEAVY} if name in sys.modules]
        sys.exit(f"imported: {{heavy}}" if heavy else 0)
    """)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_version(run: Any) -> None:
    assert run("--version").output == "lossbook 0.1.0\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nonsense"], "No such command 'nonsense'."),
        (["show"], "Missing argument 'NAME'."),
        (["show", "qantile"], "there is no loss named 'qantile': did you mean quantile"),
        (["show", "hinge", "--tau", "0.5"], "hinge has no parameters: leave out --tau."),
        (
            ["show", "bce", "--tau", "0.5"],
            "no parameter --tau: its parameters: --from-logits, --pos-weight, --label-smoothing.",
        ),
        (["show", "quantile", "--tau", "x"], "--tau takes a number, not 'x'."),
        (["show", "quantile", "--tau", "1.5"], "tau must be strictly between 0 and 1, got 1.5."),
        (["show", "quantile", "--tua", "0.5"], "No such option '--tua'."),
        (["list", "--format", "xml"], "'xml' is not one of 'table', 'json', 'csv'."),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(run: Any, words: list[str], message: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("lossbook: error: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def failing(error: BaseException) -> click.Command:
    @click.command("fail")
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(28, "No space left on device", "out.html"), "out.html: No space left on device."),
        (
            ModuleNotFoundError("No module named 'pyarrow'", name="pyarrow"),
            'pyarrow is not installed: pip install "lossbook[cli]"',
        ),
    ],
)
def test_errors_of_the_system_are_worded(
    run: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    monkeypatch.setattr(type(lossbook), "get_command", lambda *_: failing(error))
    result = run("fail")
    assert (result.exit_code, result.stderr) == (2, f"lossbook: error: {message}\n")


def test_a_bug_keeps_its_traceback(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(lossbook), "get_command", lambda *_: failing(ZeroDivisionError()))
    assert isinstance(run("fail").exception, ZeroDivisionError)


def test_interruption_is_exit_code_130(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(lossbook), "get_command", lambda *_: failing(KeyboardInterrupt()))
    result = run("fail")
    assert result.exit_code == 130
    assert "Traceback" not in result.output


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_on_a_running_process() -> None:
    # What a shell starts in the background it lets ignore Ctrl-C, and all that this starts.
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    run = f"{heed}; from lossbook.cli import main; main()"
    tour = subprocess.Popen(
        [sys.executable, "-c", run, "tour", "--pause"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert tour.stdout is not None
    while "learns." not in tour.stdout.readline():
        assert tour.poll() is None
    tour.send_signal(signal.SIGINT)
    _, complaints = tour.communicate(timeout=60)
    assert tour.returncode == 130
    assert complaints.strip() == ""


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
@pytest.mark.parametrize("command", ["list", "tour", "list --format csv"])
def test_a_closed_pipe_is_quiet(command: str) -> None:
    words = command.split()
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", "from lossbook.cli import main; main()", *words],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 141


def test_without_click_one_line_says_what_to_install() -> None:
    code = "import sys; sys.modules['click'] = None\nfrom lossbook.cli import main; main([])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        'lossbook: error: the command line needs click: pip install "lossbook[cli]"'
    ]


def test_python_without_utf8_still_gets_text(process: Any) -> None:
    for words in (["list"], ["show", "quantile"], ["show", "softmax"], ["tour"]):
        done = process(*words, PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.isascii()
        assert "?" not in done.stdout.replace("?\n", "").replace("? ", "")
