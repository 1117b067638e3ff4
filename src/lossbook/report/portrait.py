"""What is known about a loss, in words: its domains, its facts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lossbook.families import MarginLoss

if TYPE_CHECKING:
    from lossbook.loss import Loss

__all__ = ["domains_in_words", "facts_in_words"]

_NOT_CONVEX = {True: "no, but one valley", False: "no, several valleys", None: "no"}


def domains_in_words(loss: Loss) -> list[tuple[str, str]]:
    """What labels and predictions may be.

    >>> import lossbook
    >>> domains_in_words(lossbook.Hinge())
    [('labels', '{-1, 1}'), ('predictions', 'the real numbers')]
    """
    return [
        ("labels", loss.label_domain.describe()),
        ("predictions", loss.prediction_domain.describe() + _link_note(loss)),
    ]


def facts_in_words(loss: Loss) -> list[tuple[str, str]]:
    """The best constant, where it has a name, and the shape of the loss.

    >>> import lossbook
    >>> facts_in_words(lossbook.AbsoluteError())[:2]
    [('best constant', 'median of the labels'), ('convex', 'yes, not strictly')]
    """
    facts = loss.facts
    pairs = [
        *_constant(loss),
        ("convex", _convexity(loss)),
        ("steepest slope", _bound(facts.lipschitz)),
        ("largest curvature", _bound(facts.smoothness)),
    ]
    for what, places in (("kinks", facts.kinks), ("jumps", facts.jumps)):
        if places:
            where = ", ".join(f"{place:g}" for place in places)
            pairs.append((what, f"at {_kink_variable(loss)} = {where}"))
    pairs += [
        ("smallest value", _bound(facts.minimum)),
        ("largest value", _bound(facts.supremum)),
    ]
    if not loss.is_row:
        pairs.append(("symmetric", "yes" if facts.symmetric else "no"))
        pairs.append(("far outliers", "lose their pull" if facts.redescending else "keep pulling"))
    if facts.calibrated is not None:
        side = "always" if facts.calibrated else "not always"
        pairs.append(("calibrated", f"{side} on the side of the likelier class"))
    forms = [("prox", loss.has_prox), ("conjugate", loss.has_conjugate)]
    if any(has for _, has in forms):
        pairs.append(("closed forms", ", ".join(name for name, has in forms if has)))
    return pairs


def _constant(loss: Loss) -> list[tuple[str, str]]:
    if loss.functional is None:
        return []
    through = "" if loss.link.name == "identity" else f", through the {loss.link.name} link"
    return [("best constant", f"{loss.functional.describe()} of the labels{through}")]


def _convexity(loss: Loss) -> str:
    facts = loss.facts
    if facts.strong_convexity:
        return f"strongly: the curvature is {facts.strong_convexity:g} or more"
    if facts.convex:
        return "strictly" if facts.strictly_convex else "yes, not strictly"
    return _NOT_CONVEX[facts.unimodal]


def _link_note(loss: Loss) -> str:
    if loss.link.name == "identity":
        return ""
    return f", raw scores (link: {loss.link.name})"


def _bound(value: float | None) -> str:
    if value is not None and math.isnan(value):
        return "not worked out"
    return "no bound" if value is None or math.isinf(value) else f"{value:g}"


def _kink_variable(loss: Loss) -> str:
    if isinstance(loss, MarginLoss):
        return "y ŷ"
    return "ŷ" if loss.label_domain.two_classes else "ŷ - y"
