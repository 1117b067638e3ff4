"""The front page of the catalogue: every loss by kind, with what tells them apart."""

from __future__ import annotations

from collections.abc import Sequence

import lossbook as lb
from lossbook.cli.list import summary
from lossbook.report.portrait import facts_in_words

from .markdown import heading, link, table
from .variants import default

_TITLES = {
    "regression": "Regression",
    "counts": "Counts and positive amounts",
    "distributions": "Whole distributions",
    "binary": "Two classes",
    "multiclass": "Several classes",
    "several": "Several numbers at once",
}

_HEADER = ["loss", "what it is", "convex", "best constant", "far outliers"]
_INTRODUCTION = """\
each with a page of its own: formula, facts, pictures, behaviour in the tails, measured accuracy,
code, and what other frameworks call it. [Which loss?](../howto/choosing.md) helps to choose. [One
table](../catalogue.md) shows what each of them has, [another](../rosetta.md) their names elsewhere.
"""


def index(losses: Sequence[type[lb.Loss]]) -> str:
    """A table for each kind, and what the navigation shows."""
    parts = ["# Catalogue", f"{len(losses)} losses, {_INTRODUCTION.strip()}"]
    for kind in dict.fromkeys(cls.kind for cls in losses):
        these = [cls for cls in losses if cls.kind == kind]
        title = _TITLES.get(kind, kind.capitalize())
        names = "\n".join(cls.name for cls in these)
        parts += [
            heading(title),
            table(_HEADER, map(_row, these)),
            f"```{{toctree}}\n:hidden:\n:caption: {title}\n\n{names}\n```",
        ]
    return "\n\n".join(parts) + "\n"


def _row(cls: type[lb.Loss]) -> list[str]:
    facts = dict(facts_in_words(default(cls)))
    best = facts.get("best constant", "").partition(" of the labels")[0]
    return [
        link(cls),
        summary(cls),
        facts["convex"].partition(":")[0].partition(",")[0],
        best or "-",
        facts.get("far outliers", "-"),
    ]
