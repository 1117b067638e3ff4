"""A compiled loss as the engine calls it: the same call as that of the package's own kernels."""

from __future__ import annotations

import ctypes
import math
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.compiler.formula import parameters_of, trace
from lossbook.compiler.machine import Compiled, machine
from lossbook.compiler.programs import OUTPUTS, Checks, Losses, Weights
from lossbook.compiler.walk import BLOCK, SLOTS, Column
from lossbook.engine.arguments import REDUCTIONS
from lossbook.engine.outputs import expected_outputs, read_out
from lossbook.engine.workers import share_out

if TYPE_CHECKING:
    from lossbook.loss import Loss

Array = np.ndarray[Any, Any]

_RESULTS: dict[np.dtype[Any], str] = {np.dtype(np.float32): "float", np.dtype(np.float64): "double"}
_COLUMNS: dict[np.dtype[Any], Column] = {
    dtype: Column(element) for dtype, element in _RESULTS.items()
}
_COLUMNS |= {np.dtype(f"i{size}"): Column(f"i{8 * size}") for size in (1, 2, 4, 8)}
_COLUMNS |= {np.dtype(f"u{size}"): Column(f"i{8 * size}", unsigned=True) for size in (1, 2, 4, 8)}
_COLUMNS[np.dtype(np.bool_)] = Column("i8", unsigned=True)

# Numbers that one thread should at least work on: starting it costs some 50 us, the time in which
# the cheapest formulas get through a third of them.
NUMBERS_PER_THREAD = 262_144

_SLOTS = struct.Struct("".join("d" if name == "scale" else "Q" for name in SLOTS))
_PLACES = {name: place for place, name in enumerate(SLOTS)}


class Kernel:
    """The calls of one loss; each combination of types and outputs is compiled when it is met.

    What a call cannot use (another type, another byte order, a value that breaks a rule) makes it
    return NotImplemented with nothing written, as the package's own kernels do.
    """

    def __init__(self, loss: Loss) -> None:
        self._formula = trace(loss)
        numbers = parameters_of(loss, self._formula)
        self._parameters = (ctypes.c_double * max(1, len(numbers)))(*numbers)
        self._programs: dict[Any, Compiled] = {}

    def __call__(
        self, want: int, y_true: Any, y_pred: Any, sample_weight: Any, reduction: Any, out: Any
    ) -> Any:
        inputs = {"y_true": y_true, "y_pred": y_pred, "sample_weight": sample_weight}
        given = [array for array in inputs.values() if array is not None]
        if not (
            isinstance(reduction, str)
            and reduction in REDUCTIONS
            and all(_is_known(array) for array in given)
            and y_pred.dtype in _RESULTS
            and y_pred.size
            and all(array.shape == y_pred.shape for array in given)
        ):
            return NotImplemented
        shapes = expected_outputs(want, y_pred.shape, y_pred.shape, reduction)
        targets = read_out(out, shapes, y_pred.dtype, inputs)
        if not all(target is None or _is_packed(target) for target in targets):
            return NotImplemented
        call = _Call(self, y_true, y_pred, sample_weight)
        total = call.total_weight()
        if not 0 < total < math.inf or (out is not None and not call.is_inside()):
            return NotImplemented
        results: list[Any] = [
            np.empty(shape, y_pred.dtype) if target is None and shape is not None else target
            for target, shape in zip(targets, shapes, strict=True)
        ]
        value = call.evaluate(want, results, total if reduction == "mean" else 1.0)
        if value is NotImplemented:
            return value
        if want & 1 and reduction != "none":
            results[0] = value
        return tuple(results) if len(results) > 1 else results[0]

    def losses(self, want: int, types: tuple[Any, ...], *, stores_value: bool) -> Compiled:
        key = (want, types, stores_value)
        if key not in self._programs:
            y, p, w = types
            program = Losses(
                self._formula,
                (bool(want & 1), bool(want & 2), bool(want & 4)),
                _RESULTS[p],
                _COLUMNS[y],
                None if w is None else _COLUMNS[w],
                machine().vector_bytes,
                stores_value=stores_value,
            )
            self._programs[key] = machine().compile(program.text())
        return self._programs[key]

    def checks(self, types: tuple[Any, ...]) -> Compiled | None:
        if self._formula.outside is None:
            return None
        key = ("checks", types[:2])
        if key not in self._programs:
            y, p, _ = types
            program = Checks(self._formula, _RESULTS[p], _COLUMNS[y], machine().vector_bytes)
            self._programs[key] = machine().compile(program.text())
        return self._programs[key]

    def weights(self, types: tuple[Any, ...]) -> Compiled:
        key = ("weights", types[1:])
        if key not in self._programs:
            program = Weights(_RESULTS[types[1]], _COLUMNS[types[2]], machine().vector_bytes)
            self._programs[key] = machine().compile(program.text())
        return self._programs[key]


def _is_known(array: Any) -> bool:
    return type(array) is np.ndarray and array.dtype in _COLUMNS


def _is_packed(array: Any) -> bool:
    """Whether the numbers lie one after another, as the compiled functions read and write them."""
    return _is_known(array) and array.flags.c_contiguous and array.flags.aligned


def _packed(array: Array) -> Array:
    return array if _is_packed(array) else array.copy(order="C")


class _Call:
    """The arguments of one call, and the functions that run over them."""

    def __init__(self, kernel: Kernel, y: Array, p: Array, w: Array | None) -> None:
        y, p = _packed(y), _packed(p)
        w = None if w is None else _packed(w)
        # A copy must live as long as its address is used.
        self._kernel, self._arrays, self._w = kernel, (y, p), w
        self._types = (y.dtype, p.dtype, None if w is None else w.dtype)
        self._samples = p.size
        self._slots: list[float] = [0] * len(SLOTS)
        self._put("y", _address(y))
        self._put("p", _address(p))
        self._put("weight", 0 if w is None else _address(w))
        self._put("parameters", ctypes.addressof(kernel._parameters))
        self._put("samples", self._samples)

    def _put(self, name: str, number: float) -> None:
        self._slots[_PLACES[name]] = number

    def total_weight(self) -> float:
        if self._w is None:
            return float(self._samples)
        compiled = self._kernel.weights(self._types)
        # Adding is a quarter of the work, or less.
        total = self._run(compiled, self._samples // (4 * NUMBERS_PER_THREAD), sums=True)
        return math.nan if total is None else total

    def is_inside(self) -> bool:
        checks = self._kernel.checks(self._types)
        return checks is None or self._run(checks, 1) is not None

    def evaluate(self, want: int, results: list[Any], divisor: float) -> Any:
        """The summed value, 0 where it is not summed; NotImplemented where a rule is broken."""
        wanted = [name for bit, name in enumerate(OUTPUTS) if want >> bit & 1]
        for name, array in zip(wanted, results, strict=True):
            if array is not None:
                self._put(name, _address(array))
        self._put("scale", 1 / divisor)
        stores_value = bool(want & 1) and results[0] is not None
        sums = bool(want & 1) and not stores_value
        compiled = self._kernel.losses(want, self._types, stores_value=stores_value)
        total = self._run(compiled, self._samples // NUMBERS_PER_THREAD, sums=sums)
        return NotImplemented if total is None else total / divisor

    def _run(self, compiled: Compiled, threads: int, *, sums: bool = False) -> float | None:
        """The sum over all blocks; None where a rule is broken."""
        blocks = -(-self._samples // BLOCK)
        parts = (ctypes.c_double * (2 * blocks))() if sums else None
        place = 0 if parts is None else ctypes.addressof(parts)
        self._put("parts", place)
        slots = ctypes.create_string_buffer(_SLOTS.size)
        _SLOTS.pack_into(slots, 0, *self._slots)
        address = ctypes.addressof(slots)
        if any(share_out(lambda: compiled.run(address), threads)):
            return None
        return compiled.total(place, blocks) if sums else 0.0


def _address(array: Array) -> int:
    return int(array.__array_interface__["data"][0])
