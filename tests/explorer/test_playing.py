"""What can be done with the page: choosing, sliding, descending, sharing what one sees."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from explorer.drawn import WORLDS, entries, in_fives, parameters
from explorer.visitor import Visitor
from lossbook.explorer.contents import address_of

PLOTS = ("value", "slope", "curvature")
# Some parameters are of one class alone.
LABELS = dict.fromkeys(("scores", "shares"), ("1,0,0", "0,1,0", "0,0,1"))


@pytest.mark.parametrize("world", WORLDS)
def test_every_loss_is_drawn(visitor: Visitor, world: str) -> None:
    for group in in_fives(world):
        visitor.go(f"predict={world}&losses={','.join(entry['name'] for entry in group)}")
        for plot in PLOTS:
            paths = visitor.curves(plot)
            assert len(paths) == len(group)
            for entry, path in zip(group, paths, strict=True):
                assert path.count("L") > 50, f"{entry['name']}: {plot}"
                assert "NaN" not in path
        names = [entry["title"] for entry in group]
        assert list(visitor.readout()) == names
        has_model = visitor.page.locator("#model-panel").is_visible()
        assert list(visitor.fits() if has_model else visitor.rows()) == names
        assert visitor.page.locator("#formulas math").count() >= len(group)


@pytest.mark.parametrize("world", WORLDS)
def test_every_parameter_moves_its_curve(visitor: Visitor, world: str) -> None:
    for entry in entries(world):
        for parameter in parameters(entry, world):
            name = f"{entry['name']}.{parameter['name']}"
            moved = False
            for label in LABELS.get(world, ("1", "0")):
                visitor.go(f"predict={world}&losses={entry['name']}&y={label}")
                before = visitor.picture("value")
                if parameter["usual"] is None:
                    visitor.choose(f"{entry['name']}.{first(entry, parameter)}.given")
                visitor.slide(name, round(0.8 * (len(parameter["values"]) - 1)))
                moved |= visitor.picture("value") != before
                if moved:
                    break
            assert moved, name
            assert f"{name}=" in visitor.hash
            assert f"{parameter['field']}=" in visitor.page.locator("#formulas code").inner_text()


def first(entry: dict[str, Any], parameter: dict[str, Any]) -> str:
    """The box that gives a parameter: of the numbers of a tuple, the first one's."""
    same = [other for other in entry["parameters"] if other["field"] == parameter["field"]]
    return str(same[0]["name"])


@pytest.mark.parametrize(
    ("address", "y", "p", "losses"),
    [
        (
            "predict=number&losses=squared_error,huber,quantile&huber.delta=0.5&quantile.tau=0.8",
            1.2,
            -2.5,
            [lb.SquaredError(), lb.Huber(delta=0.5), lb.Quantile(tau=0.8)],
        ),
        (
            "predict=score&losses=binary_cross_entropy,hinge&binary_cross_entropy.pos_weight=2",
            0,
            1.5,
            [lb.BinaryCrossEntropy(from_logits=True, pos_weight=2), lb.Hinge()],
        ),
        ("predict=logarithm&losses=poisson,gamma", 2.5, 1.25, [lb.Poisson(), lb.Gamma()]),
    ],
)
def test_numbers_at_the_prediction(
    visitor: Visitor, address: str, y: float, p: float, losses: list[lb.Loss]
) -> None:
    visitor.go(address)
    visitor.slide("label", y)
    visitor.slide("prediction", p)
    found = visitor.readout()
    for loss in losses:
        label = 2 * y - 1 if isinstance(loss, lb.MarginLoss) else y
        known = loss.value_gradient_hessian([label], [p], reduction="none")
        np.testing.assert_allclose(
            found[type(loss).__name__], [p, *(one.item() for one in known)], rtol=1e-3
        )


def test_descent_reaches_the_minimum(visitor: Visitor) -> None:
    visitor.go("predict=number&losses=squared_error,huber,absolute_error&y=1&p=4&rate=0.2")
    visitor.press("step", 3)
    first = visitor.readout()
    assert visitor.page.locator("#steps").inner_text() == "3 steps"
    assert first["SquaredError"][0] == pytest.approx(1 + 3 * 0.6**3, rel=1e-3)
    assert first["AbsoluteError"][0] == pytest.approx(4 - 3 * 0.2, rel=1e-3)
    assert visitor.page.locator("#value .step").count() == 9
    visitor.press("step", 60)
    last = visitor.readout()
    assert last["SquaredError"][0] == pytest.approx(1, rel=1e-3)
    assert last["Huber"][0] == pytest.approx(1, rel=1e-3)
    assert last["AbsoluteError"][0] == pytest.approx(1, rel=0.2)  # it hops around a kink
    visitor.press("restart")
    assert visitor.readout()["SquaredError"][0] == 4


def test_descent_stays_where_the_loss_is_defined(visitor: Visitor) -> None:
    visitor.go("predict=probability&losses=binary_cross_entropy,brier&y=1&p=0.1&rate=5")
    visitor.press("step", 2)
    assert all(0 <= cells[0] <= 1 for cells in visitor.readout().values())


def test_descent_plays_by_itself(visitor: Visitor) -> None:
    visitor.press("play")
    steps = "() => parseInt(document.getElementById('steps').value) >= 2"
    visitor.page.wait_for_function(steps)
    assert visitor.page.locator("#play").inner_text() == "Pause"
    visitor.press("play")
    assert visitor.page.locator("#play").inner_text() == "Play"


def test_pointer_moves_the_prediction(visitor: Visitor) -> None:
    plot = visitor.page.locator("#slope")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    visitor.page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 40)
    visitor.page.mouse.down()
    visitor.page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 40)
    visitor.page.mouse.up()
    visitor.settle()
    assert all(-4 < cells[0] < -1 for cells in visitor.readout().values())


def test_keys_move_the_prediction(visitor: Visitor) -> None:
    before = visitor.readout()["Huber"][0]
    visitor.page.locator("#prediction").press("ArrowLeft")
    visitor.settle()
    assert visitor.readout()["Huber"][0] < before
    visitor.page.locator("#loss-welsch").press("Space")
    visitor.settle()
    assert "Welsch" in visitor.readout()


def test_five_losses_at_most(visitor: Visitor) -> None:
    for name in ("welsch", "quantile"):
        visitor.choose(f"loss-{name}")
    assert visitor.page.locator("#losses input:disabled").count() == len(entries("number")) - 5
    visitor.choose("loss-squared_error")
    visitor.choose("loss-log_cosh")
    # The new one takes the place that became free, the others keep their colours.
    assert list(visitor.readout()) == ["LogCosh", "AbsoluteError", "Huber", "Welsch", "Quantile"]


def test_address_shows_the_same_elsewhere(visitor: Visitor, newcomer: Any) -> None:
    visitor.go("predict=score")
    visitor.choose("loss-binary_focal")
    visitor.slide("binary_focal.gamma", 20)
    visitor.choose("binary_focal.alpha.given")
    visitor.choose("loss-hinge")
    visitor.slide("prediction", 0.5)
    visitor.slide("label", 0)
    visitor.slide("rate", 2)
    visitor.page.locator("#model .point").first.press("ArrowUp")
    visitor.settle()
    other = newcomer()
    other.go(visitor.hash)
    assert other.hash == visitor.hash
    assert other.readout() == visitor.readout()
    assert other.fits() == visitor.fits()
    assert [other.curves(plot) for plot in PLOTS] == [visitor.curves(plot) for plot in PLOTS]


def test_links_from_elsewhere_show_their_loss(visitor: Visitor) -> None:
    for loss in (lb.Huber(), lb.Poisson(from_log=False), lb.CrossEntropy(), lb.StudentT()):
        visitor.go(str(address_of(loss)))
        assert list(visitor.readout()) == [type(loss).__name__]


def test_nonsense_in_the_address_is_left_out(visitor: Visitor) -> None:
    usual = visitor.readout()
    visitor.go(
        "predict=toString&losses=squared_error,absolute_error,huber,softmax,huber&y=1e9&p=x"
        "&huber.delta=much&huber.nothing=1&rate=&points=1~2~3,NaN&constructor.name=1&column=7"
    )
    assert visitor.readout() == usual
    assert not math.isnan(visitor.readout()["Huber"][1])


def test_labels_outside_a_domain_are_named(visitor: Visitor) -> None:
    visitor.go("predict=number&losses=squared_log_error,huber&y=-1")
    assert visitor.page.locator("#label-note").inner_text() == "SquaredLogError takes labels ≥ 0."
    assert math.isnan(visitor.readout()["SquaredLogError"][1])
