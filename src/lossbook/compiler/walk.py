"""The walk over blocks of samples that every compiled function is, from arguments to results.

The same walk as that of the compiled kernels (``native/pointwise_driver.cpp``, ``blocks.hpp``):
blocks of 1024 samples, which threads take from one counter; sums in 16 lanes whatever the width of
vectors, so their bits depend neither on threads nor on the processor. Vectors are written out, some
of the processor's own per step, so nothing is left to a vectoriser.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from dataclasses import dataclass

from lossbook.compiler.values import Code, Kind, Value

BLOCK = 1024
TURN = 16  # blocks that a thread takes at a time
LANES = 16

# Vectors per step, so that one's work fills the other's latencies. Against two, the logistic loss's
# kernel takes 0.9 of the time with AVX-512 (with one, 1.1) and 0.65 to 0.95 with AVX2.
VECTORS = 4

# How far ahead memory is asked for, as in ``native/pieces.hpp``, where it was measured.
AHEAD = 4096

# What the function is given: one array of 8-byte numbers, in this order.
SLOTS = (
    "y",
    "p",
    "weight",
    "value",
    "gradient",
    "hessian",
    "parts",
    "parameters",
    "samples",
    "scale",
    "turn",
)

BYTES = {"float": 4, "double": 8, "i64": 8, "i32": 4, "i16": 2, "i8": 1}
DOUBLE, INT, POINTER = Kind("double"), Kind("i64"), Kind("ptr")


@dataclass(frozen=True)
class Column:
    """How the numbers of an argument lie in memory: LLVM's type, and whether it has a sign."""

    element: str
    unsigned: bool = False


class Walk(ABC):
    """One function ``run``: 0, or 1 where a label, a prediction or a weight breaks a rule."""

    def __init__(self, element: str, vector_bytes: int) -> None:
        self.element = element
        self.width = VECTORS * vector_bytes // BYTES[element]
        self.step = max(LANES, self.width)
        self.names = itertools.count()
        self.entry = Code(self.names)
        self._text: list[str] = []
        self._label = "entry"

    @property
    @abstractmethod
    def sums(self) -> bool:
        """Whether the function adds something up."""

    @abstractmethod
    def body(self, code: Code, index: Value, width: int) -> Value | None:
        """The work on ``width`` samples from an index on; what is to be added up, in double."""

    # -- text -----------------------------------------------------------------------------------

    def write(self, *lines: str) -> None:
        self._text += lines

    def begin(self, label: str) -> None:
        self._label = label
        self.write(f"{label}:")

    def flush(self, code: Code) -> None:
        self._text += code.lines
        code.lines.clear()

    def slot(self, code: Code, name: str, kind: Kind) -> Value:
        place = SLOTS.index(name)
        at = code.emit(POINTER, f"getelementptr i64, ptr %slots, i64 {place}")
        return code.emit(kind, f"load {kind}, {at}", at)

    def load(self, code: Code, base: Value, column: Column, index: Value, width: int) -> Value:
        """``width`` numbers of an argument, as they are."""
        kind = Kind(column.element, width)
        at = code.emit(POINTER, f"getelementptr {column.element}, {base}, {index}", base, index)
        self._fetch(code, at, width * BYTES[column.element] if width > 1 else 0)
        return code.emit(kind, f"load {kind}, {at}, align {BYTES[column.element]}", at)

    def store(self, code: Code, base: Value, index: Value, value: Value) -> None:
        element = value.kind.element
        at = code.emit(POINTER, f"getelementptr {element}, {base}, {index}", base, index)
        width = value.kind.width
        self._fetch(code, at, width * BYTES[element] if width > 1 else 0, to_write=1)
        code.lines.append(f"store {value}, {at}, align {BYTES[element]}")

    def _fetch(self, code: Code, at: Value, count: int, to_write: int = 0) -> None:
        """Ask for the numbers that stand some way behind these."""
        if count:
            code.declarations.add("declare void @llvm.prefetch.p0(ptr, i32, i32, i32)")
        for byte in range(AHEAD, AHEAD + count, 64):
            there = code.emit(POINTER, f"getelementptr i8, {at}, i64 {byte}", at)
            code.lines.append(f"call void @llvm.prefetch.p0({there}, i32 {to_write}, i32 3, i32 1)")

    def leave_if(self, code: Code, broken: Value) -> None:
        """Stop with 1 where any lane breaks a rule."""
        if broken.kind.width > 1:
            name = f"llvm.vector.reduce.or.{broken.kind.suffix}"
            broken = code.call(name, Kind("i1"), broken)
        label = f"inside{next(self.names)}"
        code.lines.append(f"br {broken}, label %invalid, label %{label}")
        self.flush(code)
        self.begin(label)

    def text(self) -> str:
        """The whole module."""
        self._walk()
        entry = "\n".join(["entry:", *self.entry.lines, "br label %turn"])
        return "\n".join(
            [
                *sorted(self.entry.declarations),
                "define i32 @run(ptr %slots) #0 {",
                entry,
                *self._text,
                "}",
                _TOTAL,
                _ATTRIBUTES,
            ]
        )

    # -- the walk -------------------------------------------------------------------------------

    def _walk(self) -> None:
        entry = self.entry
        samples = self.slot(entry, "samples", INT)
        turn = entry.emit(POINTER, f"getelementptr i64, ptr %slots, i64 {SLOTS.index('turn')}")
        self.parts = self.slot(entry, "parts", POINTER) if self.sums else None
        blocks = (samples + (BLOCK - 1)) >> 10
        for memory in ("sums", "lost") if self.sums else ():
            entry.lines.append(f"%{memory} = alloca [{LANES} x double], align 64")
        self.begin("turn")
        self.write(
            f"%first = atomicrmw add {turn}, i64 {TURN} monotonic",
            f"%more = icmp ult i64 %first, {blocks.ref}",
            "br i1 %more, label %start, label %done",
        )
        self.begin("start")
        self.write(
            f"%beyond = add i64 %first, {TURN}",
            f"%last = call i64 @llvm.umin.i64(i64 %beyond, {blocks})",
            "br label %block",
        )
        entry.declarations |= {
            "declare i64 @llvm.umin.i64(i64, i64)",
            "declare double @llvm.fabs.f64(double)",
        }
        self.begin("block")
        self.write(
            "%b = phi i64 [ %first, %start ], [ %next, %finished ]",
            f"%from = mul i64 %b, {BLOCK}",
            f"%left = sub {samples}, %from",
            f"%count = call i64 @llvm.umin.i64(i64 %left, i64 {BLOCK})",
            f"%whole = and i64 %count, {-self.step}",
            "%middle = add i64 %from, %whole",
            "%to = add i64 %from, %count",
            "%any = icmp ugt i64 %whole, 0",
            "br i1 %any, label %loop, label %tail",
        )
        totals = self._vectors()
        self._tail(totals)
        self.begin("finished")
        self.write(
            "%next = add i64 %b, 1",
            "%again = icmp ult i64 %next, %last",
            "br i1 %again, label %block, label %turn",
        )
        self.write("done:", "ret i32 0", "invalid:", "ret i32 1")

    def _vectors(self) -> list[tuple[str, str]]:
        """The loop over whole steps; the names of its sums and of what they have lost."""
        code = self.entry.inner()
        part = Kind("double", min(self.width, LANES))
        parts = LANES // part.width if self.sums else 0
        names = [(f"%sum{j}", f"%lost{j}") for j in range(parts)]
        running = [(code.local(part, total), code.local(part, lost)) for total, lost in names]
        turn: list[Value] = []
        self._text.append("loop:")
        place = len(self._text)
        self._label = "loop"
        for start in range(0, self.step, self.width):
            index = code.local(INT, "%i")
            terms = self.body(code, index + start if start else index, self.width)
            if terms is not None:
                turn += [terms.part(lane, part.width) for lane in range(0, self.width, part.width)]
        for j, term in enumerate(turn):
            total, lost = running[j % parts]
            running[j % parts] = self._added(total, lost, term, twofold=self.element == "double")
        code.lines += [
            f"%j = add i64 %i, {self.step}",
            "%on = icmp ult i64 %j, %middle",
            "br i1 %on, label %loop, label %tail",
        ]
        self.flush(code)
        phis = [f"%i = phi i64 [ %from, %block ], [ %j, %{self._label} ]"]
        zero = part.literal(0)
        for pair, now in zip(names, running, strict=True):
            phis += [
                f"{name} = phi {part} [ {zero}, %block ], [ {value.ref}, %{self._label} ]"
                for name, value in zip(pair, now, strict=True)
            ]
        self._text[place:place] = phis
        self._after = self._label
        return [(a.ref, b.ref) for a, b in running]

    def _added(self, total: Value, lost: Value, x: Value, *, twofold: bool) -> tuple[Value, Value]:
        """Knuth's TwoSum, or a plain addition, which has lost nothing that counts."""
        result = total + x
        if not twofold:
            return result, lost
        back = result - total
        return result, lost + ((total - (result - back)) + (x - back))

    def _tail(self, totals: list[tuple[str, str]]) -> None:
        """The last samples of the last block, one by one, and the sum of the block."""
        self.begin("tail")
        part = Kind("double", min(self.width, LANES))
        for j, pair in enumerate(totals):
            for memory, ref in zip(("sums", "lost"), pair, strict=True):
                name = f"%{memory}{j}_end"
                zero = part.literal(0)
                self.write(f"{name} = phi {part} [ {zero}, %block ], [ {ref}, %{self._after} ]")
        for j in range(len(totals)):
            for memory in ("sums", "lost"):
                at = f"%{memory}{j}_at"
                self.write(
                    f"{at} = getelementptr double, ptr %{memory}, i64 {j * part.width}",
                    f"store {part} %{memory}{j}_end, ptr {at}, align 8",
                )
        self.write("%rest = icmp ult i64 %middle, %to", "br i1 %rest, label %one, label %added")
        self._singles()
        self.begin("added")
        if self.sums:
            self._store_sum()
        self.write("br label %finished")

    def _singles(self) -> None:
        code = self.entry.inner()
        self._text.append("one:")
        place = len(self._text)
        self._label = "one"
        index = code.local(INT, "%k")
        term = self.body(code, index, 1)
        if term is not None:
            lane = (index - code.local(INT, "%from")) & (LANES - 1)
            at = [
                code.emit(POINTER, f"getelementptr double, ptr %{memory}, {lane}", lane)
                for memory in ("sums", "lost")
            ]
            total, lost = (code.emit(DOUBLE, f"load double, {place}", place) for place in at)
            added = self._added(total, lost, term, twofold=self.element == "double")
            for value, to in zip(added, at, strict=True):
                code.lines.append(f"store {value}, {to}")
        code.lines += [
            "%k2 = add i64 %k, 1",
            "%more1 = icmp ult i64 %k2, %to",
            "br i1 %more1, label %one, label %added",
        ]
        self.flush(code)
        self._text.insert(place, f"%k = phi i64 [ %middle, %tail ], [ %k2, %{self._label} ]")

    def _store_sum(self) -> None:
        """The lanes, half onto half."""
        assert self.parts is not None
        code = self.entry.inner()
        lanes = Kind("double", LANES)
        block = code.local(INT, "%b")
        total, lost = (
            code.emit(lanes, f"load {lanes}, ptr %{memory}, align 64", block)
            for memory in ("sums", "lost")
        )
        half = LANES // 2
        while half:
            low, high = total.part(0, half), total.part(half, half)
            low_lost, high_lost = lost.part(0, half), lost.part(half, half)
            total, lost = self._added(low, low_lost, high, twofold=True)
            lost = lost + high_lost
            half //= 2
        for place, value in enumerate((total, lost)):
            index = block * 2 + place
            self.store(code, self.parts, index, value)
        self.flush(code)


# Processors that would rather have narrower vectors are given the widest that they have.
_ATTRIBUTES = """\
attributes #0 = { nounwind "prefer-vector-width"="512" "min-legal-vector-width"="512" }"""

# The blocks' twofold sums, added in their order.
_TOTAL = """\
define double @total(ptr %parts, i64 %blocks) #0 {
entry:
  br label %loop
loop:
  %b = phi i64 [ 0, %entry ], [ %next, %loop ]
  %sum = phi double [ 0.0, %entry ], [ %more, %loop ]
  %lost = phi double [ 0.0, %entry ], [ %lost3, %loop ]
  %place = mul i64 %b, 2
  %at = getelementptr double, ptr %parts, i64 %place
  %x = load double, ptr %at
  %at2 = getelementptr double, ptr %at, i64 1
  %y = load double, ptr %at2
  %more = fadd double %sum, %x
  %back = fsub double %more, %sum
  %rest = fsub double %more, %back
  %a = fsub double %sum, %rest
  %c = fsub double %x, %back
  %d = fadd double %a, %c
  %lost2 = fadd double %lost, %d
  %lost3 = fadd double %lost2, %y
  %next = add i64 %b, 1
  %on = icmp ult i64 %next, %blocks
  br i1 %on, label %loop, label %done
done:
  %exact = fadd double %more, %lost3
  %size = call double @llvm.fabs.f64(double %more)
  %finite = fcmp olt double %size, 0x7FF0000000000000
  %result = select i1 %finite, double %exact, double %more
  ret double %result
}
"""
