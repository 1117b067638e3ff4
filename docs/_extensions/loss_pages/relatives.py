"""Losses that have much in common with one."""

from __future__ import annotations

from collections.abc import Iterator

import lossbook as lb

from .markdown import link
from .variants import default

MOST = 6


def relatives(loss: lb.Loss) -> str:
    """The nearest ones first, each with what the two share."""
    others = [cls for cls in lb.catalogue() if cls.kind == loss.kind and cls is not type(loss)]
    shared = {cls: list(_shared(loss, default(cls))) for cls in others}
    related = [cls for cls in others if shared[cls]]
    nearest = sorted(related, key=lambda cls: -len(shared[cls]) - _same_words(cls, type(loss)))
    return "\n".join(f"- {link(cls)}: {', '.join(shared[cls])}" for cls in nearest[:MOST])


def _shared(loss: lb.Loss, other: lb.Loss) -> Iterator[str]:
    ours, theirs = loss.facts, other.facts
    best = [each.functional and each.functional.describe() for each in (loss, other)]
    if best[0] and best[0] == best[1]:
        yield f"the same best constant, the {best[0]}"
    if _family(loss) is _family(other):
        yield _FAMILIES.get(_family(loss).__name__, f"the same family, {_family(loss).__name__}")
    if ours.redescending and theirs.redescending:
        yield "outliers lose their pull"
    if ours.kinks and theirs.kinks:
        yield "kinks"
    if ours.strictly_convex and theirs.strictly_convex:
        yield "strictly convex"


_FAMILIES = {
    "ResidualLoss": "of the residual too",
    "MarginLoss": "of the margin too",
    "PointwiseLoss": "of label and prediction too",
}


def _same_words(one: type[lb.Loss], other: type[lb.Loss]) -> int:
    return len(set(one.name.split("_")) & set(other.name.split("_")))


def _family(loss: lb.Loss) -> type:
    return type(loss).__mro__[1]
