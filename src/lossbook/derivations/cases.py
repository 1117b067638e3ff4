"""A formula with choices in it (max, min, cases) as plain formulas, each with where it holds."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import sympy

from lossbook.derivations.numbers import holds, number
from lossbook.derivations.points import Place

CHOICES = (sympy.Max, sympy.Min, sympy.Piecewise)


@dataclass(frozen=True)
class Case:
    """A plain formula, where it holds, and the places there."""

    expression: Any
    condition: Any
    places: tuple[Place, ...]


def cases(expression: Any, places: list[Place]) -> list[Case]:
    """The plain formulas that occur, in the order of where they hold."""
    groups: dict[Any, list[Place]] = {}
    seen: dict[Any, None] = {}
    for place in places:
        resolved, conditions = resolve(expression, place)
        seen |= dict.fromkeys(conditions)
        groups.setdefault(resolved, []).append(place)
    candidates = list(seen)
    found = []
    for resolved, inside in groups.items():
        outside = [p for other, ps in groups.items() if other is not resolved for p in ps]
        condition = _condition(candidates, inside, outside)
        plain = signed(resolved, inside)
        found.append(Case(plain, condition, tuple(inside)))
    return _merged(found)


def resolve(expression: Any, place: Place) -> tuple[Any, list[Any]]:
    """The formula with every choice made as at this place, and why each was made so."""
    if not expression.has(*CHOICES):
        return expression, []
    conditions: list[Any] = []
    if isinstance(expression, sympy.Piecewise):
        for value, condition in expression.args:
            plain, inner = resolve(condition, place)
            conditions += inner
            if holds(plain, place.at):
                if plain != sympy.true:
                    conditions.append(plain)
                resolved, inner = resolve(value, place)
                return resolved, conditions + inner
            conditions.append(sympy.Not(plain))
    arguments = []
    for argument in expression.args:
        resolved, inner = resolve(argument, place)
        arguments.append(resolved)
        conditions += inner
    if isinstance(expression, sympy.Max | sympy.Min):
        sign = 1 if isinstance(expression, sympy.Max) else -1
        chosen = max(arguments, key=lambda argument: sign * number(argument, place.at))
        for other in arguments:
            if other is not chosen:
                conditions.append(
                    sympy.StrictGreaterThan(chosen, other)
                    if sign > 0
                    else sympy.StrictLessThan(chosen, other)
                )
        return chosen, conditions
    return expression.func(*arguments), conditions


def signed(expression: Any, places: Any) -> Any:
    """The formula without absolute values of what has one sign at all these places."""
    signs = {}
    for part in expression.atoms(sympy.Abs):
        inner = [number(part.args[0], place.at) for place in places]
        if all(x > 0 for x in inner):
            signs[part] = part.args[0]
        elif all(x < 0 for x in inner):
            signs[part] = -part.args[0]
    return expression.xreplace(signs)


def _condition(candidates: list[Any], inside: list[Place], outside: list[Place]) -> Any:
    """The shortest conjunction of what was asked that tells the places apart."""
    if not outside:
        return sympy.true
    usable = [
        (condition, {id(p) for p in outside if holds(condition, p.at)})
        for condition in sorted(candidates, key=sympy.count_ops)
        if all(holds(condition, p.at) for p in inside)
    ]
    for size in (1, 2, 3, 4):
        for several in itertools.combinations(usable, size):
            if not set.intersection(*(let_in for _, let_in in several)):
                return sympy.And(*(condition for condition, _ in several), evaluate=False)
    raise NotImplementedError("no few conditions tell the cases apart")


def _merged(found: list[Case]) -> list[Case]:
    """Cases that came out with the same formula, as one."""
    merged: dict[Any, Case] = {}
    for case in found:
        if case.expression not in merged:
            merged[case.expression] = case
            continue
        old = merged[case.expression]
        both = sympy.Or(old.condition, case.condition)
        merged[case.expression] = Case(case.expression, both, old.places + case.places)
    cases_ = list(merged.values())
    return (
        [Case(cases_[0].expression, sympy.true, cases_[0].places)] if len(cases_) == 1 else cases_
    )
