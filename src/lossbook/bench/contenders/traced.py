"""A traced formula as Python text: for numexpr as one expression, for a loop as statements."""

from __future__ import annotations

from lossbook.bench.cases import Case
from lossbook.bench.contenders.textbook import derivative
from lossbook.maths.tracer import LOGISTIC, Node, TraceMaths
from lossbook.printers.statements import INFIX, Statements


def trace(case: Case) -> dict[int, Node]:
    """The graph of each wanted order, for arguments ``y`` and ``p``; numbers are written out."""
    m = TraceMaths()
    y, p = m.graph.argument("y"), m.graph.argument("p")
    terms = {order: derivative(case, m, order, y, p) for order in case.orders}
    return {order: m.graph.term(term) for order, term in terms.items()}


# How many of an operation's inputs are conditions; those on parameters alone are traced as numbers.
_CONDITIONS = {"where": 1, "and": 2, "or": 2}


class Expressions:
    """Nested expressions whose numbers are names, so that they have the dtype of the data."""

    def __init__(self) -> None:
        self.numbers: dict[str, float] = {}

    def text(self, node: Node) -> str:
        """One expression; numexpr itself finds what occurs twice."""
        if node.operation == "argument":
            return str(node.payload)
        if node.operation == "number":
            return self._number(float(node.payload))
        conditions = _CONDITIONS.get(node.operation, 0)
        inputs = [self._condition(term) for term in node.inputs[:conditions]]
        return self._operation(
            node, inputs + [self.text(term) for term in node.inputs[conditions:]]
        )

    def _condition(self, node: Node) -> str:
        text = self.text(node)
        return f"({text} != {self._number(0.0)})" if node.operation == "number" else text

    def _number(self, value: float) -> str:
        name = f"c{len(self.numbers)}"
        for known, other in self.numbers.items():
            if repr(other) == repr(value):
                return known
        self.numbers[name] = value
        return name

    def _operation(self, node: Node, inputs: list[str]) -> str:
        if node.operation in INFIX:
            return "(" + f" {INFIX[node.operation]} ".join(inputs) + ")"
        if node.operation == "negate":
            return f"(-{inputs[0]})"
        if node.operation == "maximum":
            return f"where({inputs[0]} > {inputs[1]}, {inputs[0]}, {inputs[1]})"
        if node.operation == "minimum":
            return f"where({inputs[0]} < {inputs[1]}, {inputs[0]}, {inputs[1]})"
        if node.operation == LOGISTIC:
            one = self._number(1.0)
            return f"({inputs[0]} / ({one} + {inputs[1]})" + (
                f" / ({one} + {inputs[1]}))" if node.payload == 2 else ")"
            )
        return f"{node.operation}({', '.join(inputs)})"


class Loop(Statements):
    """Python statements of scalars for the body of a loop; ``T`` is the type of the data."""

    def leaf(self, node: Node) -> str | None:
        if node.operation == "argument":
            return str(node.payload)
        return f"T({node.payload!r})" if node.operation == "number" else None

    def expression(self, node: Node, inputs: list[str]) -> str:
        if node.operation == "where":
            return f"{inputs[1]} if {inputs[0]} else {inputs[2]}"
        if node.operation == LOGISTIC:
            whole = f"(T(1.0) + {inputs[1]})"
            return f"{inputs[0]} / " + (f"({whole} * {whole})" if node.payload == 2 else whole)
        if node.operation == "fmod":  # which numba does not have; the sign is that of the first
            return f"math.copysign(abs({inputs[0]}) % {inputs[1]}, {inputs[0]})"
        functions = {"abs": "abs", "maximum": "max", "minimum": "min"}
        function = functions.get(node.operation, f"math.{node.operation}")
        return f"{function}({', '.join(inputs)})"

    def assignment(self, node: Node, name: str, expression: str) -> str:
        if node.operation in ("and", "or"):
            inputs = (f"bool({self.name(term)})" for term in node.inputs)
            expression = f" {INFIX[node.operation]} ".join(inputs)
        return f"{name} = {expression}"
