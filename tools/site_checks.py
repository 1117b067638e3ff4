"""Check the site as it was built: links, requests, formulas, scripts, accessibility.

    python tools/site_checks.py                 # every page's links; some in a browser
    python tools/site_checks.py --all           # every page in a browser
    python tools/site_checks.py losses/huber    # these pages
    python tools/site_checks.py --links         # no browser

In a headless Chromium, light and dark, wide and as narrow as a phone: nothing is asked of another
host, no script fails, no formula is in error, nothing is wider than the screen, and axe-core finds
nothing serious.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import shutil
import sys
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[1]
SITE = ROOT / "build" / "site"
AXE = ROOT / "build" / "site_assets" / "checks" / "axe.min.js"
LOOKS = (("light", 1280), ("dark", 390))
SERIOUS = {"serious", "critical"}
# Of pages that are written alike, these stand for all.
SOME = (
    "huber",
    "binary_cross_entropy",
    "cross_entropy",
    "poisson",
    "gaussian_nll",
    "multi_quantile",
)


class Page(HTMLParser):
    """What a page links to, and the places in it that can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            if name in ("id", "name") and value:
                self.anchors.add(value)


def dead_links(paths: list[Path]) -> Iterator[str]:
    """Links to files or places that are not there, and everything fetched from elsewhere."""
    read = functools.cache(Page)
    for path in paths:
        for link in read(path).links:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto", "data"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                yield f"{_name(path)}: {link} is not there"
            elif _is_a_place(parts.fragment) and target.suffix == ".html":
                place = unquote(parts.fragment)
                if place not in read(target).anchors:
                    yield f"{_name(path)}: {link} has no such place"


def _is_a_place(fragment: str) -> bool:
    """Other fragments, as those of the explorer, are for the scripts of the page."""
    return bool(fragment) and "=" not in fragment


def without_derivation(paths: list[Path]) -> Iterator[str]:
    """Pages of losses that do not say where the gradient comes from."""
    for path in paths:
        is_of_a_loss = path.parent.name == "losses" and path.stem != "index"
        if is_of_a_loss and "derivation" not in Page(path).anchors:
            yield f"{_name(path)}: has no derivation"


class Browser:
    """A browser that is told whatever a page asks of another host, and what goes wrong there."""

    def __init__(self, chromium: Any, base: str) -> None:
        self.base = base
        self.found: list[str] = []
        self._pages = []
        for scheme, width in LOOKS:
            context = chromium.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme
            )
            context.route("**/*", self._allow)
            page = context.new_page()
            page.on("pageerror", lambda error: self.found.append(f"script: {error}"))
            page.on("console", self._listen)
            self._pages.append((f"{scheme}, {width} px", page))

    def look(self, path: Path) -> Iterator[str]:
        """Everything that is wrong with a page."""
        for look, page in self._pages:
            self.found.clear()
            page.goto(f"{self.base}/{path.relative_to(SITE)}")
            page.wait_for_function(_SETTLED)
            for found in (*self.found, *page.evaluate(_SHAPE), *self._axe(page)):
                yield f"{_name(path)} ({look}): {found}"

    def _axe(self, page: Any) -> Iterator[str]:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for rule in page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]:
            if rule["impact"] in SERIOUS:
                first = rule["nodes"][0]["html"][:200]
                yield f"{rule['id']} ({rule['impact']}), {len(rule['nodes'])} times: {first}"

    def _allow(self, route: Any) -> None:
        url = route.request.url
        if url.startswith((self.base, "data:", "blob:")):
            route.continue_()
        else:
            self.found.append(f"asks {url}")
            route.abort()

    def _listen(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.found.append(f"console: {message.text}")


_SETTLED = """() => [...document.querySelectorAll(".math")]
    .every(formula => formula.querySelector("mjx-container"))"""
_SHAPE = """() => [
    ...[...document.querySelectorAll("[data-mml-node=merror], mjx-merror")]
        .map(error => "formula in error: " + error.textContent.slice(0, 100)),
    ...(document.documentElement.scrollWidth > innerWidth
        ? ["wider than the screen by " + (document.documentElement.scrollWidth - innerWidth)] : []),
]"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def serve() -> ThreadingHTTPServer:
    """The site on a free port of this machine."""
    handler = functools.partial(_Quiet, directory=str(SITE))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def in_browser(paths: list[Path]) -> Iterator[str]:
    """What a browser finds wrong with these pages."""
    if not paths:
        return
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise SystemExit("The checks look at the pages in Chromium: apt-get install chromium")
    server = serve()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        browser = Browser(chromium, f"http://127.0.0.1:{server.server_port}")
        for path in paths:
            yield from browser.look(path)
        chromium.close()
    server.shutdown()


def _name(path: Path) -> str:
    return str(path.relative_to(SITE))


def _stands_for_others(path: Path) -> bool:
    return path.parent.name != "losses" or path.stem in SOME


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pages", nargs="*", help="as in losses/huber; else some of each kind")
    parser.add_argument("--all", action="store_true", help="every page in a browser")
    parser.add_argument("--links", action="store_true", help="only what needs no browser")
    choice = parser.parse_args()
    every = sorted(path for path in SITE.rglob("*.html") if "_static" not in path.parts)
    if not every:
        raise SystemExit("There is no site yet: nox -s site")
    some = [SITE / f"{name}.html" for name in choice.pages]
    if not some and not choice.links:
        some = [path for path in every if choice.all or _stands_for_others(path)]
    found = 0
    for problem in itertools.chain(dead_links(every), without_derivation(every), in_browser(some)):
        print(problem, flush=True)
        found += 1
    print(f"{len(every)} pages, {len(some)} of them in a browser: {found} problems.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
