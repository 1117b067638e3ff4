"""Predictions that are rows: one entry moves along the axis, and descent moves all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lossbook as lb
from explorer.drawn import in_fives
from explorer.visitor import Visitor, number
from lossbook.explorer.contents import world_of
from lossbook.printers.formulas import variants

# A label and a row for what can be predicted.
AT: dict[str, tuple[str, Any, list[float]]] = {
    "scores": ("0.5,0.3,0.2", [0.5, 0.3, 0.2], [-1.5, 2.0, 0.5]),
    "shares": ("0,1,0", [0.0, 1.0, 0.0], [0.2, 0.5, 0.3]),
    "grades": ("2", 2, [1.5, -0.5, -2.0]),
    "spread": ("-1", -1.0, [2.0, 0.5]),
    "levels": ("1", 1.0, [-1.0, 0.5, 3.0]),
    "steps": ("1", 1.0, [-1.0, 0.5, 2.0]),
    "directions": ("2,-1,0", [2.0, -1.0, 0.0], [1.0, 1.0, -0.5]),
}


def losses_in(world: str) -> dict[str, lb.Loss]:
    """The losses that are drawn there, with their usual parameters."""
    every = (loss for cls in lb.catalogue() if cls.is_row for loss in variants(cls))
    return {type(loss).__name__: loss for loss in every if world_of(loss) == world}


def address(world: str, group: list[dict[str, Any]]) -> str:
    label, _, row = AT[world]
    names = ",".join(entry["name"] for entry in group)
    return f"predict={world}&losses={names}&y={label}&p={','.join(map(str, row))}&rate=0.1"


@pytest.mark.parametrize("world", AT)
def test_every_number_of_the_row_is_the_librarys(visitor: Visitor, world: str) -> None:
    _, label, row = AT[world]
    known = losses_in(world)
    for group in in_fives(world):
        visitor.go(address(world, group))
        found = {name: np.array(entries) for name, entries in visitor.rows().items()}
        assert list(found) == [entry["title"] for entry in group]
        for name, entries in found.items():
            loss = known.pop(name)
            _, gradient, hessian = loss.value_gradient_hessian([label], [row])
            np.testing.assert_allclose(entries[:, 0], row)
            np.testing.assert_allclose(entries[:, -2:].T, [gradient[0], hessian[0]], rtol=1e-3)
            if entries.shape[1] == 4 and not np.isnan(entries[:, 1]).all():
                np.testing.assert_allclose(entries[:, 1], loss.inverse_link([row])[0], rtol=1e-2)
    assert not known


@pytest.mark.parametrize("world", AT)
def test_a_push_moves_the_whole_row(visitor: Visitor, world: str) -> None:
    _, label, row = AT[world]
    known = losses_in(world)
    (group, *_) = in_fives(world)
    visitor.go(address(world, group))
    visitor.press("step")
    for name, entries in visitor.rows().items():
        pushed = np.array(row) - 0.1 * known[name].gradient([label], [row])[0]
        if world == "shares":
            pushed = np.clip(pushed, 0, 1)
        np.testing.assert_allclose(np.array(entries)[:, 0], pushed, rtol=1e-3)


def test_each_entry_can_be_the_one_that_moves(visitor: Visitor) -> None:
    visitor.go("predict=scores&losses=cross_entropy&p=-1,2,0.5")
    for column, place in enumerate([-1, 2, 0.5]):
        visitor.press(f"column-{column}")
        at, value, slope, _ = visitor.readout()["CrossEntropy"]
        assert at == place
        assert [slope, value] == pytest.approx(
            [lb.CrossEntropy(from_logits=True).gradient([0], [[-1, 2, 0.5]])[0, column], 3.2413],
            rel=1e-3,
        )
        assert f"column={column}" in visitor.hash
        assert visitor.curves("value")[0].count("L") > 50


def test_the_pointer_moves_the_entry_that_is_chosen(visitor: Visitor) -> None:
    visitor.go("predict=spread&column=1")
    plot = visitor.page.locator("#slope")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    visitor.page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + 40)
    visitor.settle()
    (location, scale), *_ = (np.array(entries)[:, 0] for entries in visitor.rows().values())
    assert location == 3
    assert -2 < scale < -0.5


def test_labels_can_be_shares_of_classes(visitor: Visitor) -> None:
    visitor.go("predict=scores&losses=cross_entropy")
    visitor.press("label-mixed")
    visitor.slide("label-1", 0.5)
    shares = [visitor.page.locator(f"#label-{k}-is").inner_text() for k in range(3)]
    found = list(map(number, shares))
    assert found[1] == 0.5
    assert sum(found) == pytest.approx(1, rel=1e-3)
    assert found[0] / found[2] == pytest.approx(6, rel=1e-2)  # as it was before
    visitor.press("label-is-2")
    assert visitor.page.locator("#label-1").count() == 0
    assert "y=0,0,1&" in visitor.hash


def test_grades_are_chosen(visitor: Visitor) -> None:
    visitor.go("predict=grades&p=0,0,0")
    visitor.press("label-is-0")
    assert np.array(visitor.rows()["Ordinal"])[:, -2].tolist() == [0.5, 0.5, 0.5]
    visitor.press("label-is-3")
    assert np.array(visitor.rows()["Ordinal"])[:, -2].tolist() == [-0.5, -0.5, -0.5]


def test_levels_stay_in_their_order(visitor: Visitor) -> None:
    visitor.go("predict=levels&losses=multi_quantile")
    visitor.slide("multi_quantile.taus_0", 95)
    code = visitor.page.locator("#formulas code").inner_text()
    assert code == "lossbook.MultiQuantile(taus=(0.49, 0.5, 0.9), non_crossing=False)"


def test_options_are_those_of_the_library(visitor: Visitor) -> None:
    visitor.go("predict=scores&losses=cross_entropy&p=1,2,-1&y=0,1,0")
    visitor.choose("cross_entropy.class_weight_0.given")
    visitor.slide("cross_entropy.class_weight_1", 60)
    visitor.slide("cross_entropy.label_smoothing", 4)
    visitor.choose("cross_entropy.soft_cap.given")
    code = visitor.page.locator("#formulas code").inner_text()
    loss = eval(code, {"lossbook": lb})
    assert loss == lb.CrossEntropy(
        class_weight=(1, 3, 1), label_smoothing=0.2, soft_cap=0.5, from_logits=True
    )
    found = np.array(visitor.rows()["CrossEntropy"])
    _, gradient, hessian = loss.value_gradient_hessian([1], [[1.0, 2.0, -1.0]])
    np.testing.assert_allclose(found[:, 2:].T, [gradient[0], hessian[0]], rtol=1e-3)
    np.testing.assert_allclose(found[:, 1], loss.inverse_link([1.0, 2.0, -1.0]), rtol=1e-2)


def test_address_shows_the_same_row_elsewhere(visitor: Visitor, newcomer: Any) -> None:
    visitor.go("predict=scores")
    visitor.press("label-mixed")
    visitor.slide("prediction-1", -2.5)
    visitor.press("column-2")
    visitor.choose("loss-sparsemax")
    other = newcomer()
    other.go(visitor.hash)
    assert other.hash == visitor.hash
    np.testing.assert_equal(other.rows(), visitor.rows())
    assert other.curves("value") == visitor.curves("value")


def test_a_jump_by_way_of_its_middle_is_a_jump(visitor: Visitor) -> None:
    # At the label a quantile's slope is halfway, and of steps it is for many predictions.
    visitor.go("predict=steps&losses=multi_quantile&column=1&p=-2,1,2&y=1")
    assert visitor.page.locator("#slope .jump").count() == 2
