"""Prints losses as JavaScript: what the explorer page computes with.

A function of label, prediction and parameters gives value, gradient and Hessian; rows have so many
columns as the loss says, or three. Operations that JavaScript lacks are in
``explorer/page/elementary.js``, by the names that are printed here.
"""

from __future__ import annotations

import math

from lossbook.links import IDENTITY
from lossbook.loss import Loss
from lossbook.maths import compensated
from lossbook.maths.namespace import Term
from lossbook.maths.row_tracer import RowTraceMaths
from lossbook.maths.tracer import LOGISTIC, Node, TraceMaths
from lossbook.printers.formulas import columns_of, drawn_losses, formula_name
from lossbook.printers.statements import Statements

_OF_MATH = {
    "abs": "Math.abs",
    "exp": "Math.exp",
    "expm1": "Math.expm1",
    "log": "Math.log",
    "log1p": "Math.log1p",
    "sqrt": "Math.sqrt",
    "minimum": "Math.min",
    "maximum": "Math.max",
    "pow": "Math.pow",
    "round": "Math.round",
}
_OUR_OWN = {"exponent": "exponent", "fraction": "fraction", "product_error": "productError"}
_OVER_ONE_PLUS = "overOnePlus"


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
    """A module with two functions for every formula, by its name: results, and what rows mean."""
    losses = list(drawn_losses())
    functions = [f"  {formula_name(loss)}: {print_function(loss)}," for loss in losses]
    meanings = [
        f"  {formula_name(loss)}: {print_meaning(loss)},"
        for loss in losses
        if loss.is_row and loss.link != IDENTITY
    ]
    imports = ", ".join((*_OUR_OWN.values(), _OVER_ONE_PLUS))
    lines = [
        "// Printed by lossbook.printers.javascript; changes here are lost.",
        f'import {{ {imports} }} from "./elementary.js";',
        "",
        "// Of label, prediction and parameters; rows where the loss is one of rows.",
        "export const FORMULAS = {",
        *functions,
        "};",
        "",
        "// What a row of predictions stands for: probabilities, a scale.",
        "export const MEANINGS = {",
        *meanings,
        "};",
    ]
    return "\n".join([*lines, ""])


def print_function(loss: Loss) -> str:
    """An arrow function of label ``y``, prediction ``p`` and the parameters ``of`` the loss.

    It gives the value, then the gradient, then the Hessian; of rows, of each column. A compensated
    loss carries its rounding errors along here as well, as its kernel does.
    """
    m = RowTraceMaths() if loss.is_row else TraceMaths()
    traced = loss if loss.compensated else loss.over(m)
    y, p = _arguments(loss, m)
    outputs = (compensated.derivative(traced, m, order, y, p) for order in range(3))
    return _function("(y, p, of)", [node for output in outputs for node in m.nodes(output)])


def print_meaning(loss: Loss) -> str:
    """An arrow function of a row ``p`` and the parameters: the row that ``inverse_link`` gives."""
    m = RowTraceMaths()
    row = loss.over(m).predicted(m, m.argument("p", columns_of(loss)))
    return _function("(p, of)", m.nodes(row))


def _arguments(loss: Loss, m: TraceMaths | RowTraceMaths) -> tuple[Term, Term]:
    if isinstance(m, TraceMaths):
        return m.graph.argument("y"), m.graph.argument("p")
    columns = columns_of(loss)
    labels = columns if loss.label_domain.layouts[-1].is_row else 1
    return m.argument("y", labels), m.argument("p", columns)


def _function(arguments: str, results: list[Node]) -> str:
    body = Body()
    names = ", ".join([body.name(node) for node in results])
    lines = [*body.lines, f"return [{names}];"]
    return "\n".join([f"{arguments} => {{", *(f"    {line}" for line in lines), "  }"])
