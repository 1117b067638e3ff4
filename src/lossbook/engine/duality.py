"""Proximal points and conjugates, sample by sample, on arrays of any library."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.engine import arguments, foreign
from lossbook.engine.libraries import (
    HOME,
    default_float,
    device_of,
    is_foreign,
    is_traced,
    namespace_of,
    on_host,
)
from lossbook.errors import InputError, InputTypeError
from lossbook.maths.arrays import ArrayMaths

if TYPE_CHECKING:
    from lossbook.loss import Loss


def prox(loss: Loss, y_true: Any, point: Any, step: object) -> Any:
    _insist(loss, loss.has_prox, "proximal point")
    length = _positive(step)
    return _each(loss, y_true, "point", point, lambda m, y, p: loss.prox_over(m, y, p, length))


def conjugate(loss: Loss, y_true: Any, dual: Any) -> Any:
    _insist(loss, loss.has_conjugate, "conjugate")
    return _each(loss, y_true, "dual", dual, loss.conjugate_over)


def _insist(loss: Loss, has: bool, what: str) -> None:
    if not has:
        why = "" if loss.facts.convex else " (it is not convex)"
        raise InputError(
            f"{loss!r} gives no {what}{why}: has_prox and has_conjugate say which losses do."
        )


def _positive(step: object) -> float:
    if isinstance(step, bool) or not isinstance(step, numbers.Real):
        raise InputTypeError(f"step must be one real number greater than 0, got {step!r}.")
    if not 0 < float(step) < math.inf:
        raise InputError(f"step must be greater than 0 and finite, got {step!r}.", argument="step")
    return float(step)


def _each(loss: Loss, y_true: Any, name: str, term: Any, formula: Callable[..., Any]) -> Any:
    """A formula of labels and another term of the same shape; NaN where either is."""
    xp = namespace_of(y_true=y_true, **{name: term})
    if xp is np:
        labels, numbers_ = arguments.real_array("y_true", y_true), arguments.real_array(name, term)
        dtype = numbers_.dtype if numbers_.dtype.kind == "f" else np.dtype(np.float64)
        m = HOME
    else:
        device = device_of(xp, term if is_foreign(term) else y_true)
        labels = foreign.real_array(xp, "y_true", y_true, device)
        numbers_ = foreign.real_array(xp, name, term, device)
        floating = xp.isdtype(numbers_.dtype, "real floating")
        dtype = numbers_.dtype if floating else default_float(xp)
        m = ArrayMaths(xp, foreign.working_dtype(xp, dtype), device)
    _check(loss, labels, name, numbers_)
    y, p = m.xp.astype(labels, m.dtype), m.xp.astype(numbers_, m.dtype)
    with np.errstate(all="ignore"):
        result = m.xp.where(m.xp.isnan(y) | m.xp.isnan(p), m.array(math.nan), formula(m, y, p))
        return m.xp.astype(result, dtype, copy=False)


def _check(loss: Loss, labels: Any, name: str, term: Any) -> None:
    shapes = arguments.shape_of(labels), arguments.shape_of(term)
    if shapes[0] != shapes[1]:
        raise InputError(
            f"y_true has shape {shapes[0]} but {name} has {shapes[1]}: shapes must agree, nothing "
            "is broadcast.",
            argument=name,
        )
    if not is_traced(labels):
        arguments.check_domain("y_true", loss.label_domain, on_host(labels))
