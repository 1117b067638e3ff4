"""The ``out=`` arguments: where a caller wants the results, and whether they can go there."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook.engine.libraries import is_traced, library_name, library_of
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
    xp: Any = np,
) -> list[Any]:
    """One entry per result: the caller's array, or None where lossbook makes its own.

    Everything is checked before anything is written.
    """
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
            _check_target(array, shapes[position], dtype, inputs, xp)
        targets[position] = array
    given = [target for target in targets if target is not None]
    for position, target in enumerate(given):
        for other in given[:position]:
            if _shares(target, other):
                raise InputError("out holds arrays that overlap each other.", argument="out")
    return targets


def _check_target(array: Any, shape: Any, dtype: Any, inputs: dict[str, Any], xp: Any) -> None:
    if library_of(array) is not xp:
        raise InputTypeError(
            f"out must be an array of {library_name(xp)}, got {type(array).__name__}."
        )
    if tuple(array.shape) != shape:
        raise InputError(f"out has shape {tuple(array.shape)}, expected {shape}.", argument="out")
    if array.dtype != dtype:
        raise InputError(f"out has dtype {array.dtype}, expected {dtype}.", argument="out")
    if not _is_writeable(array):
        raise InputError("out is read-only.", argument="out")
    for name, value in inputs.items():
        if not _same(array, value) and _shares(array, value):
            raise InputError(
                f"out overlaps {name} in memory: pass {name} itself or a separate array.",
                argument="out",
            )


def _is_writeable(array: Any) -> bool:
    if isinstance(array, np.ndarray):
        return array.flags.writeable
    from array_api_compat import is_torch_array, is_writeable_array

    if not is_torch_array(array):
        return bool(is_writeable_array(array))
    # PyTorch refuses to write in place to a parameter, and to numbers that share one place.
    repeated = any(
        step == 0 and length > 1 for step, length in zip(array.stride(), array.shape, strict=True)
    )
    return not (repeated or (array.requires_grad and array.is_leaf))


def _footprint(array: Any) -> Any:
    """Where an array lies in memory, as NumPy sees it; None for what cannot be known."""
    if isinstance(array, np.ndarray):
        return array
    if not hasattr(array, "data_ptr") or is_traced(array) or array.numel() == 0:
        return None
    # Only the addresses count: nothing is read through this view, which may be of another device.
    return np.asarray(_Addresses(array))


class _Addresses:
    """The memory of a torch tensor, whatever its dtype and device."""

    def __init__(self, tensor: Any) -> None:
        size = tensor.element_size()
        self.__array_interface__ = {
            "version": 3,
            "data": (tensor.data_ptr(), True),
            "shape": tuple(tensor.shape),
            "strides": tuple(size * step for step in tensor.stride()),
            "typestr": f"|V{size}",
        }


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    one, other = _footprint(one), _footprint(other)
    if one is None or other is None:
        return False
    return bool(
        one.__array_interface__["data"][0] == other.__array_interface__["data"][0]
        and one.strides == other.strides
        and one.dtype == other.dtype
        and one.shape == other.shape
    )


# Steps of the overlap search before it counts as an overlap; NumPy's stub knows 0 and -1 only.
_PATIENCE: Any = 10_000


def _shares(one: Any, other: Any) -> bool:
    if one is other:
        return True
    one, other = _footprint(one), _footprint(other)
    if one is None or other is None:
        return False
    try:
        return np.shares_memory(one, other, max_work=_PATIENCE)
    except np.exceptions.TooHardError:
        # An overlap that is hard to rule out is treated as one: a wrong result would be silent.
        return True
