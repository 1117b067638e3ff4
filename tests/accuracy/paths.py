"""The ways a loss can be evaluated on NumPy arrays: each compiled instruction set, code made
on the spot, and NumPy."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import lossbook as lb
from lossbook.compiler.kernel import Kernel
from lossbook.engine import blocks, native

Evaluate = Callable[[int, Any, Any], Any]


def kernels(loss: lb.Loss) -> Iterator[tuple[str, Any]]:
    """The compiled kernels of a loss by instruction set; none where they are switched off."""
    if os.environ.get("LOSSBOOK_NATIVE", "1") == "0":
        return
    try:
        module = importlib.import_module("lossbook._native")
    except ModuleNotFoundError:
        return
    for name in ("v4", "v3", "baseline"):
        kernel = native.find_kernel(module, loss, name)
        if kernel is not None:
            yield name, kernel


def paths(loss: lb.Loss) -> dict[str, Evaluate]:
    """Unreduced evaluation by name: ``paths["v3"](want, y_true, y_pred)`` gives a tuple."""

    def arrays(want: int, y_true: Any, y_pred: Any) -> Any:
        return blocks.evaluate(loss, want, y_true, y_pred, None, "none")

    def through(kernel: Any) -> Evaluate:
        def call(want: int, y_true: Any, y_pred: Any) -> Any:
            results = kernel(want, y_true, y_pred, None, "none", None)
            if results is NotImplemented:
                raise AssertionError(f"the kernel of {loss} refused ordinary arrays")
            return results if isinstance(results, tuple) else (results,)

        return call

    found = {name: through(kernel) for name, kernel in kernels(loss)}
    if not loss.is_row:
        found["compiled"] = through(Kernel(loss))
    return {**found, "arrays": arrays}
