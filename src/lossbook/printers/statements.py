"""A traced graph as straight-line statements, in whatever language a subclass speaks."""

from __future__ import annotations

from abc import ABC, abstractmethod

from lossbook.maths.tracer import Node

# The operations that every language here writes between its operands, and alike.
INFIX = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "less": "<",
    "less_equal": "<=",
    "equal": "==",
    "and": "&",
    "or": "|",
}


class Statements(ABC):
    """One statement per node, each node once, in an order in which they can be run."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self.lines: list[str] = []

    def name(self, node: Node) -> str:
        """The expression that stands for a node, with the statements it needs before it."""
        if id(node) not in self._names:
            leaf = self.leaf(node)
            self._names[id(node)] = self._statement(node) if leaf is None else leaf
        return self._names[id(node)]

    def _statement(self, node: Node) -> str:
        # The inputs come first: they take the numbers before this one.
        inputs = [self.name(term) for term in node.inputs]
        if node.operation in INFIX:
            expression = f" {INFIX[node.operation]} ".join(inputs)
        elif node.operation == "negate":
            expression = f"-{inputs[0]}"
        else:
            expression = self.expression(node, inputs)
        name = f"t{len(self.lines)}"
        self.lines.append(self.assignment(node, name, expression))
        return name

    @abstractmethod
    def leaf(self, node: Node) -> str | None:
        """How an argument, a number or a parameter is written; None for an operation."""

    @abstractmethod
    def expression(self, node: Node, inputs: list[str]) -> str:
        """An operation that is not infix, from its inputs' names."""

    @abstractmethod
    def assignment(self, node: Node, name: str, expression: str) -> str:
        """The statement that gives the expression this name."""
