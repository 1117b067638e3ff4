"""The rules of differentiation, one application at a time, each with its name in words."""

from __future__ import annotations

from typing import Any, NamedTuple

import sympy

from lossbook.derivations.order import neat
from lossbook.derivations.terms import (
    Bracket,
    Delta,
    Entry,
    Named,
    Slope,
    Softmax,
    Softplus,
    Total,
)
from lossbook.maths.symbols import Sigmoid

_POWER_RULE, _CONSTANT = "power rule", "a constant has slope 0"
_U = sympy.Dummy("u", real=True)


class Applied(NamedTuple):
    """What a rule made of a slope; an easy one may be applied along with another.

    Of a function of something that is not the variable itself, it is the chain rule with this one.
    """

    reason: str
    result: Any
    is_easy: bool = False
    is_chain: bool = False


# A function's derivative at u, and both in words.
_FUNCTIONS: dict[Any, tuple[Any, str]] = {
    sympy.log: (1 / _U, "(log u)′ = 1 / u"),
    sympy.exp: (sympy.exp(_U), "(e^u)′ = e^u"),
    sympy.sin: (sympy.cos(_U), "(sin u)′ = cos u"),
    sympy.cos: (-sympy.sin(_U), "(cos u)′ = -sin u"),
    sympy.tan: (1 / sympy.cos(_U) ** 2, "(tan u)′ = 1 / cos² u"),
    sympy.atan: (1 / (1 + _U**2), "(arctan u)′ = 1 / (1 + u²)"),
    sympy.sinh: (sympy.cosh(_U), "(sinh u)′ = cosh u"),
    sympy.cosh: (sympy.sinh(_U), "(cosh u)′ = sinh u"),
    sympy.tanh: (1 - sympy.tanh(_U) ** 2, "(tanh u)′ = 1 - tanh² u"),
    sympy.Abs: (sympy.sign(_U), "|u|′ = sign u, for u ≠ 0"),
    sympy.sign: (sympy.Integer(0), "sign u is constant, for u ≠ 0"),
    Sigmoid: (Sigmoid(_U) * Sigmoid(-_U), "σ(u)′ = σ(u) σ(-u)"),
    Softplus: (Sigmoid(_U), "(log(1 + e^u))′ = σ(u)"),
    sympy.loggamma: (sympy.polygamma(0, _U), "(log Γ(u))′ = ψ(u)"),
    sympy.erf: (2 / sympy.sqrt(sympy.pi) * sympy.exp(-(_U**2)), "(erf u)′ = 2 e^(-u²) / √π"),
}


def apply(slope: Slope) -> Applied:
    """One rule for one slope; what is left to work out stands in new, smaller slopes."""
    expression, x = slope.expression, slope.variable
    easy = _easy(expression, x)
    if easy is not None:
        return easy
    for rule in _RULES:
        applied = rule(expression, x)
        if applied is not None:
            return applied
    raise NotImplementedError(f"no rule differentiates {expression.func.__name__}")


def depends(expression: Any, x: Any) -> bool:
    """Whether x occurs; an entry of a row occurs wherever any entry of the row may be it."""
    if isinstance(x, Entry):
        return x.row in expression.free_symbols
    return x in expression.free_symbols


def _easy(expression: Any, x: Any) -> Applied | None:
    """Constants, straight lines and powers of x itself."""
    if not depends(expression, x):
        return Applied(_CONSTANT, sympy.Integer(0), True)
    if expression == x:
        return Applied("the variable itself has slope 1", sympy.Integer(1), True)
    if isinstance(x, Entry) or isinstance(expression, Bracket):
        return None
    constant, rest = expression.as_independent(x, as_Add=False)
    if rest == x:
        return Applied("a straight line has one slope", constant, True)
    if expression.is_Add:
        constant, rest = expression.as_independent(x, as_Add=True)
        inner = _easy(rest, x) if not rest.is_Add else None
        if inner is not None and not depends(inner.result, x):
            return Applied("a straight line has one slope", inner.result, True)
        inner_terms = [_easy(term, x) for term in expression.args]
        if all(term is not None for term in inner_terms):
            total = sympy.Add(*(term.result for term in inner_terms if term is not None))
            return Applied("term by term, with the power rule", total, True)
        return None
    if rest.is_Pow and rest.base == x and not depends(rest.exp, x):
        n = rest.exp
        return Applied(_POWER_RULE, constant * n * x ** (n - 1), True)
    return None


def _total(expression: Any, x: Any) -> Applied | None:
    if not isinstance(expression, Total):
        return None
    inside = Total(_slope(expression.expression, x), expression.index)
    return Applied("sum rule: term by term", inside)


def _sum(expression: Any, x: Any) -> Applied | None:
    if not expression.is_Add:
        return None
    moving = [term for term in expression.args if depends(term, x)]
    slopes = [_slope(term, x) for term in moving]
    if len(moving) == 1:
        return Applied(_CONSTANT, slopes[0])
    easy = [_easy(term, x) for term in moving]
    powers = any(one is not None and one.reason == _POWER_RULE for one in easy)
    reason = "sum rule and power rule" if powers else "sum rule: term by term"
    return Applied(reason, sympy.Add(*slopes))


def _without_constants(expression: Any, x: Any) -> Any:
    constant, rest = _split(expression, x)
    return Slope(rest, x) if constant == 1 else constant * _slope(rest, x)


def _split(expression: Any, x: Any) -> tuple[Any, Any]:
    factors = sympy.Mul.make_args(expression)
    return (
        sympy.Mul(*(factor for factor in factors if not depends(factor, x))),
        sympy.Mul(*(factor for factor in factors if depends(factor, x))),
    )


def _slope(expression: Any, x: Any) -> Any:
    """A slope to work out, with what is constant in it out of the way."""
    easy = _easy(expression, x)
    if easy is not None:
        return easy.result
    if expression.is_Add:
        moving = [term for term in expression.args if depends(term, x)]
        return _without_constants(moving[0], x) if len(moving) == 1 else Slope(expression, x)
    return _without_constants(expression, x)


def _constant_factor(expression: Any, x: Any) -> Applied | None:
    constant, rest = _split(expression, x)
    if constant == 1:
        return None
    if rest.is_Add:
        inner = _sum(rest, x)
        assert inner is not None
        several = inner.reason != _CONSTANT
        words = "term by term" if several else "a constant term has slope 0"
        return Applied(f"a constant factor comes out; {words}", constant * inner.result)
    return Applied("a constant factor comes out", constant * _slope(rest, x))


def _quotient(expression: Any, x: Any) -> Applied | None:
    if not expression.is_Mul:
        return None
    top, bottom = fraction_of(expression)
    if not (depends(top, x) and depends(bottom, x)):
        return None
    result = (_slope(top, x) * bottom - top * _slope(bottom, x)) / bottom**2
    return Applied("quotient rule: (u / v)′ = (u′ v - u v′) / v²", result)


def fraction_of(expression: Any) -> tuple[Any, Any]:
    """Above and below the line; an exponential is never below."""
    factors = sympy.Mul.make_args(expression)
    below = [f for f in factors if f.is_Pow and f.exp.is_Rational and f.exp.is_negative]
    top = sympy.Mul(*(f for f in factors if f not in below))
    return top, sympy.Mul(*(1 / f for f in below))


def _product(expression: Any, x: Any) -> Applied | None:
    if not expression.is_Mul:
        return None
    factors = [factor for factor in expression.args if depends(factor, x)]
    others = [sympy.Mul(*(f for f in factors if f is not factor)) for factor in factors]
    result = sympy.Add(
        *(_slope(factor, x) * other for factor, other in zip(factors, others, strict=True))
    )
    return Applied("product rule: (u v)′ = u′ v + u v′", result)


def _power(expression: Any, x: Any) -> Applied | None:
    if not expression.is_Pow:
        return None
    base, n = expression.args
    if not depends(n, x):
        if n == sympy.Rational(1, 2):
            result = _slope(base, x) / (2 * expression)
            return Applied("(√u)′ = 1 / (2 √u)", result, is_chain=True)
        if n == -1:
            result = -_slope(base, x) / base**2
            return Applied("(1 / u)′ = -1 / u²", result, is_chain=True)
        words = "2 u" if n == 2 else "n uⁿ⁻¹"
        power = "u²" if n == 2 else "uⁿ"
        result = n * base ** (n - 1) * _slope(base, x)
        return Applied(f"({power})′ = {words}", result, is_chain=True)
    if not depends(base, x):
        result = sympy.log(base) * expression * _slope(n, x)
        return Applied("(c^u)′ = c^u log c", result, is_chain=True)
    result = expression * Slope(n * sympy.log(base), x)
    return Applied("as u^v = e^(v log u)", result)


def _function(expression: Any, x: Any) -> Applied | None:
    known = _FUNCTIONS.get(expression.func)
    if known is None:
        return None
    derivative, words = known
    u = expression.args[0]
    outer = derivative.xreplace({_U: u}) if derivative.has(_U) else derivative
    return Applied(words, outer * _slope(u, x), is_chain=u != x)


def _bracket(expression: Any, _x: Any) -> Applied | None:
    if not isinstance(expression, Bracket | sympy.floor):
        return None
    return Applied("a step is flat but where it jumps", sympy.Integer(0))


def _larger(expression: Any, x: Any) -> Applied | None:
    """Of the larger (or smaller) of some terms, the slope is that of the one that is it."""
    if not isinstance(expression, sympy.Max | sympy.Min):
        return None
    is_max, pieces = isinstance(expression, sympy.Max), []
    for argument in expression.args:
        others = [other for other in expression.args if other is not argument]
        rest = expression.func(*others)
        chosen = sympy.Gt(argument, rest) if is_max else sympy.Lt(argument, rest)
        pieces.append(Bracket(neat(chosen, x)) * _slope(argument, x))
    name = "max" if is_max else "min"
    return Applied(f"the slope of a {name} is that of the term which is it", sympy.Add(*pieces))


def _entry(expression: Any, x: Any) -> Applied | None:
    if not (isinstance(expression, Entry) and isinstance(x, Entry)):
        return None
    result = Delta(expression.index, x.index)
    return Applied("δ is 1 for the entry itself, 0 for all others", result)


def _softmax(expression: Any, x: Any) -> Applied | None:
    if not isinstance(expression, Softmax):
        return None
    reason = "softmax: ∂pᵢ/∂zⱼ = pᵢ (δᵢⱼ - pⱼ)"
    if isinstance(x, Entry):
        other = Softmax(x.index, x.row)
        return Applied(reason, expression * (Delta(expression.place, x.index) - other))
    here = int(expression.place)
    pieces = [
        (int(place == here) - Softmax(place, *expression.scores)) * _slope(score, x)
        for place, score in enumerate(expression.scores)
        if depends(score, x)
    ]
    return Applied(reason, expression * sympy.Add(*pieces))


def _implicit(expression: Any, x: Any) -> Applied | None:
    """What SymPy knows a derivative of and no rule here does: thresholds."""
    if not hasattr(expression, "excess"):
        return None
    pieces = [
        expression.fdiff(place) * _slope(argument, x)
        for place, argument in enumerate(expression.args, start=1)
        if depends(argument, x)
    ]
    reason = "implicit function: the excesses over τ always add up to the same"
    result = sympy.Add(*pieces)
    return Applied(reason, result.replace(sympy.Piecewise, _as_bracket))


def _as_bracket(*pairs: Any) -> Any:
    (value, condition), (otherwise, _) = pairs
    return value * Bracket(condition) + otherwise * (1 - Bracket(condition))


def _piecewise(expression: Any, x: Any) -> Applied | None:
    if not isinstance(expression, sympy.Piecewise):
        return None
    pieces, before = [], sympy.true
    for value, condition in expression.args:
        here = sympy.And(before, condition)
        pieces.append(Bracket(here) * _slope(value, x))
        before = sympy.And(before, sympy.Not(condition))
    return Applied("case by case", sympy.Add(*pieces))


def _named(expression: Any, x: Any) -> Applied | None:
    if not isinstance(expression, Named):
        return None
    return Applied("the letter written out", _slope(expression.expression, x))


_RULES = (
    _named,
    _total,
    _sum,
    _constant_factor,
    _quotient,
    _product,
    _power,
    _function,
    _bracket,
    _larger,
    _entry,
    _softmax,
    _implicit,
    _piecewise,
)
