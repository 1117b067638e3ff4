"""Every line of a derivation against the one before it, and the last ones against the loss."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from lossbook.derivations import numbers, terms
from lossbook.derivations.derivation import Derivation, Line, Part
from lossbook.derivations.numbers import AGREEMENT, Point, Source, holds, same
from lossbook.derivations.points import Place, places
from lossbook.errors import LossbookError

# Samples of each kind of labels and each distance of the prediction; places per chain of lines.
SAMPLES, ENOUGH = 20, 20


class DerivationError(LossbookError, AssertionError):
    """A line does not follow from the one before it, or the last is not what the loss computes.

    The message names the part, the line, the point and both numbers. Also where no rule leads on.
    """


@dataclass(frozen=True)
class Checked:
    """What was checked: lines against the lines before them, and results against the code."""

    lines: int
    results: int
    places: int

    def __str__(self) -> str:
        return (
            f"Checked: {self.lines} lines, each equal to the one before it to {AGREEMENT} digits, "
            f"at {self.places} random points; {self.results} results, equal to what lossbook "
            f"computes in forms that are stable in the tails."
        )


def check(derivation: Derivation) -> Checked:
    """Check all parts; an error names the first line that is wrong."""
    pool = places(derivation.loss, derivation.letters, SAMPLES)
    for turn, place in enumerate(pool, start=1):
        for count, letter in enumerate(derivation.free, start=1):
            place.at[letter] = turn * count * mpmath.phi % 1
    used: set[int] = set()
    lines = results = 0
    for part in derivation.parts:
        inside = [place for place in pool if holds(part.condition, place.at)]
        if not inside:
            raise DerivationError(f"{_name(derivation, part)}: no point lies in {part.condition}.")
        chosen = _spread(inside)
        used |= {id(place) for place in chosen}
        for place in chosen:
            _check_lines(derivation, part, place)
            if part.order is not None:
                _check_result(derivation, part, place)
        lines += len(part.lines)
        results += part.order is not None
    _check_cover(derivation, pool)
    return Checked(lines, results, len(used))


def _spread(inside: list[Place]) -> list[Place]:
    """Some of the places, of all kinds and distances."""
    step = max(len(inside) // ENOUGH, 1)
    return inside[::step]


def _check_lines(derivation: Derivation, part: Part, place: Place) -> None:
    left, before = part.left, None
    last: dict[Any, Any] = {}
    for count, line in enumerate(part.lines, start=1):
        left = left if line.left is None else line.left
        if left not in last and _has_number(left, place):
            last[left] = left
        expected = last.get(left) if line.of is None else line.of(before)
        if expected is not None:
            agree, one, other = same(
                _number(expected, place.at), _number(line.expression, place.at)
            )
            if not agree:
                raise DerivationError(
                    f"{_name(derivation, part)}, line {count} ({line.reason or 'no reason'}): "
                    f"{line.expression} is {_shown(other)}, and not {_shown(one)} as the line "
                    f"before it, at {_where(place)}."
                )
        before = last[left] = line.expression


def _has_number(left: Any, place: Place) -> bool:
    """Whether a left side is more than a letter that its first line gives a meaning to."""
    return not left.has(terms.Loss) and left.free_symbols <= place.at.keys()


def _check_result(derivation: Derivation, part: Part, place: Place) -> None:
    last = part.lines[-1].expression
    for at, computed in _entries(part, place):
        agree, given, right = same(_number(last, at), computed)
        if not agree:
            raise DerivationError(
                f"{_name(derivation, part)}: the last line {last} is {_shown(given)}, and the loss "
                f"computes {_shown(right)}, at {_where(place)}."
            )


def _number(expression: Any, at: Point) -> Source:
    return lambda digits: numbers.number(expression, at, digits)


def _entries(part: Part, place: Place) -> list[tuple[Point, Source]]:
    """The points of a result, with what the code gives there: one, or each entry of a row."""
    assert part.order is not None
    columns: Iterable[int] = range(np.size(place.prediction))
    letters = part.lines[-1].expression.free_symbols | part.left.free_symbols
    if part.order == 2 and (terms.OTHER in letters or part.entry is not None):
        computed = functools.cache(place.matrix)
        pairs = itertools.product(columns, columns) if part.entry is None else [part.entry]
        return [
            ({**place.at, terms.OTHER: i, terms.ENTRY: j}, functools.partial(_at, computed, (i, j)))
            for i, j in pairs
        ]
    computed = functools.cache(functools.partial(place.computed, part.order))
    if part.order == 0:
        columns = (0,)
    elif part.entry is not None:
        columns = part.entry
    return [({**place.at, terms.ENTRY: j}, functools.partial(_at, computed, (j,))) for j in columns]


def _at(results: Callable[[int], Any], entry: tuple[int, ...], digits: int) -> Any:
    return results(digits)[entry]


def _check_cover(derivation: Derivation, pool: list[Place]) -> None:
    """Every point lies in a part of each order that there is."""
    for order in {part.order for part in derivation.parts if part.order is not None}:
        conditions = [part.condition for part in derivation.parts if part.order == order]
        for place in pool:
            if not any(holds(condition, place.at) for condition in conditions):
                word = ("value", "gradient", "hessian")[order]
                raise DerivationError(
                    f"{derivation.loss!r}: no case of the {word} holds at {_where(place)}."
                )


def _name(derivation: Derivation, part: Part) -> str:
    return f"{derivation.loss!r}, {part.heading}"


def _shown(value: Any) -> str:
    return str(mpmath.nstr(mpmath.mpf(value), 20))


def _where(place: Place) -> str:
    parts = []
    for symbol, value in place.at.items():
        values = value if isinstance(value, list) else [value]
        text = ", ".join(mpmath.nstr(mpmath.mpf(one), 8) for one in values)
        parts.append(f"{symbol} = {f'({text})' if isinstance(value, list) else text}")
    return ", ".join(parts)


__all__ = ["Checked", "DerivationError", "Line", "check"]
