"""The compiled core: which kernel a loss has, and how many threads it may use."""

from __future__ import annotations

import dataclasses
import importlib
import os
from typing import TYPE_CHECKING, Any

from lossbook import parameters
from lossbook.errors import InputError
from lossbook.registry import is_built_in

if TYPE_CHECKING:
    from lossbook.loss import Loss


def _load() -> Any:
    """The compiled module; None where it is switched off, not built or not for this processor."""
    if os.environ.get("LOSSBOOK_NATIVE", "1") == "0":
        return None
    try:
        module = importlib.import_module("lossbook._native")
    except ModuleNotFoundError:
        return None
    return module if module.instruction_set() else None


_module = _load()
_threads = 1


def kernel_for(loss: Loss) -> Any:
    """The compiled kernel of a loss from the catalogue, None for a user's own."""
    # A subclass may change the formula; only the class that was compiled may use the kernel.
    if _module is None or not is_built_in(type(loss)):
        return None
    return find_kernel(_module, loss)


def find_kernel(module: Any, loss: Loss, *instruction_set: str) -> Any:
    """The kernel of a loss in this compiled module; none takes tuples, or options."""
    fields = dataclasses.fields(loss)  # type: ignore[arg-type]
    if any(parameters.is_set(field, getattr(loss, field.name)) for field in fields):
        return None
    chosen = parameters.chosen(loss)
    if any(isinstance(value, tuple) for value in chosen.values()):
        return None
    numbers = list(parameters.run_time_numbers(chosen).values())
    return module.find_kernel(kernel_name(loss), numbers, *instruction_set)


def kernel_name(loss: Loss) -> str:
    """One name per formula: the class, every switch that is on, every optional number given."""
    shaping = [
        field.name
        for field in dataclasses.fields(loss)  # type: ignore[arg-type]
        if (value := getattr(loss, field.name)) is True
        or (parameters.is_optional(field) and value is not None)
    ]
    return "__".join([loss.name, *shaping])


def instruction_set() -> str:
    """The instruction set that the compiled kernels use here; "none" on the array path.

    >>> import lossbook
    >>> lossbook.instruction_set() in {"v4", "v3", "baseline", "none"}
    True
    """
    return "none" if _module is None else str(_module.instruction_set())


def set_num_threads(threads: int) -> None:
    """Let calls on NumPy arrays use up to this many threads; results have the same bits for any.

    The default is the environment's ``LOSSBOOK_NUM_THREADS``, else the processors this process may
    run on.
    """
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise InputError(f"threads must be a whole number of 1 or more, got {threads!r}.")
    global _threads
    _threads = min(threads, 2**31 - 1)
    if _module is not None:
        _module.set_num_threads(_threads)


def get_num_threads() -> int:
    """How many threads a call on NumPy arrays may use."""
    return _threads


def _threads_from_environment() -> int:
    text = os.environ.get("LOSSBOOK_NUM_THREADS", "")
    if not text:
        return (
            len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count() or 1
        )
    if not text.isdigit() or int(text) < 1:
        raise InputError(f"LOSSBOOK_NUM_THREADS must be a whole number of 1 or more, got {text!r}.")
    return int(text)


set_num_threads(_threads_from_environment())
