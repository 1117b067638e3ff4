"""Numbers of hundreds of digits that NumPy computes with: a user's own function, run exactly.

NumPy and SciPy let an operand carry out their functions itself. So a function written for arrays of
floats gives its exact results when it is called with these arrays, unless it turns them into floats
on the way. That is refused: whatever comes out was computed with all digits.
"""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

from lossbook.checks.exactly.ieee import FUNCTIONS

Array = np.ndarray[Any, Any]


class NotExactError(TypeError):
    """A function cannot be run over exact numbers; the message says what it did with one."""


def _compute(_self: Any, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """One function of NumPy or SciPy over exact numbers, element by element."""
    plain = [_plain(one) for one in inputs]
    if method != "__call__":
        return _wrapped(getattr(ufunc, method)(*plain, **options))
    function = FUNCTIONS.get(ufunc.__name__)
    if function is None or set(options) - {"out", "dtype"}:
        raise NotExactError(f"{ufunc.__name__} is not known for exact numbers")
    apply = np.frompyfunc(lambda *numbers: _result(function(*map(_number, numbers))), ufunc.nin, 1)
    results = apply(
        *(one.view(np.ndarray) if isinstance(one, np.ndarray) else one for one in plain)
    )
    if options.get("out") is not None:
        (out,) = options["out"]
        out[...] = results
        return out
    kinds = {type(one) for one in np.ravel(np.asarray(results, dtype=object))}
    return np.asarray(results, dtype=bool) if kinds == {bool} else _wrapped(results)


class Exact:
    """One exact number."""

    __slots__ = ("number",)
    __array_ufunc__ = _compute

    def __init__(self, number: Any) -> None:
        self.number = mpmath.mpf(number)

    def __repr__(self) -> str:
        return f"Exact({mpmath.nstr(self.number, 17)})"

    def __hash__(self) -> int:
        return hash(self.number)

    def __bool__(self) -> bool:
        return bool(self.number)

    def __float__(self) -> float:
        raise NotExactError("it turns its arguments into floats")

    __int__ = __index__ = __complex__ = __float__


class ExactArray(np.ndarray[Any, Any]):
    """An array of exact numbers."""

    __array_ufunc__ = _compute

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return _wrapped(super().__array_function__(function, types, args, kwargs))

    def astype(self, dtype: Any, *_args: Any, **_options: Any) -> Any:
        """To floats: itself. To integers, where all are whole: those."""
        if np.dtype(dtype).kind == "f":
            return self
        numbers = [_number(one) for one in self.ravel().view(np.ndarray)]
        whole = [int(number) for number in numbers]
        if whole != numbers:
            raise NotExactError(f"it turns its arguments into {np.dtype(dtype)}")
        return np.asarray(whole, dtype=dtype).reshape(self.shape)


def exact_array(numbers: Any) -> ExactArray:
    """Floats or mpmath numbers as an array of exact ones, not rounded."""
    return np.asarray(np.frompyfunc(_exact, 1, 1)(np.asarray(numbers)), dtype=object).view(
        ExactArray
    )


def numbers_of(results: Any) -> Array:
    """What a function of exact numbers returned, as mpmath numbers."""
    plain = np.asarray(results, dtype=object).view(np.ndarray)
    return np.asarray(np.frompyfunc(_number, 1, 1)(plain), dtype=object)


def _exact(number: Any) -> Exact:
    return Exact(number if isinstance(number, mpmath.mpf) else float(number))


def _plain(one: Any) -> Any:
    """An operand as an array that leaves the computing to its elements."""
    if isinstance(one, Exact | list | tuple):
        return np.asarray(one, dtype=object)
    return one.view(np.ndarray) if isinstance(one, np.ndarray) else one


def _number(one: Any) -> Any:
    """As an mpmath number; a float in a formula is a constant, and exact as it stands."""
    if isinstance(one, Exact):
        return one.number
    return one if isinstance(one, bool | np.bool_) else mpmath.mpf(float(one))


def _result(number: Any) -> Any:
    return number if isinstance(number, bool) else Exact(number)


def _wrapped(results: Any) -> Any:
    if isinstance(results, tuple | list):
        return type(results)(map(_wrapped, results))
    if isinstance(results, np.ndarray) and results.dtype == object:
        return results.view(ExactArray) if results.ndim else results.item()
    return results


def _operator(name: str, swapped: bool) -> Any:
    ufunc = getattr(np, name)
    if swapped:
        return lambda self, other: ufunc(other, self)
    return lambda self, *other: ufunc(self, *other)


for _python, _numpy in {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "pow": "power",
}.items():
    setattr(Exact, f"__{_python}__", _operator(_numpy, swapped=False))
    setattr(Exact, f"__r{_python}__", _operator(_numpy, swapped=True))
for _python, _numpy in {
    "neg": "negative",
    "pos": "positive",
    "abs": "absolute",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "eq": "equal",
    "ne": "not_equal",
}.items():
    setattr(Exact, f"__{_python}__", _operator(_numpy, swapped=False))
