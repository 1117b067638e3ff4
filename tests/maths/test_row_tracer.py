"""Arrays of nodes: what is written down gives what NumPy computes; what is not there says so."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

from lossbook.maths.row_tracer import RowTraceMaths
from lossbook.maths.tracer import Node

OPERATIONS: dict[str, Any] = {
    "add": operator.add,
    "less": operator.lt,
    "maximum": max,
    "minimum": min,
    "where": lambda condition, if_true, if_false: if_true if condition else if_false,
}


def computed(node: Node, row: list[float]) -> float:
    if node.operation == "argument":
        return row[int(str(node.payload)[2:-1])]
    if node.operation == "number":
        return float(node.payload)
    value: float = OPERATIONS[node.operation](*(computed(term, row) for term in node.inputs))
    return value


ROWS = [[3.0, 1.0, 2.0, 3.0, -1.0], [0.0, 5.0, 5.0, -2.0, 4.0], [-1.0, -2.0, -3.0, -4.0, -5.0]]


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("name", ["sort", "argmax", "max", "sum", "cumulative_sum"])
def test_functions_along_the_row(name: str, row: list[float]) -> None:
    m = RowTraceMaths()
    keep = {} if name in ("sort", "cumulative_sum") else {"keepdims": True}
    traced = getattr(m.xp, name)(m.argument("p", len(row)), axis=-1, **keep)
    of_numpy = {"cumulative_sum": "cumsum"}.get(name, name)
    known = getattr(np, of_numpy)(np.array(row), axis=-1, **keep)
    np.testing.assert_array_equal([computed(node, row) for node in m.nodes(traced)], known)


def test_what_arrays_of_nodes_lack_is_named() -> None:
    with pytest.raises(AttributeError, match="have no median: use what m offers"):
        _ = RowTraceMaths().xp.median


def test_a_formula_that_branches_on_its_row_is_refused() -> None:
    row = RowTraceMaths().argument("p", 1)
    with pytest.raises(TypeError, match="cannot branch on its arguments"):
        bool(row > 0)
