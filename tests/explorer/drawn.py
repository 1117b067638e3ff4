"""The page, and what it draws, by what is predicted."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from lossbook.explorer.contents import world_of
from lossbook.explorer.page import render_page
from lossbook.printers.formulas import drawn_losses

WORLDS = sorted({world_of(loss) for loss in drawn_losses()})


@functools.cache
def page() -> str:
    """Its text; written once, as formulas take their time."""
    return render_page()


@functools.cache
def every() -> list[dict[str, Any]]:
    """What the page knows of each loss."""
    found = re.search(r'<script type="application/json" id="contents">(.*?)</script>', page())
    assert found
    known: list[dict[str, Any]] = json.loads(found[1])
    return known


def formulas() -> list[dict[str, Any]]:
    """All of their formulas."""
    return [formula for entry in every() for formula in entry["formulas"]]


def entries(world: str) -> list[dict[str, Any]]:
    """The losses of one kind of prediction."""
    return [e for e in every() if any(f["world"] == world for f in e["formulas"])]


def parameters(entry: dict[str, Any], world: str) -> list[dict[str, Any]]:
    """Those of a loss that do something there."""
    taken = {name for f in entry["formulas"] if f["world"] == world for name in f["takes"]}
    return [parameter for parameter in entry["parameters"] if parameter["name"] in taken]


def in_fives(world: str) -> list[list[dict[str, Any]]]:
    """The losses of a world, as many at a time as fit on the page."""
    some = entries(world)
    return [some[start : start + 5] for start in range(0, len(some), 5)]
