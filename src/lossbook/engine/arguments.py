"""The rules that arguments must keep, and the errors that say which one was broken where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.domains import Breach, Domain
from lossbook.errors import InputError, InputTypeError

if TYPE_CHECKING:
    from lossbook.loss import Loss

REDUCTIONS = ("mean", "sum", "none")


def check_reduction(reduction: object) -> None:
    if not isinstance(reduction, str) or reduction not in REDUCTIONS:
        raise InputError(
            f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}.", argument="reduction"
        )


def real_array(name: str, value: Any) -> np.ndarray[Any, Any]:
    """The argument as a NumPy array of real numbers."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise InputTypeError(f"{name} is not a rectangular array: {error}.") from None
    if array.dtype.kind in "OUSTV" or array.dtype.kind in "mM":
        raise InputTypeError(
            f"{name} must hold real numbers, got dtype {array.dtype}"
            f"{_first_entry(array)}: convert it, for example with numpy.asarray({name}, float)."
        )
    if array.dtype.kind == "c":
        raise InputTypeError(f"{name} must hold real numbers, got complex ones.")
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        if name == "y_pred":
            # The prediction's dtype is that of the results, and they have at most float64's digits.
            raise InputTypeError(
                f"y_pred has dtype {array.dtype}: lossbook computes in at most float64; pass "
                "y_pred.astype(float)."
            )
        return array.astype(np.float64)
    return array


def _first_entry(array: np.ndarray[Any, Any]) -> str:
    if array.size == 0:
        return ""
    # An entry may be a whole table; an error is one line.
    text = " ".join(repr(array.item(0)).split())
    return f" (first entry {text if len(text) <= 60 else text[:57] + '...'})"


def check_shapes(loss: Loss, y_true: Any, y_pred: Any, sample_weight: Any) -> None:
    """Agreeing shapes, nothing empty: lossbook does not broadcast."""
    if 0 in tuple(y_pred.shape):
        raise InputError(f"y_pred is empty (shape {shape_of(y_pred)}).", argument="y_pred")
    if loss.is_row:
        _check_rows(loss, y_true, y_pred)
    elif tuple(y_true.shape) != tuple(y_pred.shape):
        raise InputError(
            f"y_true has shape {shape_of(y_true)} but y_pred has {shape_of(y_pred)}: shapes must "
            f"agree{_reshape_hint(y_true, y_pred)}.",
            argument="y_true",
        )
    samples = tuple(y_pred.shape[:-1] if loss.is_row else y_pred.shape)
    if sample_weight is not None and tuple(sample_weight.shape) != samples:
        raise InputError(
            f"sample_weight has shape {shape_of(sample_weight)}, expected {samples}: "
            "one weight per sample.",
            argument="sample_weight",
        )


def _check_rows(loss: Loss, y_true: Any, y_pred: Any) -> None:
    columns, shape = loss.columns, shape_of(y_pred)
    if not shape or not columns.allow(shape[-1]):
        hint = f"; {columns.hint}" if columns.hint else ""
        raise InputError(
            f"y_pred has shape {shape}: the last axis must hold {columns.describe()}{hint}.",
            argument="y_pred",
        )
    fitting = {layout.shape(shape): layout.words for layout in loss.label_domain.layouts}
    if shape_of(y_true) not in fitting:
        wanted = " or ".join(f"{words} of shape {fit}" for fit, words in fitting.items())
        raise InputError(
            f"y_true has shape {shape_of(y_true)} but y_pred has {shape}: pass {wanted}.",
            argument="y_true",
        )


def _reshape_hint(y_true: Any, y_pred: Any) -> str:
    for name, one, other in (("y_true", y_true, y_pred), ("y_pred", y_pred, y_true)):
        if one.ndim == other.ndim + 1 and tuple(one.shape) == (*other.shape, 1):
            return f"; pass {name}[..., 0] (a column is not broadcast against a row)"
    return ", nothing is broadcast"


def shape_of(array: Any) -> tuple[int, ...]:
    return tuple(int(length) for length in array.shape)


def check_weights(sample_weight: np.ndarray[Any, Any]) -> None:
    """Weights that are finite, not negative, and not all zero."""
    for rule, broken in (
        ("NaN", np.isnan(sample_weight)),
        ("negative", sample_weight < 0),
        ("infinite", np.isinf(sample_weight)),
    ):
        if broken.any():
            place, value = first_offender(sample_weight, broken)
            raise InputError(
                f"sample_weight has {_spell(value, place)}: a weight must not be {rule}.",
                argument="sample_weight",
                index=place,
            )
    if not sample_weight.any():
        raise InputError(
            "sample_weight is 0 everywhere: at least one weight must be positive.",
            argument="sample_weight",
        )
    with np.errstate(over="ignore"):
        total = np.sum(sample_weight, dtype=np.float64)
    if np.isinf(total):
        raise InputError(
            "sample_weight has an infinite sum: divide all weights by the largest.",
            argument="sample_weight",
        )


def first_offender(array: Any, broken: Any) -> tuple[int | tuple[int, ...], Any]:
    """Index (a tuple in several dimensions) and value of the first entry that breaks a rule."""
    place = np.unravel_index(int(np.argmax(np.asarray(broken))), broken.shape)
    index = tuple(int(position) for position in place)
    value = np.asarray(array)[index]
    return (index[0] if len(index) == 1 else index), value


def _spell(value: Any, place: int | tuple[int, ...]) -> str:
    """A value in the digits of its own dtype, and where it stands unless it stands alone."""
    return f"{value!s} at index {place}" if place != () else f"{value!s}"


def check_domain(name: str, domain: Domain, array: np.ndarray[Any, Any]) -> None:
    """Every value inside the domain, or an error with the first that is not."""
    check_breaches(name, domain.breaches(None, array, array.shape, 0))


def check_breaches(name: str, breaches: Iterable[Breach]) -> None:
    """No rule is broken, or an error with the first place where one is."""
    for breach in breaches:
        broken = np.asarray(breach.where)
        if broken.any():
            place, value = first_offender(breach.values, broken)
            spelled = _spell(f"{breach.what} {value:.6g}" if breach.what else value, place)
            separator = ":" if breach.what else ","
            raise InputError(
                f"{name} has {spelled}{separator} {breach.rule}", argument=name, index=place
            )


def row_sum_tolerance(*dtypes: Any) -> float:
    """How far a row of probabilities may be from 1, for the dtypes that it has been rounded to.

    Each of K entries is rounded once (half an epsilon of at most 1 in total), and so is each
    addition that normalised the row; the square root of the epsilon leaves room for rows that were
    printed to half of the digits, and none for rows that are not probabilities.
    """
    return float(np.sqrt(max(epsilon(dtype) for dtype in dtypes)))


def epsilon(dtype: Any) -> float:
    """From 1 to the next number, by the dtype's name in any library; 0 for integers."""
    name = str(dtype).rsplit(".", maxsplit=1)[-1]
    if name == "bfloat16":
        return 2.0**-7
    try:
        return float(np.finfo(name).eps)
    except ValueError:
        return 0.0
