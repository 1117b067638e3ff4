"""Scores above the threshold of sparsemax and 1.5-entmax, to the last bits of the small ones.

What is above the threshold is a difference that vanishes where a class leaves the support. So
scores and threshold are cut into a coarse part, of so few bits that sums and squares of it are
exact, and a rest, which is too small for its rounding to matter: (coarse - coarse threshold) is
exact, and the rests are added last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lossbook.maths.namespace import Term

if TYPE_CHECKING:
    from lossbook.maths.arrays import ArrayMaths

# A threshold lies at most 1 below the largest score; further down no digit of a difference is lost.
_NEAR = 4.0

# How often the support is found anew from the better threshold: once settles all but exact ties.
_ROUNDS = 2


def sparsemax_excess(m: ArrayMaths, scores: Term) -> Term:
    """``scores - tau``: the positive ones sum to 1."""

    def estimate(falling: Term, count: Term) -> Term:
        # Each prefix of the sorted scores bounds the threshold from below; the support attains it.
        return m.xp.max((_running_sum(m, falling) - 1) / count, axis=-1, keepdims=True)

    def correction(support: Term, exact: Term, rest: Term) -> Term:
        return ((m.sum(exact) - 1) + m.sum(rest)) / m.sum(support)

    return _excess(m, scores, 1.0, estimate, correction)


def entmax15_excess(m: ArrayMaths, scores: Term) -> Term:
    """``scores / 2 - tau``: the squares of the positive ones sum to 1."""

    def estimate(falling: Term, count: Term) -> Term:
        mean = _running_sum(m, falling) / count
        spread = _running_sum(m, falling**2) - count * mean**2
        # A root of 0 has an infinite slope, which a library that differentiates this would meet.
        below = m.sqrt(m.where(spread < 1, 1 - spread, 1.0) / count)
        threshold = mean - m.where(spread < 1, below, 0.0)
        valid = (threshold <= falling) & (spread <= 1)
        return m.xp.max(m.where(valid, threshold, -1.0), axis=-1, keepdims=True)

    def correction(support: Term, exact: Term, rest: Term) -> Term:
        # The smaller root of sum (exact + rest - root)² = 1.
        too_much = (m.sum(exact**2) - 1) + m.sum((2 * exact + rest) * rest)
        whole = m.sum(exact + rest)
        room = m.maximum(whole**2 - m.sum(support) * too_much, 0)
        return too_much / (whole + m.sqrt(room))

    return _excess(m, scores, 0.5, estimate, correction)


def _excess(
    m: ArrayMaths,
    scores: Term,
    scale: float,
    estimate: Callable[[Term, Term], Term],
    correction: Callable[[Term, Term, Term], Term],
) -> Term:
    top = m.sum(m.times(m.top(scores), scores))
    distance, lost = (scale * part for part in m.difference(scores, top))
    near = m.maximum(distance, -_NEAR)
    coarse = m.coarse(near)
    fine = (near - coarse) + m.where(distance > -_NEAR, lost, 0.0)
    count = m.xp.astype(m.xp.arange(1, scores.shape[-1] + 1, device=m.device), m.dtype)
    # Whoever is 1 below the largest is out, and would only spoil the sums.
    falling = m.maximum(-m.xp.sort(-distance, axis=-1), -1.0)
    threshold = m.coarse(estimate(falling, count))
    excess = distance - threshold
    for _ in range(_ROUNDS):
        support = m.where(excess > 0, 1.0, 0.0)
        exact, rest = support * (coarse - threshold), support * fine
        shift = correction(support, exact, rest)
        excess = (coarse - threshold) + (fine - shift)
    return m.where(distance > -_NEAR, excess, (distance - threshold) - shift)


def _running_sum(m: ArrayMaths, x: Term) -> Term:
    # NumPy 2.0 lacks the standard's name for it.
    running = getattr(m.xp, "cumulative_sum", None) or m.xp.cumsum
    return running(x, axis=-1)
