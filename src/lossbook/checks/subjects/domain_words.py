"""Domains as callers write them: an object, a pair of ends, two labels, or a word."""

from __future__ import annotations

import math
from typing import Any

from lossbook.domains import REALS, Domain, Interval, Labels
from lossbook.errors import InputError

# What a caller may write for a domain.
WrittenDomain = Domain | tuple[float | None, float | None] | set[float] | str | None

WRITTEN = "'reals', '0..1', '0..' (ends of an interval) or '-1,1' (two labels)"


def as_domain(argument: str, written: Any) -> Domain | None:
    """The domain meant by ``(0, 1)`` (an interval), ``{-1, 1}`` (labels), or such words.

    >>> as_domain("label_domain", "-1,1").describe()
    '{-1, 1}'
    >>> as_domain("label_domain", (0, None)).describe()
    '[0, inf)'
    """
    if written is None or hasattr(written, "outside"):
        return written  # type: ignore[no-any-return]
    if isinstance(written, str):
        return _from_words(argument, written)
    if isinstance(written, set | frozenset) and len(written) == 2:
        return Labels(min(map(float, written)), max(map(float, written)))
    if isinstance(written, tuple | list) and len(written) == 2:
        low, high = written
        return Interval(
            -math.inf if low is None else float(low), math.inf if high is None else float(high)
        )
    raise InputError(
        f"{argument} must be a domain, a pair (low, high), two labels {{a, b}}, or {WRITTEN}, "
        f"got {written!r}.",
        argument=argument,
    )


def _from_words(argument: str, words: str) -> Domain:
    if words.strip() in {"reals", ".."}:
        return REALS
    try:
        if ".." in words:
            low, high = words.split("..")
            return Interval(float(low or "-inf"), float(high or "inf"))
        first, second = map(float, words.split(","))
    except ValueError:
        raise InputError(
            f"{argument} must be written {WRITTEN}, got {words!r}.", argument=argument
        ) from None
    return Labels(min(first, second), max(first, second))
