"""Every contender gives lossbook's results, for every loss, in every layout."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lossbook.bench.cases import DTYPES, LAYOUTS, OUTPUTS, Case, Data, cases, data, default_losses
from lossbook.bench.contenders import LOSSBOOK, PEERS, Peer
from lossbook.bench.contenders.contender import NotOfferedError
from lossbook.bench.contenders.own import bytes_moved
from lossbook.bench.worker import TOLERANCE, compare

# Each output, each layout, with and without weights: not all combinations, which take minutes.
KINDS = [
    ("value", False, "contiguous", "new"),
    ("value+gradient", True, "strided", "new"),
    ("value+gradient", False, "integer", "new"),
    ("value+gradient", True, "contiguous", "given"),
    ("gradient+hessian", False, "mixed", "new"),
    ("gradient+hessian", False, "contiguous", "given"),
    ("all", True, "mixed", "new"),
]
# What a contender offers of every kind of output, at least: the name of a loss.
OFFERED = {
    "plain": "squared_error",
    "numpy": "squared_error",
    "numexpr": "squared_error",
    "numba": "squared_error",
    "sklearn": "squared_error",
    "torch": "squared_error",
    "jax": "squared_error",
    "optax": "squared_error",
}
# What has no way to do a kind at all.
NEVER = {
    *[(name, "all", "new") for name in ("sklearn", "optax")],
    ("optax", "gradient+hessian", "new"),
    *[
        (name, outputs, "given")
        for name in ("plain", "torch", "jax", "optax")
        for outputs in OUTPUTS
    ],
}
# Of those that run only when they are asked for, the ones that take no C++ compiler.
ON_REQUEST = {"lossbook.compile": "squared_error"}


def contender(peer: Peer) -> Any:
    for package in peer.packages:
        pytest.importorskip(package)
    module, _, name = peer.place.partition(":")
    return getattr(importlib.import_module(module), name)(1)


def reference(case: Case, arguments: Data, folder: Path) -> str:
    results = contender(LOSSBOOK).job(case, arguments)()
    file = folder / "reference.npz"
    np.savez(file, *map(np.asarray, results))
    return str(file)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind[0]}-{kind[2]}-{kind[3]}")
@pytest.mark.parametrize("name", [*OFFERED, *ON_REQUEST])
@pytest.mark.filterwarnings("ignore")  # of the libraries, about themselves
def test_results_are_right(name: str, kind: tuple[str, bool, str, str], tmp_path: Path) -> None:
    outputs, weighted, layout, out = kind
    peer = contender(PEERS[name])
    shapes = [(30, 10)]
    jobs = cases(default_losses(), DTYPES, [outputs], [300], shapes, [weighted], [layout], [out])
    offered = set()
    for case in jobs:
        arguments = data(case)
        try:
            job = peer.job(case, arguments)
        except NotOfferedError:
            continue
        job()  # a second call must not find the traces of a first one
        file = reference(case, arguments, tmp_path)
        results = job()
        if arguments.out is not None:
            given = results[len(results) - len(arguments.out) :]
            assert all(map(np.shares_memory, given, arguments.out)), case
        apart, why = compare(peer.arrays(results), file, arguments.y_pred)
        assert not why, case
        assert apart <= TOLERANCE[case.dtype], case
        offered.add(case.loss)
    if (name, outputs, out) in NEVER:
        assert not offered
    elif layout == "integer":
        assert offered & {"hinge", "binary_cross_entropy"}
    else:
        assert (OFFERED | ON_REQUEST)[name] in offered


@pytest.mark.parametrize("outputs", ["value+gradient", "gradient+hessian", "all"])
def test_lossbook_writes_into_what_is_given(outputs: str) -> None:
    losses, shapes = default_losses(), [(10, 4)]
    kinds = ([outputs], [40], shapes, [False], ["contiguous"], ["given"])
    for case in cases(losses, DTYPES, *kinds):
        arguments = data(case)
        assert arguments.out
        results = contender(LOSSBOOK).job(case, arguments)()
        for given, result in zip(arguments.out[::-1], results[::-1], strict=False):
            assert result is given


@pytest.mark.parametrize("outputs", OUTPUTS)
def test_every_loss_has_a_numpy_form(outputs: str) -> None:
    """A loss added later needs no work here."""
    peer = contender(PEERS["numpy"])
    for case in cases(default_losses(), DTYPES, [outputs], [20], [(5, 4)], [False], ["contiguous"]):
        assert len(peer.job(case, data(case))()) == len(OUTPUTS[outputs])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_data_have_the_layout(layout: str) -> None:
    case = Case("hinge", {}, "float32", "all", 8, 0, True, layout)
    arguments = data(case)
    weight = arguments.weight
    assert weight is not None
    assert arguments.y_pred.dtype == np.float32
    other = np.float64 if layout == "mixed" else np.float32
    labels = np.int64 if layout == "integer" else other
    assert (arguments.y_true.dtype, weight.dtype) == (labels, other)
    step = 2 if layout == "strided" else 1
    assert arguments.y_pred.strides == (4 * step,)
    read = 8 * (4 + np.dtype(labels).itemsize + np.dtype(other).itemsize)
    assert arguments.nbytes == read
    assert bytes_moved(case, arguments) == read + 2 * 8 * 4


def test_data_are_the_same_each_time() -> None:
    for case in cases(
        default_losses(), ["float64"], ["all"], [50], [(10, 5)], [True], ["contiguous"]
    ):
        one, other = data(case), data(case)
        np.testing.assert_array_equal(one.y_true, other.y_true)
        np.testing.assert_array_equal(one.y_pred, other.y_pred)


def test_default_contenders_are_all_tested() -> None:
    assert set(OFFERED) == {name for name, peer in PEERS.items() if peer.by_default}
