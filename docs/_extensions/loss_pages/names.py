"""What a loss is called, here and elsewhere."""

from __future__ import annotations

import lossbook as lb

from .markdown import table


def aliases(loss: lb.Loss) -> str:
    """All that ``lossbook.get`` knows it by, without the frameworks' names."""
    names = [loss.name, *type(loss).aliases]
    listed = ", ".join(f"`{name}`" for name in names)
    return f"`lossbook.get` and the commands know it as {listed}."


def counterparts(loss: lb.Loss) -> str:
    """What other frameworks call it, and what differs there."""
    rows = [
        [
            theirs.title,
            f"`{theirs.name}`",
            f"`{type(loss)(**theirs.parameters)!r}`",
            "; ".join(f"*{topic}*: {words}" for topic, words in theirs.differences.items())
            or "nothing",
        ]
        for theirs in loss.counterparts
    ]
    if not rows:
        return ""
    return table(["framework", "name there", "here", "what differs"], rows)
