"""The ``out=`` arguments: where a caller wants the results, and whether they can go there."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook.errors import InputError, InputTypeError


def expected_outputs(
    want: int, value_shape: tuple[int, ...], shape: tuple[int, ...], reduction: str
) -> list[tuple[int, ...] | None]:
    """The shape of each wanted result in the order value, gradient, Hessian; None for a number."""
    shapes: list[tuple[int, ...] | None] = []
    if want & 1:
        shapes.append(value_shape if reduction == "none" else None)
    shapes += [shape] * ((want >> 1 & 1) + (want >> 2 & 1))
    return shapes


def read_out(
    out: Any,
    shapes: list[tuple[int, ...] | None],
    dtype: Any,
    inputs: dict[str, Any],
) -> list[Any]:
    """One entry per result: the caller's array, or None where lossbook makes its own."""
    if out is None:
        return [None] * len(shapes)
    arrays = list(out) if isinstance(out, tuple) else [out]
    slots = [position for position, shape in enumerate(shapes) if shape is not None]
    if len(arrays) != len(slots):
        raise InputError(
            f"out must hold one array (or None) per returned array: {len(slots)}, got "
            f"{len(arrays)}.",
            argument="out",
        )
    targets: list[Any] = [None] * len(shapes)
    for position, array in zip(slots, arrays, strict=True):
        if array is not None:
            _check_target(array, shapes[position], dtype, inputs)
        targets[position] = array
    given = [target for target in targets if target is not None]
    for position, target in enumerate(given):
        for other in given[:position]:
            if _shares(target, other):
                raise InputError("out holds arrays that overlap each other.", argument="out")
    return targets


def _check_target(array: Any, shape: Any, dtype: Any, inputs: dict[str, Any]) -> None:
    if not isinstance(array, np.ndarray):
        raise InputTypeError(f"out must be a NumPy array, got {type(array).__name__}.")
    if array.shape != shape:
        raise InputError(f"out has shape {array.shape}, expected {shape}.", argument="out")
    if array.dtype != dtype:
        raise InputError(f"out has dtype {array.dtype}, expected {dtype}.", argument="out")
    if not array.flags.writeable:
        raise InputError("out is read-only.", argument="out")
    for name, value in inputs.items():
        if isinstance(value, np.ndarray) and not _same(array, value) and _shares(array, value):
            raise InputError(
                f"out overlaps {name} in memory: pass {name} itself or a separate array.",
                argument="out",
            )


def _same(one: Any, other: Any) -> bool:
    return bool(
        one.__array_interface__["data"][0] == other.__array_interface__["data"][0]
        and one.strides == other.strides
        and one.dtype == other.dtype
        and one.shape == other.shape
    )


# Steps of the overlap search before it counts as an overlap; NumPy's stub knows 0 and -1 only.
_PATIENCE: Any = 10_000


def _shares(one: Any, other: Any) -> bool:
    try:
        return np.shares_memory(one, other, max_work=_PATIENCE)
    except np.exceptions.TooHardError:
        # An overlap that is hard to rule out is treated as one: a wrong result would be silent.
        return True
