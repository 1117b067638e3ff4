"""The functions of NumPy and of ``scipy.special`` over mpmath numbers, by their names there.

Division by 0 and arguments outside a function's domain give infinity and NaN as IEEE 754 has them,
where mpmath would raise or turn complex; in range and precision nothing is limited.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import mpmath

Number = Any


def _divide(one: Number, other: Number) -> Number:
    if other != 0:
        return one / other
    return mpmath.nan if one == 0 or mpmath.isnan(one) else mpmath.sign(one) * mpmath.inf


def _power(base: Number, exponent: Number) -> Number:
    if base == 0 and exponent < 0:
        return mpmath.inf
    if base < 0 and exponent != mpmath.floor(exponent):
        return mpmath.nan
    return base**exponent


def _above(
    low: float, function: Callable[[Number], Number], at_low: Number
) -> Callable[[Number], Number]:
    """A function of numbers above ``low``, with its limit there and NaN below."""

    def apply(x: Number) -> Number:
        if x < low:
            return mpmath.nan
        return at_low if x == low else function(x)

    return apply


def _larger(one: Number, other: Number) -> Number:
    return mpmath.nan if mpmath.isnan(one) or mpmath.isnan(other) else max(one, other)


def _smaller(one: Number, other: Number) -> Number:
    return -_larger(-one, -other)


def _sigmoid(x: Number) -> Number:
    return 1 / (1 + mpmath.exp(-x)) if x >= 0 else mpmath.exp(x) / (1 + mpmath.exp(x))


def _softplus(x: Number) -> Number:
    return max(x, 0) + mpmath.log1p(mpmath.exp(-abs(x)))


def _times_log(log: Callable[[Number], Number]) -> Callable[[Number, Number], Number]:
    return lambda x, y: mpmath.mpf(0) if x == 0 and not mpmath.isnan(y) else x * log(y)


_log = _above(0, mpmath.log, -mpmath.inf)
_log1p = _above(-1, mpmath.log1p, -mpmath.inf)
_sqrt = _above(0, mpmath.sqrt, mpmath.mpf(0))


def _truth(function: Callable[..., Any]) -> Callable[..., bool]:
    return lambda *numbers: bool(function(*numbers))


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": _divide,
    "power": _power,
    "float_power": _power,
    "remainder": lambda x, y: x - y * mpmath.floor(_divide(x, y)),
    "negative": operator.neg,
    "positive": operator.pos,
    "absolute": abs,
    "fabs": abs,
    "sign": mpmath.sign,
    "square": lambda x: x * x,
    "reciprocal": lambda x: _divide(mpmath.mpf(1), x),
    "maximum": _larger,
    "minimum": _smaller,
    "fmax": max,
    "fmin": min,
    "clip": lambda x, low, high: _smaller(_larger(x, low), high),
    "copysign": lambda x, y: abs(x) if y >= 0 else -abs(x),
    "heaviside": lambda x, at_0: mpmath.mpf(x > 0) if x != 0 else at_0,
    "sqrt": _sqrt,
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "hypot": mpmath.hypot,
    "exp": mpmath.exp,
    "exp2": lambda x: mpmath.mpf(2) ** x,
    "expm1": mpmath.expm1,
    "log": _log,
    "log1p": _log1p,
    "log2": lambda x: _log(x) / mpmath.log(2),
    "log10": lambda x: _log(x) / mpmath.log(10),
    "logaddexp": lambda x, y: x if x == y == -mpmath.inf else max(x, y) + _softplus(-abs(x - y)),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "arctan": mpmath.atan,
    "arcsinh": mpmath.asinh,
    "floor": mpmath.floor,
    "ceil": mpmath.ceil,
    "rint": mpmath.nint,
    "trunc": lambda x: mpmath.floor(x) if x >= 0 else mpmath.ceil(x),
    "less": _truth(operator.lt),
    "less_equal": _truth(operator.le),
    "greater": _truth(operator.gt),
    "greater_equal": _truth(operator.ge),
    "equal": _truth(operator.eq),
    "not_equal": _truth(operator.ne),
    "isnan": _truth(mpmath.isnan),
    "isinf": _truth(mpmath.isinf),
    "isfinite": _truth(mpmath.isfinite),
    "signbit": _truth(lambda x: x < 0),
    "logical_not": _truth(lambda x: not x),
    # scipy.special
    "expit": _sigmoid,
    "log_expit": lambda x: -_softplus(-x),
    "logit": lambda x: _log(x) - _log1p(-x),
    "xlogy": _times_log(_log),
    "xlog1py": _times_log(_log1p),
    "entr": lambda x: -mpmath.inf if x < 0 else -_times_log(_log)(x, x),
    "huber": lambda d, r: r * r / 2 if abs(r) <= d else d * (abs(r) - d / 2),
    "pseudo_huber": lambda d, r: d * d * (mpmath.sqrt(1 + (r / d) ** 2) - 1),
    "gammaln": mpmath.loggamma,
    "psi": mpmath.digamma,
    "erf": mpmath.erf,
    "ndtr": mpmath.ncdf,
}
