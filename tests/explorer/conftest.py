"""The page in a browser without a window and without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer.visitor import Visitor
from lossbook.explorer.page import write_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium of the system; playwright's own is never asked for."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="nox -s explorer installs playwright"
    )
    if CHROMIUM is None:
        pytest.skip("there is no chromium on the path: apt-get install chromium")
    with playwright.sync_playwright() as engines:
        chromium = engines.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, written once."""
    path = tmp_path_factory.mktemp("explorer") / "page.html"
    write_page(path)
    return path


@pytest.fixture(scope="session")
def one_visitor(browser: Any, page_file: Path) -> Iterator[Visitor]:
    """Somebody who has the page open all the time: it is read once."""
    visitor = Visitor(browser, page_file)
    yield visitor
    visitor.leave()


@pytest.fixture
def visitor(one_visitor: Visitor) -> Iterator[Visitor]:
    """The same on the page as it is at first; nothing may go wrong meanwhile."""
    one_visitor.go("")
    yield one_visitor
    one_visitor.check()


@pytest.fixture
def newcomer(browser: Any, page_file: Path) -> Iterator[Any]:
    """Makes visitors with settings of their own."""
    visitors: list[Visitor] = []

    def enter(**settings: Any) -> Visitor:
        visitors.append(Visitor(browser, page_file, **settings))
        return visitors[-1]

    yield enter
    for visitor in visitors:
        visitor.check()
        visitor.leave()
