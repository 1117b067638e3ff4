"""How the tests call the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from lossbook.cli.group import lossbook

Run = Callable[..., Result]
Process = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run() -> Run:
    """Run a command in this process."""
    return lambda *words, **settings: CliRunner().invoke(lossbook, list(words), **settings)


@pytest.fixture
def process() -> Process:
    """Run the command line as a process of its own, in a terminal of 80 columns."""

    def start(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from lossbook.cli import main; main()", *words],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "COLUMNS": "80", **environment},
            timeout=120,
            check=False,
        )

    return start
