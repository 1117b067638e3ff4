"""Prints every pointwise loss as C++, when the package is built.

    python -m lossbook.printers.cpp FOLDER

writes one source file per formula (a loss with a switch has one per setting) and ``table.cpp``,
which lists them. The text is straight-line code without branches: the compiler vectorises it, and
drops whatever the outputs that were asked for do not need.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lossbook.engine.native import kernel_name
from lossbook.loss import Loss
from lossbook.maths import compensated
from lossbook.maths.nodes import carries_nan, function_of
from lossbook.maths.tracer import LOGISTIC, Node, TraceMaths
from lossbook.printers.formulas import printed_losses
from lossbook.printers.statements import Statements

_KERNEL = """\
// Printed from {module} by lossbook.printers.cpp; changes here are lost.
#include "pointwise.hpp"

namespace lossbook::LOSSBOOK_ISA {{
namespace {{

struct Formula {{
    static constexpr const char* name = "{name}";
    static constexpr int parameters = {parameter_count};
    static constexpr bool checks_values = {checks_values};
    // Whether NaN comes out of itself as NaN of value, gradient, Hessian: NaN in y, and in p.
    static constexpr bool carries_label[] = {{{carries_label}}};
    static constexpr bool carries_prediction[] = {{{carries_prediction}}};

{arithmetic}

    template <class T>
    LOSSBOOK_INLINE static bool outside([[maybe_unused]] T y, [[maybe_unused]] T p) {{
{outside}
    }}
}};

}} // namespace

extern const PointwiseKernel kernel_{name};
const PointwiseKernel kernel_{name} = pointwise_kernel<Formula>();

}} // namespace lossbook::LOSSBOOK_ISA
"""

# One way to evaluate the formulas, all of it in numbers of one type.
_ARITHMETIC = """\
// What depends on parameters alone, in double until the last rounding.
{template}struct Constants {{
{constants}
}};

{template}LOSSBOOK_INLINE static void evaluate([[maybe_unused]] const Constants{argument}& c,
                                     {element} y, {element} p,
                                     {element}& value, {element}& gradient, {element}& hessian) {{
{evaluate}
}}"""

# Where rounding errors are carried along: in double, and for float with shorter series.
_COMPENSATED = """\
struct Single {{
{single}
}};

struct Double {{
{double}
}};

template <class T>
using Constants = typename std::conditional_t<sizeof(T) == 4, Single, Double>::Constants;

LOSSBOOK_INLINE static void evaluate(const Single::Constants& c, float y, float p,
                                     float& value, float& gradient, float& hessian) {{
    double v, g, h;
    Single::evaluate(c, double(y), double(p), v, g, h);
    value = float(v), gradient = float(g), hessian = float(h);
}}

LOSSBOOK_INLINE static void evaluate(const Double::Constants& c, double y, double p,
                                     double& value, double& gradient, double& hessian) {{
    Double::evaluate(c, y, p, value, gradient, hessian);
}}"""

_TABLE = """\
// Printed by lossbook.printers.cpp; changes here are lost.
#include "kernels.hpp"

namespace lossbook::LOSSBOOK_ISA {{

{declarations}

extern const PointwiseKernel* const pointwise_kernels[] = {{{entries}, nullptr}};

}} // namespace lossbook::LOSSBOOK_ISA
"""


class Body(Statements):
    """Statements of one element type; in a loop over samples, constants come from outside."""

    def __init__(self, element: str, *, in_loop: bool) -> None:
        super().__init__()
        self._element, self._in_loop = element, in_loop
        self.constants: list[Node] = []

    def leaf(self, node: Node) -> str | None:
        if node.operation == "argument":
            return str(node.payload)
        if node.operation == "number":
            return f"{self._element}({number(node.payload)})"
        if self._in_loop and node.is_constant:
            self.constants.append(node)
            return f"c.c{len(self.constants) - 1}"
        return f"parameter_{node.payload}" if node.operation == "parameter" else None

    def expression(self, node: Node, inputs: list[str]) -> str:
        if node.operation == "where":
            return f"{inputs[0]} ? {inputs[1]} : {inputs[2]}"
        if node.operation == LOGISTIC:
            return f"over_one_plus<{node.payload}>({', '.join(inputs)})"
        return f"elementary::{function_of(node)}({', '.join(inputs)})"

    def assignment(self, node: Node, name: str, expression: str) -> str:
        kind = "bool" if node.is_condition else self._element
        return f"const {kind} {name} = {expression};"


def number(value: float) -> str:
    """A double literal that gives back exactly this number."""
    if math.isinf(value):
        return f"{'-' if value < 0 else ''}elementary::infinity<double>"
    return value.hex() if value != int(value) else f"{value:.1f}"


def print_kernel(loss: Loss) -> str:
    """The C++ source of one formula."""
    if loss.compensated:
        every = [_Formulas(loss, single=True), _Formulas(loss, single=False)]
        single, double = (_indent(one.printed("double").splitlines(), 4) for one in every)
        arithmetic = _COMPENSATED.format(single=single, double=double)
    else:
        every = [_Formulas(loss)]
        arithmetic = every[0].printed("T")
    return _KERNEL.format(
        module=type(loss).__module__,
        name=kernel_name(loss),
        parameter_count=len(every[0].parameters),
        checks_values=_boolean(_checks(loss)),
        carries_label=_carried([one.carried("y") for one in every]),
        carries_prediction=_carried([one.carried("p") for one in every]),
        arithmetic=_indent(arithmetic.splitlines(), 4),
        outside=_indent(_print_outside(loss), 8),
    )


class _Formulas:
    """Value, gradient and Hessian of a loss as a graph."""

    def __init__(self, loss: Loss, *, single: bool = False) -> None:
        m = TraceMaths()
        self._arguments = {name: m.graph.argument(name) for name in ("y", "p")}
        # What carries errors along takes the parameters by itself.
        traced = loss if loss.compensated else loss.over(m)
        y, p = self._arguments.values()
        self._outputs = [
            m.graph.term(compensated.derivative(traced, m, order, y, p, single=single))
            for order in range(3)
        ]
        self.parameters = list(m.parameters)

    def carried(self, argument: str) -> list[bool]:
        """Whether each output is NaN by itself where the argument is."""
        return [carries_nan(node, self._arguments[argument]) for node in self._outputs]

    def printed(self, element: str) -> str:
        """Constants and evaluation in C++, in numbers of this type."""
        body = Body(element, in_loop=True)
        for node, output in zip(self._outputs, ("value", "gradient", "hessian"), strict=True):
            result = body.name(node)
            body.lines.append(f"{output} = {result};")
        is_template = element == "T"
        return _ARITHMETIC.format(
            template="template <class T> " if is_template else "",
            argument="<T>" if is_template else "",
            element=element,
            constants=_indent(_print_constants(body.constants, self.parameters, element), 4),
            evaluate=_indent(body.lines, 4),
        )


def _carried(every: list[list[bool]]) -> str:
    return ", ".join(_boolean(all(outputs)) for outputs in zip(*every, strict=True))


def _print_constants(constants: list[Node], names: list[str], element: str) -> Iterator[str]:
    body = Body("double", in_loop=False)
    results = [body.name(node) for node in constants]
    for position, node in enumerate(constants):
        yield f"{'bool' if node.is_condition else element} c{position};"
    used = "parameters" if names else ""
    yield f"explicit Constants([[maybe_unused]] const double* {used or 'unused'}) {{"
    for position, name in enumerate(names):
        yield f"    [[maybe_unused]] const double parameter_{name} = parameters[{position}];"
    yield from (f"    {line}" for line in body.lines)
    for position, (node, result) in enumerate(zip(constants, results, strict=True)):
        yield f"    c{position} = {'bool' if node.is_condition else element}({result});"
    yield "}"


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _checks(loss: Loss) -> bool:
    return not (loss.label_domain.checks_nothing and loss.prediction_domain.checks_nothing)


def _print_outside(loss: Loss) -> Iterator[str]:
    m = TraceMaths()
    body = Body("T", in_loop=True)
    domains: Any = (("y", loss.label_domain), ("p", loss.prediction_domain))
    broken = [
        body.name(domain.outside(m.graph.argument(name)))
        for name, domain in domains
        if not domain.checks_nothing
    ]
    yield from body.lines
    yield f"return {' | '.join(broken) or 'false'};"


def _indent(lines: list[str] | Iterator[str], width: int) -> str:
    return "\n".join(" " * width + line for line in lines)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    losses = list(printed_losses())
    names = [kernel_name(loss) for loss in losses]
    for stale in {*folder.glob("*.cpp")} - {folder / f"{name}.cpp" for name in (*names, "table")}:
        stale.unlink()  # of a loss that is gone; the build compiles whatever lies here
    for loss, name in zip(losses, names, strict=True):
        _write(folder / f"{name}.cpp", print_kernel(loss))
    table = _TABLE.format(
        declarations="\n".join(f"extern const PointwiseKernel kernel_{name};" for name in names),
        entries=", ".join(f"&kernel_{name}" for name in names),
    )
    _write(folder / "table.cpp", table)


def _write(path: Path, text: str) -> None:
    # An unchanged file keeps its time stamp, so that a rebuild compiles only what is new.
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
