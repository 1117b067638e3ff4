"""LLVM instructions as Python values: an operator on values writes the instruction down.

Every instruction is written once: the same operation on the same values gives the value that is
there already. What depends on nothing inside a loop is written in front of it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

Number = float | int


@dataclass(frozen=True)
class Kind:
    """A number type of LLVM, or a vector of it."""

    element: str
    width: int = 1

    def __str__(self) -> str:
        return self.element if self.width == 1 else f"<{self.width} x {self.element}>"

    @property
    def is_float(self) -> bool:
        return self.element in _FLOATS

    @property
    def suffix(self) -> str:
        """How the names of intrinsic functions end."""
        short = _FLOATS.get(self.element, self.element)
        return short if self.width == 1 else f"v{self.width}{short}"

    def of(self, element: str) -> Kind:
        """As many of another type."""
        return replace(self, element=element)

    def literal(self, value: Number) -> str:
        text = self._number(value)
        if self.width == 1:
            return text
        return f"<{', '.join([f'{self.element} {text}'] * self.width)}>"

    def _number(self, value: Number) -> str:
        if not self.is_float:
            return str(int(value))
        # LLVM writes a float as the double that equals it.
        exact = _rounded(value) if self.element == "float" else float(value)
        return f"0x{struct.unpack('<Q', struct.pack('<d', exact))[0]:016X}"


_FLOATS = {"float": "f32", "double": "f64"}


def _rounded(value: Number) -> float:
    """The nearest float32; beyond the largest one, infinite."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


class Code:
    """The instructions of one stretch of a function, after those of the stretch around it."""

    def __init__(self, names: Iterator[int], outer: Code | None = None) -> None:
        self.names = names
        self.depth: int = 0 if outer is None else outer.depth + 1
        self._outermost: Code = self if outer is None else outer._outermost
        self.lines: list[str] = []
        self.declarations: set[str] = set() if outer is None else outer.declarations
        self._known: dict[str, Value] = {}

    def inner(self) -> Code:
        return Code(self.names, self)

    def number(self, kind: Kind, value: Number) -> Value:
        return Value(self, kind, kind.literal(value), None)

    def local(self, kind: Kind, ref: str) -> Value:
        """A value of this stretch that is written down elsewhere."""
        return Value(self, kind, ref, self)

    def name(self) -> str:
        return f"%v{next(self.names)}"

    def emit(self, kind: Kind, text: str, *operands: Value) -> Value:
        """The result of an instruction without side effects."""
        homes = [operand.home for operand in operands if operand.home is not None]
        home = max(homes, key=lambda code: code.depth, default=self._outermost)
        if text not in home._known:
            name = self.name()
            home.lines.append(f"{name} = {text}")
            home._known[text] = Value(home, kind, name, home)
        return home._known[text]

    def call(self, name: str, result: Kind, *operands: Value) -> Value:
        """An intrinsic function of LLVM."""
        kinds = ", ".join(str(operand.kind) for operand in operands)
        self.declarations.add(f"declare {result} @{name}({kinds})")
        arguments = ", ".join(str(operand) for operand in operands)
        return self.emit(result, f"call {result} @{name}({arguments})", *operands)


@dataclass(frozen=True, eq=False)
class Value:
    """The result of an instruction, or a literal number (which has no home)."""

    code: Code
    kind: Kind
    ref: str
    home: Code | None

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"

    @property
    def is_literal(self) -> bool:
        return self.home is None

    def number(self, value: Number) -> Value:
        return self.code.number(self.kind, value)

    def lift(self, other: Value | Number) -> Value:
        return other if isinstance(other, Value) else self.number(other)

    def _binary(self, operation: str, left: Value | Number, right: Value | Number) -> Value:
        one, other = self.lift(left), self.lift(right)
        text = f"{operation} {one}, {other.ref}"
        return self.code.emit(one.kind, text, one, other)

    def _arithmetic(self, operation: str, left: Value | Number, right: Value | Number) -> Value:
        return self._binary(f"f{operation}" if self.kind.is_float else operation, left, right)

    def __add__(self, other: Value | Number) -> Value:
        return self._arithmetic("add", self, other)

    def __radd__(self, other: Number) -> Value:
        return self._arithmetic("add", other, self)

    def __sub__(self, other: Value | Number) -> Value:
        return self._arithmetic("sub", self, other)

    def __rsub__(self, other: Number) -> Value:
        return self._arithmetic("sub", other, self)

    def __mul__(self, other: Value | Number) -> Value:
        return self._arithmetic("mul", self, other)

    def __rmul__(self, other: Number) -> Value:
        return self._arithmetic("mul", other, self)

    def __truediv__(self, other: Value | Number) -> Value:
        return self._binary("fdiv", self, other)

    def __rtruediv__(self, other: Number) -> Value:
        return self._binary("fdiv", other, self)

    def fmod(self, other: Value | Number) -> Value:
        return self._arithmetic("rem", self, other)

    def __and__(self, other: Value | Number) -> Value:
        return self._binary("and", self, other)

    def __or__(self, other: Value | Number) -> Value:
        return self._binary("or", self, other)

    def __lshift__(self, places: int) -> Value:
        return self._binary("shl", self, places)

    def __rshift__(self, places: int) -> Value:
        return self._binary("lshr", self, places)

    def __neg__(self) -> Value:
        return self.code.emit(self.kind, f"fneg {self}", self)

    def __abs__(self) -> Value:
        return self.code.call(f"llvm.fabs.{self.kind.suffix}", self.kind, self)

    def _compare(self, rule: str, other: Value | Number) -> Value:
        right = self.lift(other)
        return self.code.emit(self.kind.of("i1"), f"fcmp {rule} {self}, {right.ref}", self, right)

    # As in C++, a comparison with NaN is false.
    def __lt__(self, other: Value | Number) -> Value:
        return self._compare("olt", other)

    def __le__(self, other: Value | Number) -> Value:
        return self._compare("ole", other)

    def __gt__(self, other: Value | Number) -> Value:
        return self._compare("ogt", other)

    def __ge__(self, other: Value | Number) -> Value:
        return self._compare("oge", other)

    def equals(self, other: Value | Number) -> Value:
        return self._compare("oeq", other)

    def differs(self, other: Value | Number) -> Value:
        return self._compare("une", other)

    @property
    def is_nan(self) -> Value:
        return self._compare("uno", self)

    def converted(self, element: str, *, unsigned: bool = False) -> Value:
        """The same numbers in another type, rounded where it is narrower."""
        target = self.kind.of(element)
        if target == self.kind:
            return self
        operation = _conversion(self.kind.element, element, unsigned)
        return self.code.emit(target, f"{operation} {self} to {target}", self)

    def as_bits(self, element: str) -> Value:
        """The same bits, read as another type of the same size."""
        target = self.kind.of(element)
        return self.code.emit(target, f"bitcast {self} to {target}", self)

    def spread(self, width: int) -> Value:
        """A single number in every lane of a vector."""
        if width == 1:
            return self
        one, many = self.kind, Kind(self.kind.element, width)
        first = self.code.emit(many, f"insertelement {many} poison, {one} {self.ref}, i64 0", self)
        lanes = Kind("i32", width).literal(0)
        text = f"shufflevector {first}, {many} poison, <{width} x i32> {lanes}"
        return self.code.emit(many, text, first)

    def part(self, start: int, width: int) -> Value:
        """Some neighbouring lanes of a vector."""
        if width == self.kind.width:
            return self
        kind = Kind(self.kind.element, width)
        if width == 1:
            return self.code.emit(kind, f"extractelement {self}, i64 {start}", self)
        lanes = ", ".join(f"i32 {lane}" for lane in range(start, start + width))
        text = f"shufflevector {self}, {self.kind} poison, <{width} x i32> <{lanes}>"
        return self.code.emit(kind, text, self)


def _conversion(source: str, target: str, unsigned: bool) -> str:
    if source in _FLOATS:
        return "fpext" if target == "double" else "fptrunc"
    return "uitofp" if unsigned else "sitofp"


def fma(a: Value, b: Value | Number, c: Value | Number) -> Value:
    """``a * b + c``, rounded once."""
    return a.code.call(f"llvm.fma.{a.kind.suffix}", a.kind, a, a.lift(b), a.lift(c))


def select(condition: Value, yes: Value | Number, no: Value | Number, like: Value) -> Value:
    """One or the other, lane by lane; ``like`` says of which type numbers are."""
    one, other = like.lift(yes), like.lift(no)
    return condition.code.emit(
        one.kind, f"select {condition}, {one}, {other}", condition, one, other
    )
