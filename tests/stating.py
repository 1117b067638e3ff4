"""How a law on facts complains: which entry of the loss's facts is wrong, and what it should be."""

from __future__ import annotations

import lossbook as lb

ROUNDING = 1 + 1e-12
TIGHT = 0.999
UNBOUNDED = 1e6
NOTHING = 1e-6


def require(loss: lb.Loss, fact: str, should_be: object, because: str) -> None:
    """The loss states this about itself."""
    stated = getattr(loss.facts, fact)
    assert stated == should_be, _complaint(loss, fact, should_be, because)


def require_largest(loss: lb.Loss, fact: str, largest: float, what: str) -> None:
    """The loss states this bound, which is reached or approached; infinite beyond all bounds."""
    stated = getattr(loss.facts, fact)
    because = f"the largest {what} found is {largest:.17g}"
    if stated == float("inf"):
        assert largest > UNBOUNDED, _complaint(loss, fact, f"{largest:.6g}", because)
    else:
        better = "math.inf" if largest > UNBOUNDED else f"{largest:.6g}"
        holds = stated * TIGHT <= largest <= stated * ROUNDING
        assert holds, _complaint(loss, fact, better, because)


def require_smallest(loss: lb.Loss, fact: str, smallest: float, what: str) -> None:
    """The loss states this bound from below; 0 where there is none but 0."""
    stated = getattr(loss.facts, fact)
    because = f"the smallest {what} found is {smallest:.17g}"
    better = 0.0 if smallest < NOTHING else f"{smallest:.6g}"
    holds = stated <= smallest * ROUNDING and (
        smallest < NOTHING if stated == 0 else smallest <= stated / TIGHT
    )
    assert holds, _complaint(loss, fact, better, because)


def _complaint(loss: lb.Loss, fact: str, should_be: object, because: str) -> str:
    stated = getattr(loss.facts, fact)
    return f"{loss} states facts.{fact}={stated!r}, but {because}: state {fact}={should_be}"
