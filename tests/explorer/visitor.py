"""Somebody who uses the page in the system's Chromium, and notes whatever goes wrong.

Test files that import this are left out where playwright, which drives the browser, or the browser
is not installed; LOSSBOOK_BROWSER=required makes that an error. playwright would bring a browser of
its own, which is never asked for.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
try:
    from playwright import sync_api as _playwright
except ImportError as error:
    _missing = str(error)
else:
    _missing = "" if _CHROMIUM else "there is no chromium on the path"
if _missing and os.environ.get("LOSSBOOK_BROWSER") == "required":
    raise RuntimeError(_missing)
if _missing:
    pytest.skip(f"{_missing}: nox -s explorer runs it", allow_module_level=True)

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a window."""
    with _playwright.sync_playwright() as engines:
        browser = engines.chromium.launch(
            executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


class Visitor:
    """The page in a tab; everything that is asked of a network is refused and noted."""

    def __init__(self, browser: Any, page_file: Path, **settings: Any) -> None:
        self._context = browser.new_context(**settings)
        self.page = self._context.new_page()
        self.page.set_default_timeout(5000)
        self.wrong: list[str] = []
        self.page.route("**/*", self._answer)
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(error.stack))
        self._address = page_file.as_uri()
        self.page.goto(self._address)
        self.settle()

    def _answer(self, route: Any) -> None:
        if route.request.url.startswith(self._address):
            route.continue_()
        else:
            self.wrong.append(f"asked for {route.request.url}")
            route.abort()

    def go(self, hash_: str) -> None:
        """Open an address of the page; without a choice in it, the page is as at first."""
        self.page.evaluate("hash => { location.hash = hash || 'none'; }", hash_)
        # The address is read in a task, and shown in the frame after it.
        self.page.evaluate("() => new Promise(resolve => setTimeout(resolve))")
        self.settle()

    def settle(self) -> None:
        """Wait until what was chosen is shown."""
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def check(self) -> None:
        """Nothing went wrong so far."""
        wrong, self.wrong = self.wrong, []
        assert not wrong, "\n".join(wrong)

    def leave(self) -> None:
        self._context.close()

    def press(self, button: str, times: int = 1) -> None:
        """Click a button; many times without waiting for the picture."""
        self.page.evaluate(
            "([id, times]) => { while (times--) document.getElementById(id).click(); }",
            [button, times],
        )
        self.settle()

    def slide(self, slider: str, place: float) -> None:
        self.page.locator(f'[id="{slider}"]').fill(str(place))
        self.settle()

    def choose(self, box: str) -> None:
        """Click a check box or radio button, which the style hides behind its words."""
        self.press(box)

    @property
    def hash(self) -> str:
        return str(self.page.evaluate("location.hash"))

    def curves(self, plot: str) -> list[str]:
        """The path of each curve in a plot, by the places of the colours."""
        groups = self.page.locator(f"#{plot} .curve").all()
        return ["".join(map(_drawn, group.locator("path").all())) for group in groups]

    def picture(self, plot: str) -> str:
        """All of a plot: curves that grow are drawn alike, beside other numbers on the axis."""
        return str(self.page.locator(f"#{plot}").inner_html())

    def readout(self) -> dict[str, list[float]]:
        """Prediction, value, slope and curvature of each loss, as they can be read."""
        rows = self._table("readout")
        return {name: [number(cell) for cell in cells[:4]] for name, *cells in rows}

    def rows(self) -> dict[str, list[list[float]]]:
        """Of each loss, the numbers of every entry of the row."""
        found: list[list[list[str]]] = self.page.evaluate(
            "() => [...document.getElementById('row-table').tBodies].map(body => "
            "[...body.rows].map(row => [...row.cells].map(cell => cell.textContent)))"
        )
        return {head[0]: [list(map(number, entry[1:])) for entry in rest] for head, *rest in found}

    def fits(self) -> dict[str, list[str]]:
        """Mean loss and model of each loss."""
        return {name: cells for name, *cells in self._table("fits")}

    def _table(self, body: str) -> list[list[str]]:
        found: list[list[str]] = self.page.evaluate(
            "id => [...document.getElementById(id).rows].map("
            "row => [...row.cells].map(cell => cell.textContent))",
            body,
        )
        return found


def _drawn(path: Any) -> str:
    return str(path.get_attribute("d"))


def number(text: str) -> float:
    """A number as the page writes it."""
    plain = text.replace("−", "-").replace("–", "nan").replace("∞", "inf")
    plain = re.sub(r"·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda power: "e" + power[1].translate(_RAISED), plain)
    return float(plain)
