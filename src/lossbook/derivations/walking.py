"""From a slope to a formula without one: rule by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import sympy

from lossbook.derivations.derivation import Line
from lossbook.derivations.latex import formula
from lossbook.derivations.rules import Applied, apply, depends, fraction_of
from lossbook.derivations.sums import collapse
from lossbook.derivations.terms import Named, Slope
from lossbook.derivations.tidying import cost, is_simpler, tidy

MOST_LINES = 40
# Products and quotients with more operations than this get letters for their parts.
_LONG = 7
_LETTERS = [sympy.Symbol(letter, real=True) for letter in ("u", "v", "g", "h", "k", "l")]


def work_out(
    expression: Any, variable: Any, left: Any, letters: list[Any] = _LETTERS
) -> Iterator[Line]:
    """The lines from the slope of an expression to its formula, one rule at a time."""
    constant, rest = _split(expression, variable)
    parts = _long_parts(rest, variable) if len(letters) > 1 else None
    if parts is None:
        yield from _by_rules(Slope(expression, variable))
        return
    if constant != 1:
        yield Line(constant * Slope(rest, variable), "a constant factor comes out")
    yield from _in_parts(constant, parts, variable, left, letters)


def _in_parts(
    constant: Any, parts: _Parts, variable: Any, left: Any, letters: list[Any]
) -> Iterator[Line]:
    """Both parts by themselves, and then what the rule makes of them."""
    u, v = Named(letters[0], parts.first), Named(letters[1], parts.second)
    slopes = []
    for named in (u, v):
        yield Line(named.expression, "", named)
    for named in (u, v):
        own = Slope(named, variable)
        yield Line(Slope(named.expression, variable), "", own)
        line = None
        for line in work_out(named.expression, variable, own, letters[2:]):
            yield line
        assert line is not None
        short = tidy(line.expression)
        if not is_simpler(short, line.expression):
            short = line.expression
        else:
            yield Line(short, "simplified")
        slopes.append(short)
    whole = parts.combine(u, v, Slope(u, variable), Slope(v, variable))
    yield Line(constant * whole, parts.rule, left)
    yield Line(constant * parts.combine(parts.first, parts.second, *slopes), "put together")


class _Parts(NamedTuple):
    """The two parts of a long expression, and the rule that puts their slopes together."""

    first: Any
    second: Any
    rule: str
    combine: Callable[[Any, Any, Any, Any], Any]


def _long_parts(expression: Any, x: Any) -> _Parts | None:
    if cost(expression)[0] <= _LONG:
        return None
    if expression.is_Add:
        return _long_sum(expression, x)
    if not expression.is_Mul:
        return None
    top, bottom = fraction_of(expression)
    if depends(top, x) and depends(bottom, x):
        return _Parts(top, bottom, "quotient rule", lambda u, v, du, dv: (du * v - u * dv) / v**2)
    if bottom != 1:
        return None
    longest = max(expression.args, key=cost)
    rest = expression / longest
    return _Parts(longest, rest, "product rule", lambda u, v, du, dv: du * v + u * dv)


def _long_sum(expression: Any, x: Any) -> _Parts | None:
    """The longest term and the others, where two need more than a line."""
    terms = [term for term in expression.args if depends(term, x)]
    if sorted(cost(term)[0] for term in terms)[-2:-1] <= [_LONG]:
        return None
    longest = max(terms, key=cost)
    return _Parts(longest, expression - longest, "sum rule", lambda _u, _v, du, dv: du + dv)


def without_repeats(lines: list[Line]) -> list[Line]:
    """Without lines that are written as the one before them: SymPy tells apart what nobody sees."""
    kept = lines[:1]
    for line in lines[1:]:
        if line.left is None and formula(line.expression) == formula(kept[-1].expression):
            kept[-1] = replace(kept[-1], expression=line.expression)
        else:
            kept.append(line)
    return kept


def _split(expression: Any, x: Any) -> tuple[Any, Any]:
    factors = sympy.Mul.make_args(expression)
    fixed = [factor for factor in factors if not depends(factor, x)]
    return sympy.Mul(*fixed), sympy.Mul(*(f for f in factors if f not in fixed))


def _by_rules(current: Any) -> Iterator[Line]:
    for _ in range(MOST_LINES):
        slopes = _slopes_of(current)
        if not slopes:
            return
        reason, results = _next(slopes)
        current = current.xreplace(results)
        yield Line(current, reason)
        collapsed = collapse(current)
        if collapsed != current:
            current = collapsed
            yield Line(current, "of a sum with δ, the one term is left where δ is 1")
    raise NotImplementedError(f"the derivation of {current} has more than {MOST_LINES} lines")


def _slopes_of(expression: Any) -> list[Slope]:
    """The slopes in the order in which they are read."""
    seen = dict.fromkeys(
        part for part in sympy.preorder_traversal(expression) if isinstance(part, Slope)
    )
    return list(seen)


def _next(slopes: list[Slope]) -> tuple[str, dict[Any, Any]]:
    """The rule for the first slope, with all slopes that it does for, and easy ones beside."""
    applied: dict[Slope, Applied] = {slope: apply(slope) for slope in slopes}
    first = next((one for one in applied.values() if not one.is_easy), None)
    if first is None:
        reason = max(applied.values(), key=lambda one: len(one.reason)).reason
        return reason, {slope: one.result for slope, one in applied.items()}
    chosen = {s: one for s, one in applied.items() if one.is_easy or one.reason == first.reason}
    is_chain = any(one.is_chain for one in chosen.values())
    reason = f"chain rule, as {first.reason}" if is_chain else first.reason
    return reason, {slope: one.result for slope, one in chosen.items()}
