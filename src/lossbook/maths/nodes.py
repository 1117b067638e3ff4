"""What is known of a node of a traced graph before any number is there."""

from __future__ import annotations

import functools

from lossbook.maths.tracer import Node


def function_of(node: Node) -> str:
    """The elementary function; a cheaper twin where the argument's range is known."""
    if node.operation == "exp" and _is_nonpositive(node.inputs[0]):
        return "exp_nonpositive"
    if node.operation == "log1p" and _is_unit(node.inputs[0]):
        return "log1p_unit"
    return node.operation


def _is_nonpositive(node: Node) -> bool:
    return node.operation == "negate" and node.inputs[0].operation == "abs"


def _is_unit(node: Node) -> bool:
    return node.operation == "exp" and _is_nonpositive(node.inputs[0])


@functools.cache
def carries_nan(node: Node, argument: Node) -> bool:
    """Whether the node is NaN for certain where the argument is.

    Only comparisons lose NaN: they are false of it, so that ``where`` takes its second choice.
    """
    if node is argument:
        return True
    if node.operation != "where":
        return not node.is_condition and any(carries_nan(term, argument) for term in node.inputs)
    condition, if_true, if_false = node.inputs
    return carries_nan(if_false, argument) and (
        carries_nan(if_true, argument) or _is_false_of_nan(condition, argument)
    )


def _is_false_of_nan(condition: Node, argument: Node) -> bool:
    if condition.operation in ("and", "or"):
        some = any if condition.operation == "and" else all
        return some(_is_false_of_nan(term, argument) for term in condition.inputs)
    return any(carries_nan(term, argument) for term in condition.inputs)
