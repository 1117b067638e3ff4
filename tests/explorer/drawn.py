"""What the page draws, by what is predicted."""

from __future__ import annotations

from typing import Any

from lossbook.explorer.contents import contents

CONTENTS = contents()
FORMULAS = [formula for entry in CONTENTS for formula in entry["formulas"]]
WORLDS = sorted({formula["world"] for formula in FORMULAS})


def entries(world: str) -> list[dict[str, Any]]:
    """The losses of one kind of prediction."""
    return [e for e in CONTENTS if any(f["world"] == world for f in e["formulas"])]


def in_fives(world: str) -> list[list[dict[str, Any]]]:
    """The same, as many at a time as fit on the page."""
    every = entries(world)
    return [every[start : start + 5] for start in range(0, len(every), 5)]
