"""Which array library the arguments come from, and the formulas evaluated over it.

NumPy is the home library: whatever is not an array of another library becomes a NumPy array. The
others are reached through array-api-compat and are evaluated where they are; nothing is moved.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.engine.arguments import real_array
from lossbook.errors import InputTypeError, MissingDependencyError
from lossbook.maths.arrays import ArrayMaths

if TYPE_CHECKING:
    from lossbook.loss import Loss
    from lossbook.maths.namespace import Term


# NumPy in double precision: what its blocks are computed in.
HOME = ArrayMaths(np, np.dtype(np.float64))

# What NumPy reads by itself.
_NUMPY = (np.ndarray, np.generic, list, tuple, int, float)


def namespace_of(**arguments: Any) -> Any:
    """The array namespace of the arguments; ``numpy`` itself for NumPy, lists and numbers."""
    foreign = {name: value for name, value in arguments.items() if is_foreign(value)}
    if not foreign:
        return np
    namespaces = {name: _namespace(value) for name, value in foreign.items()}
    for name, value in arguments.items():
        if isinstance(value, np.ndarray):
            namespaces[name] = np
    _insist_on_one(namespaces)
    return next(iter(namespaces.values()))


def _namespace(array: Any) -> Any:
    try:
        import array_api_compat

        if _is_tensor(array):
            # What array_namespace would find, behind a cache that torch.compile warns about.
            import array_api_compat.torch

            return array_api_compat.torch
    except ImportError:
        raise MissingDependencyError(
            "arrays of other libraries need array-api-compat: pip install 'lossbook[arrays]'."
        ) from None
    return array_api_compat.array_namespace(array)


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_foreign(value: Any) -> bool:
    """Whether this is an array of another library than NumPy."""
    if _is_tensor(value):
        return True
    if value is None or isinstance(value, _NUMPY):
        return False
    cupy = sys.modules.get("cupy")
    if cupy is not None and isinstance(value, cupy.ndarray):
        return True
    return hasattr(value, "__array_namespace__")


def _insist_on_one(namespaces: dict[str, Any]) -> None:
    if len({id(namespace) for namespace in namespaces.values()}) > 1:
        owners = ", ".join(
            f"{name} is {library_name(namespace)}" for name, namespace in namespaces.items()
        )
        raise InputTypeError(
            f"all arrays must come from one library: {owners}; convert the others."
        )


def library_of(array: Any) -> Any:
    """The namespace of one array; None for what is no array."""
    if is_foreign(array):
        return namespace_of(array=array)
    return np if isinstance(array, np.ndarray) else None


def library_name(namespace: Any) -> str:
    return str(namespace.__name__).removeprefix("array_api_compat.").split(".")[0]


def is_traced(array: Any) -> bool:
    """Whether the array has no numbers yet: jax.jit or torch.compile is looking at the code."""
    jax_core = sys.modules.get("jax.core")
    if jax_core is not None and isinstance(array, jax_core.Tracer):
        return True
    torch = sys.modules.get("torch")
    return torch is not None and bool(torch.compiler.is_compiling())


def device_of(xp: Any, array: Any) -> Any:
    if xp is np:
        return None
    from array_api_compat import device

    # A traced array has no device of its own; its constants must not name one either.
    return None if is_traced(array) else device(array)


def on_host(array: Any) -> np.ndarray[Any, Any]:
    """A NumPy copy or view of an array, to look at; half precision becomes float32."""
    if hasattr(array, "detach"):
        array = array.detach().cpu()
        return np.asarray(array.float() if "float" in str(array.dtype) else array)
    if hasattr(array, "get"):
        return np.asarray(array.get())
    if str(array.dtype) == "bfloat16":
        array = array.astype("float32")
    try:
        return np.asarray(array)
    except RuntimeError:
        return np.from_dlpack(array, device="cpu")


def default_float(xp: Any) -> Any:
    """What integers become: float64, or float32 in a JAX without 64-bit support."""
    info = getattr(xp, "__array_namespace_info__", None)
    floats = {"float64": xp.float64} if info is None else info().dtypes(kind="real floating")
    return floats.get("float64", xp.float32)


def maths_for(array: Any) -> tuple[Any, ArrayMaths]:
    """An array (made one where it is a list) in a floating dtype, and the maths of its library."""
    xp = namespace_of(array=array)
    if xp is np:
        array = real_array("raw", array)
        if array.dtype.kind != "f":
            array = array.astype(np.float64)
    elif not xp.isdtype(array.dtype, "real floating"):
        array = xp.astype(array, default_float(xp))
    return array, ArrayMaths(xp, array.dtype, device_of(xp, array))


def derivative(
    loss: Loss,
    m: ArrayMaths,
    order: int,
    y_true: Term,
    y_pred: Term,
    formulas: Callable[..., Term] | None = None,
) -> Any:
    """One derivative per element, as an array: constants spread out, NaN kept.

    Comparisons drop NaN (a hinge of NaN would be 0), so it is put back here, once for all losses.
    """
    formulas = formulas or type(loss).derivative
    term = m.array(formulas(loss, m, order, y_true, y_pred))
    missing = m.xp.isnan(y_pred) | m.xp.isnan(y_true)
    if loss.is_row:
        missing = m.xp.any(missing, axis=-1, keepdims=True)
    missing_value = m.array(float("nan"))
    shape = (*y_pred.shape[:-1], 1) if loss.is_row and order == 0 else y_pred.shape
    spread = m.xp.broadcast_to(term, shape)
    result = m.xp.where(missing, missing_value, spread)
    return result[..., 0] if loss.is_row and order == 0 else result
