"""The page on small screens, in the dark, and for those who do not see it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.drawn import WORLDS
from explorer.visitor import Visitor

PHONE = {"viewport": {"width": 360, "height": 700}}
AXE = Path(__file__).parents[2] / "build" / "site_assets" / "checks" / "axe.min.js"


def background(visitor: Visitor) -> str:
    return str(visitor.page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_nothing_is_wider_than_a_phone(newcomer: Callable[..., Visitor]) -> None:
    visitor = newcomer(**PHONE)
    for world in WORLDS:
        visitor.go(f"predict={world}")
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 360
        for plot in visitor.page.locator("svg.plot:visible").all():
            assert plot.bounding_box()["width"] > 280


def test_dark_follows_the_system_and_the_button(newcomer: Callable[..., Visitor]) -> None:
    light, dark = newcomer(color_scheme="light"), newcomer(color_scheme="dark")
    assert background(light) != background(dark)
    known = background(dark)
    light.press("theme")
    assert background(light) == known


@pytest.mark.skipif(not AXE.exists(), reason="nox -s explorer fetches axe-core from npm")
@pytest.mark.parametrize(
    ("scheme", "worlds"), [("light", ("number", "scores")), ("dark", ("score", "directions"))]
)
def test_axe_finds_no_barrier(
    newcomer: Callable[..., Visitor], scheme: str, worlds: tuple[str, ...]
) -> None:
    # The page's own policy would refuse a script from elsewhere.
    visitor = newcomer(color_scheme=scheme, bypass_csp=True)
    visitor.page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    for world in worlds:
        visitor.go(f"predict={world}")
        found = visitor.page.evaluate("axe.run()")
        assert len(found["passes"]) > 20
        assert [rule["id"] for rule in found["violations"]] == []
