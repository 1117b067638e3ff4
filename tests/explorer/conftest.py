"""The page in a browser without a window and without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from explorer.drawn import page

if TYPE_CHECKING:
    from explorer.visitor import Visitor


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from explorer.visitor import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, written once."""
    path = tmp_path_factory.mktemp("explorer") / "page.html"
    path.write_text(page(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def one_visitor(browser: Any, page_file: Path) -> Iterator[Visitor]:
    """Somebody who has the page open all the time: it is read once."""
    from explorer.visitor import Visitor

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
    from explorer.visitor import Visitor

    visitors: list[Visitor] = []

    def enter(**settings: Any) -> Visitor:
        visitors.append(Visitor(browser, page_file, **settings))
        return visitors[-1]

    yield enter
    for visitor in visitors:
        visitor.check()
        visitor.leave()
