"""From LLVM's text to code that runs: llvmlite, the compiler inside numba."""

from __future__ import annotations

import ctypes
import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lossbook.errors import MissingDependencyError

# ctypes releases the interpreter's lock during these calls.
_RUN = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)
_TOTAL = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_void_p, ctypes.c_int64)


def check_installed() -> None:
    """An error that says what to install where the compiler is missing."""
    _llvm()


def _llvm() -> Any:
    try:
        import llvmlite.binding
    except ImportError:
        raise MissingDependencyError(
            "compiling a loss needs llvmlite, the compiler inside numba: "
            "pip install 'lossbook[numba]'."
        ) from None
    # Before 0.45, pointers were written in another way and LLVM had to be started by hand.
    if tuple(int(part) for part in llvmlite.__version__.split(".")[:2]) < (0, 45):
        raise MissingDependencyError(
            f"compiling a loss needs llvmlite 0.45 or newer, this is {llvmlite.__version__}: "
            "pip install --upgrade 'lossbook[numba]'."
        )
    return llvmlite.binding


@dataclass(frozen=True)
class Compiled:
    """The functions of one compiled module."""

    run: Callable[[int], int]
    total: Callable[[int, int], float]


class Machine:
    """A compiler for the processor at hand, with all that it has compiled."""

    def __init__(self) -> None:
        llvm = _llvm()
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        features = llvm.get_host_cpu_features()
        # What is not told apart here has vectors of 16 bytes, as ARM and old x86 processors do.
        self.vector_bytes = 64 if features.get("avx512f") else 32 if features.get("avx2") else 16
        target = llvm.Target.from_default_triple()
        self._parse = llvm.parse_assembly
        self._target = target.create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=features.flatten(), opt=3
        )
        self._engine = llvm.create_mcjit_compiler(self._parse(""), self._target)
        self._lock = threading.Lock()
        self._compiled: dict[str, Compiled] = {}

    def compile(self, text: str) -> Compiled:
        """The functions of a module; a text that was compiled before is not compiled again."""
        with self._lock:
            if text not in self._compiled:
                self._compiled[text] = self._compile(text)
            return self._compiled[text]

    def _compile(self, text: str) -> Compiled:
        number = len(self._compiled)
        names = {name: f"{name}_{number}" for name in ("run", "total")}
        for name, unique in names.items():
            text = text.replace(f" @{name}(", f" @{unique}(")
        module = self._parse(text)
        module.verify()
        self._engine.add_module(module)
        self._engine.finalize_object()
        return Compiled(
            _RUN(self._engine.get_function_address(names["run"])),
            _TOTAL(self._engine.get_function_address(names["total"])),
        )


@functools.cache
def machine() -> Machine:
    return Machine()
