"""Prints pointwise losses as JavaScript: what the explorer page computes with.

A function of label, prediction and parameters gives value, gradient and Hessian. Operations that
JavaScript lacks are in ``explorer/page/elementary.js``, by the names that are printed here.
"""

from __future__ import annotations

import math

from lossbook.engine.native import kernel_name
from lossbook.loss import Loss
from lossbook.maths import compensated
from lossbook.maths.row_tracer import Row, RowTraceMaths
from lossbook.maths.tracer import LOGISTIC, Node, TraceMaths
from lossbook.printers.formulas import printed_losses
from lossbook.printers.statements import Statements
from lossbook.registry import get

_OF_MATH = {
    "abs": "Math.abs",
    "exp": "Math.exp",
    "expm1": "Math.expm1",
    "log": "Math.log",
    "log1p": "Math.log1p",
    "sqrt": "Math.sqrt",
    "minimum": "Math.min",
    "maximum": "Math.max",
}
_OUR_OWN = {"exponent": "exponent", "fraction": "fraction", "product_error": "productError"}
_OVER_ONE_PLUS = "overOnePlus"
CLASSES = 3


class Body(Statements):
    """Statements of JavaScript, whose numbers are all float64."""

    def leaf(self, node: Node) -> str | None:
        if node.operation == "argument":
            return str(node.payload)
        if node.operation == "parameter":
            return f"of.{node.payload}"
        return number(node.payload) if node.operation == "number" else None

    def expression(self, node: Node, inputs: list[str]) -> str:
        if node.operation == "where":
            return f"{inputs[0]} ? {inputs[1]} : {inputs[2]}"
        if node.operation == "fmod":
            return " % ".join(inputs)
        if node.operation == LOGISTIC:
            return f"{_OVER_ONE_PLUS}({', '.join(inputs)}, {node.payload})"
        function = _OF_MATH.get(node.operation) or _OUR_OWN[node.operation]
        return f"{function}({', '.join(inputs)})"

    def assignment(self, node: Node, name: str, expression: str) -> str:
        return f"const {name} = {expression};"


def number(value: float) -> str:
    """A literal that gives back exactly this number; in brackets where an operator may precede."""
    if math.isinf(value):
        text = "Infinity" if value > 0 else "-Infinity"
    else:
        text = repr(value).removesuffix(".0")
    return f"({text})" if text.startswith("-") else text


def print_formulas() -> str:
    """A module with the function of every printed formula, by the name of its kernel."""
    functions = [f"  {kernel_name(loss)}: {print_function(loss)}," for loss in printed_losses()]
    of_rows = print_row_function(get("softmax"), CLASSES)
    imports = ", ".join((*_OUR_OWN.values(), _OVER_ONE_PLUS))
    lines = [
        "// Printed by lossbook.printers.javascript; changes here are lost.",
        f'import {{ {imports} }} from "./elementary.js";',
        "",
        "export const FORMULAS = {",
        *functions,
        "};",
        "",
        f"// Cross entropy of {CLASSES} scores: value, slopes, curvatures.",
        f"export const CROSS_ENTROPY = {of_rows};",
    ]
    return "\n".join([*lines, ""])


def print_function(loss: Loss) -> str:
    """An arrow function of label ``y``, prediction ``p`` and the parameters ``of`` the loss.

    A compensated loss carries its rounding errors along here as well, as its kernel does.
    """
    m = TraceMaths()
    y, p = m.graph.argument("y"), m.graph.argument("p")
    traced = loss if loss.compensated else loss.over(m)
    body = Body()
    results = [
        body.name(m.graph.term(compensated.derivative(traced, m, order, y, p)))
        for order in range(3)
    ]
    return _function("(y, p, of)", body, results)


def print_row_function(loss: Loss, classes: int) -> str:
    """An arrow function of rows ``y`` and ``p`` with so many numbers, of a loss without parameters.

    It gives the value, then per class the gradient, then per class the Hessian's diagonal.
    """
    m = RowTraceMaths()
    y, p = (
        Row([m.graph.argument(f"{name}[{place}]") for place in range(classes)]) for name in "yp"
    )
    body = Body()
    rows = (loss.derivative(m, order, y, p) for order in range(3))
    return _function("(y, p)", body, [body.name(node) for row in rows for node in row.nodes])


def _function(arguments: str, body: Body, results: list[str]) -> str:
    lines = [*body.lines, f"return [{', '.join(results)}];"]
    return "\n".join([f"{arguments} => {{", *(f"    {line}" for line in lines), "  }"])
