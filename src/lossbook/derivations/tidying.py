"""Shorter ways to write the same expression."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from lossbook.derivations import terms
from lossbook.derivations.sums import taken_out

# Beyond these, SymPy takes longer than anybody waits: to put over one denominator, to simplify.
_MOST_TOGETHER, _MOST_SIMPLIFIED, _MOST_OF_WAVES = 40, 24, 12
_HYPERBOLIC = {sympy.sinh, sympy.cosh, sympy.tanh}
_WAVES = (*_HYPERBOLIC, sympy.sin, sympy.cos, sympy.tan)


def tidy(expression: Any) -> Any:
    """The shortest form that a few ways of writing it give."""
    expression = _signs_joined(_sums_tidied(expression))
    known = _functions(expression)
    candidates = [expression]
    for way in _ways(expression):
        found = _signs_joined(way(expression))
        if _functions(found) <= known:
            candidates.append(found)
    return min(candidates, key=cost)


def is_simpler(one: Any, other: Any) -> bool:
    """Whether a form is worth a line after the other one: more than a sign or a factor moved."""
    saved = cost(other)[0] - cost(one)[0]
    if saved > 1 or cost(one) >= cost(other):
        return saved > 1
    return bool(sympy.expand(one - other) != 0)


def _functions(expression: Any) -> set[Any]:
    """The functions in it; hyperbolic ones may turn into each other."""
    found = {part.func for part in expression.atoms(sympy.Function)}
    if any(part.args[0].is_Pow for part in expression.atoms(sympy.Abs)):
        found.add(sympy.Pow)
    if found & _HYPERBOLIC:
        found |= _HYPERBOLIC
    return found


def _signs_joined(expression: Any) -> Any:
    """Without products of a sign and what it is the sign of; r sign r = |r| off 0."""
    found = expression.replace(
        lambda part: part.is_Pow and isinstance(part.base, sympy.sign) and part.exp.is_even,
        lambda _: sympy.Integer(1),
    )
    return found.replace(lambda part: part.is_Mul, _product_of_signs)


def _product_of_signs(product: Any) -> Any:
    for sign in [factor for factor in product.args if isinstance(factor, sympy.sign)]:
        inner = sign.args[0]
        rest = product / sign
        if inner in rest.args or inner == rest:
            return rest / inner * sympy.Abs(inner)
        if sympy.Abs(inner) in rest.args or sympy.Abs(inner) == rest:
            return rest / sympy.Abs(inner) * inner
    return product


def cost(expression: Any) -> tuple[int, int, int]:
    """How long an expression is to read."""
    sizes = sum(abs(part.p) + part.q for part in _numbers_in(expression))
    return int(sympy.count_ops(expression)), sizes, len(str(expression))


def _numbers_in(expression: Any) -> list[Any]:
    return [part for part in sympy.preorder_traversal(expression) if part.is_Rational]


def _ways(expression: Any) -> list[Callable[[Any], Any]]:
    ways: list[Callable[[Any], Any]] = [sympy.factor_terms, sympy.expand]
    operations = cost(expression)[0]
    if operations <= _MOST_TOGETHER and not expression.has(terms.Bracket):
        ways += [sympy.together, sympy.factor]
        if operations <= (_MOST_OF_WAVES if expression.has(*_WAVES) else _MOST_SIMPLIFIED):
            ways.append(sympy.simplify)
    return ways


def _sums_tidied(expression: Any) -> Any:
    return expression.replace(
        lambda part: isinstance(part, terms.Total),
        lambda total: taken_out(terms.Total(tidy(total.expression), total.index)),
    )
