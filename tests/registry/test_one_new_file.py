"""Adding a loss is one new file: calls, laws, names and commands follow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from registry.new_file import Tree, check, samples


def test_the_copy_is_what_runs(tree: Tree) -> None:
    home, kernels = tree.answer("[lb.__file__, lb.instruction_set()]")
    assert Path(home).parent == tree.folder / "lossbook"
    assert kernels == "none"


def test_its_docstring_runs(tree: Tree) -> None:
    code = (
        "import doctest, sys; import lossbook.losses.regression.one_sided_huber as new\n"
        "sys.exit(doctest.testmod(new).attempted != 4)"
    )
    assert tree.python("-c", code) == ""


def test_it_is_in_the_catalogue_and_exported(tree: Tree) -> None:
    names = tree.answer("[cls.__name__ for cls in lb.catalogue()]")
    assert "OneSidedHuber" in names
    assert tree.answer("'OneSidedHuber' in dir(lb)")
    assert (
        tree.answer(
            "[repr(lb.get(n, delta=2)) for n in names]", names=["one_sided_huber", "half_huber"]
        )
        == ["OneSidedHuber(delta=2.0)"] * 2
    )
    stub = tree.python(
        "-c", "from lossbook.printers import exports; print(exports.print_exports())"
    )
    assert (
        "from lossbook.losses.regression.one_sided_huber import OneSidedHuber as OneSidedHuber"
        in stub.splitlines()
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("delta", [2.0, 1.35])
def test_every_call_against_the_definition(tree: Tree, dtype: Any, delta: float) -> None:
    y, p = samples(dtype)
    calls = {
        "__call__": [0],
        "gradient": [1],
        "hessian": [2],
        "value_and_gradient": [0, 1],
        "gradient_and_hessian": [1, 2],
        "value_gradient_hessian": [0, 1, 2],
    }
    got = tree.answer(
        "[getattr(lb.OneSidedHuber(delta), call)"
        "(*[np.asarray(a, dtype) for a in (y, p)], reduction='none')"
        " for call in calls]",
        calls=list(calls),
        dtype=y.dtype.name,
        delta=delta,
        y=y.tolist(),
        p=p.tolist(),
    )
    everything = got[-1]
    check(everything, y, p, delta)
    for orders, results in zip(calls.values(), got, strict=True):
        assert results == (
            everything[orders[0]] if len(orders) == 1 else [everything[o] for o in orders]
        )


def test_weights_and_reductions(tree: Tree) -> None:
    """Residuals 0.5, -1, 3, -8 with delta = 2: by hand."""
    expression = (
        "lb.OneSidedHuber(2).value_gradient_hessian([0, 1, 0, 8], [0.5, 0, 3, 0], **options)"
    )
    values, slopes, curvatures = [0.125, 0.5, 4, 32], [0.5, -1, 2, -8], [1, 1, 0, 1]

    def weighed(numbers: list[float], weights: list[float], whole: float) -> list[float]:
        return [w * number / whole for w, number in zip(weights, numbers, strict=True)]

    for weights in ([1, 1, 1, 1], [2, 0, 1, 1], [0.5, 0.25, 0.125, 0.125]):
        for reduction in ("mean", "sum", "none"):
            options = {"sample_weight": weights, "reduction": reduction}
            whole = sum(weights) if reduction == "mean" else 1
            total = weighed(values, weights, whole)
            got = tree.answer(expression, options=options)
            assert got[0] == (total if reduction == "none" else sum(total))
            assert got[1] == weighed(slopes, weights, whole)
            assert got[2] == weighed(curvatures, weights, whole)


def test_its_best_constant_is_found(tree: Tree) -> None:
    """By bisection: no functional is named. Labels far below pull by delta, all others more."""
    expression = "[lb.OneSidedHuber().functional, lb.OneSidedHuber(delta).optimal_constant(y, w)]"
    for delta, y, w, best in (
        (1.0, [0, 1, 100], None, 98.0),  # 1 + 1 + (c - 100) = 0
        (1.0, [0, 0.5, 1, 100], None, 97.0),
        (1.0, [0, 0.5, 1, 100], [1, 1, 1, 0], 0.5),
        (1000.0, [0, 1, 100, -7], None, 23.5),  # the mean, as nothing is far
        (2.0, [-1e9, -5e8], None, -5e8 - 2.0),
    ):
        functional, constant = tree.answer(expression, delta=delta, y=y, w=w)
        assert functional is None
        assert abs(constant - best) <= 4 * 2.0**-52 * abs(best)


def test_its_formulas_are_derivatives_of_each_other(tree: Tree) -> None:
    code = (
        "import lossbook, sympy; from sympy import Rational as Q\n"
        "loss = lossbook.OneSidedHuber(delta=2)\n"
        "v, g, h = (loss.formula(which) for which in ('value', 'gradient', 'hessian'))\n"
        "y, p = sympy.Symbol('y', real=True), sympy.Symbol(loss.prediction_symbol, real=True)\n"
        "d = sympy.Symbol('delta', positive=True)\n"
        "assert v.free_symbols == {y, p, d}\n"
        "for x in (Q(1, 3), Q(-1, 3), 5, -5):\n"
        "    at = {y: 0, d: 2, p: x}\n"
        "    assert v.diff(p).subs(at).doit() == g.subs(at), (x, v.diff(p).subs(at))\n"
        "    assert g.diff(p).subs(at).doit() == h.subs(at), (x, g.diff(p).subs(at))\n"
        "    print(v.subs(at), g.subs(at), h.subs(at))"
    )
    assert tree.python("-c", code).splitlines() == [
        "1/18 1/3 1",
        "1/18 -1/3 1",
        "8 2 0",
        "25/2 -5 1",
    ]


def test_it_keeps_every_law(tree: Tree) -> None:
    code = (
        "import lossbook as lb; from laws.collection import every_law\n"
        "laws = every_law()\n"
        "for loss in (lb.OneSidedHuber(), lb.OneSidedHuber(delta=1.35)):\n"
        "    for law in laws.values(): law(loss)\n"
        "print(len(laws))"
    )
    assert int(tree.python("-c", code)) > 20


def test_it_is_listed(tree: Tree) -> None:
    entries = json.loads(tree.command("list", "--format", "json"))
    (entry,) = (entry for entry in entries if entry["name"] == "one_sided_huber")
    assert entry["kind"] == "regression"
    assert entry["parameters"] == {"delta": 1.0}
    assert entry["summary"] == (
        "One-sided Huber loss: squared, but absolute for predictions that are far too high."
    )
    text = tree.command("list")
    assert "one_sided_huber  delta=1.0" in text
    assert "otherlib.nn.HalfHuber" in text


def test_it_is_shown(tree: Tree) -> None:
    text = tree.command("show", "one_sided_huber", "--delta", "2")
    assert text.startswith("OneSidedHuber(delta=2.0)")
    for words in (
        "Formulas",
        "largest curvature   1",
        "The mean is 1.54167;",
        "losses/regression/one_sided_huber.py",
    ):
        assert words in text


def test_a_file_is_evaluated_with_it(tree: Tree) -> None:
    (tree.folder / "predictions.csv").write_text("y,p,g\n0,0.5,a\n1,0,a\n0,3,b\n8,0,b\n")
    words = (
        "eval predictions.csv --loss one_sided_huber --delta 2 --y-true y --y-pred p --by g "
        "--worst 1"
    )
    result = json.loads(tree.command(*words.split(), "--format", "json"))
    assert (result["loss"], result["parameters"]) == ("one_sided_huber", {"delta": 2.0})
    assert result["total"]["rows"] == 4
    assert (result["total"]["sum"], result["total"]["mean"]) == (36.625, 36.625 / 4)
    assert {group["group"]: group["sum"] for group in result["groups"]} == {"a": 0.625, "b": 36}
    assert [row["row"] for row in result["total"]["worst"]] == [4]
    assert "One sided huber" in tree.command(*words.split())
