"""What the page draws, by what is predicted."""

from __future__ import annotations

import functools
from typing import Any

from lossbook.explorer.contents import contents, world_of
from lossbook.printers.formulas import printed_losses

WORLDS = sorted({world_of(loss) for loss in printed_losses()})


@functools.cache
def every() -> list[dict[str, Any]]:
    """What the page knows of each loss; written once, as formulas take their time."""
    return contents()


def formulas() -> list[dict[str, Any]]:
    """All of their formulas."""
    return [formula for entry in every() for formula in entry["formulas"]]


def entries(world: str) -> list[dict[str, Any]]:
    """The losses of one kind of prediction."""
    return [e for e in every() if any(f["world"] == world for f in e["formulas"])]


def in_fives(world: str) -> list[list[dict[str, Any]]]:
    """The same, as many at a time as fit on the page."""
    some = entries(world)
    return [some[start : start + 5] for start in range(0, len(some), 5)]
