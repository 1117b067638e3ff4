"""The model that learns from points: under each loss its own, and the points can be moved."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from explorer.visitor import Visitor, number


def points(visitor: Visitor) -> Any:
    texts = visitor.page.locator("#model .point").evaluate_all(
        "dots => dots.map(dot => dot.getAttribute('aria-valuetext'))"
    )
    return np.array([[number(word) for word in text.split(", ")[:2]] for text in texts])


def line(visitor: Visitor, loss: str) -> tuple[float, float]:
    """Slope and constant of a model, from its equation."""
    equation = visitor.fits()[loss][1].replace("− ", "−").replace("+ ", "")
    slope, constant = re.findall(r"(−?[\d.]+(?:·10[⁻\d⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)", equation.split("=")[1])
    return number(slope), number(constant)


def test_squared_error_learns_the_least_squares_line(visitor: Visitor) -> None:
    visitor.go("predict=number&losses=squared_error&model=0.1")
    visitor.press("learn-step", 300)
    x, y = points(visitor).T
    np.testing.assert_allclose(line(visitor, "SquaredError"), np.polyfit(x, y, 1), rtol=1e-2)


def test_robust_losses_mind_the_far_point_less(visitor: Visitor) -> None:
    visitor.go("predict=number&losses=squared_error,huber,tukey_biweight&model=0.1")
    visitor.press("learn-step", 300)
    without = [point for point in points(visitor) if point[1] > -3]
    slope, _ = np.polyfit(*np.transpose(without), 1)
    misses = [abs(line(visitor, loss)[0] - slope) for loss in visitor.fits()]
    assert misses == sorted(misses, reverse=True)


@pytest.mark.parametrize("world", ["mean", "logarithm"])
def test_amounts_are_learned_through_the_logarithm(visitor: Visitor, world: str) -> None:
    visitor.go(f"predict={world}&losses=poisson&model=0.1")
    visitor.press("learn-step", 400)
    slope, constant = line(visitor, "Poisson")
    x, y = points(visitor).T
    missing = np.exp(slope * x + constant) - y
    # Where the likelihood is largest, what is missing is orthogonal to the features.
    assert abs(missing.sum()) < 0.05
    assert abs(missing @ x) < 0.05


@pytest.mark.parametrize("world", ["score", "probability"])
def test_classes_are_told_apart(visitor: Visitor, world: str) -> None:
    visitor.go(f"predict={world}&losses=binary_cross_entropy,brier&model=0.5")
    visitor.press("learn-step", 200)
    for _, right in visitor.fits().values():
        assert int(right.split(" of ")[0]) >= 14
    assert visitor.page.locator("#model .curve").count() == 2


def test_points_can_be_moved(visitor: Visitor) -> None:
    visitor.go("predict=score&losses=hinge")
    before = points(visitor)
    first = visitor.page.locator("#model .point").first
    first.press("ArrowRight")
    first.press("ArrowUp")
    visitor.settle()
    np.testing.assert_allclose(points(visitor)[0], before[0] + 0.1, rtol=1e-9)
    assert "class 0" in first.get_attribute("aria-valuetext")
    first.press("Enter")
    visitor.settle()
    assert "class 1" in first.get_attribute("aria-valuetext")
    visitor.press("points-back")
    np.testing.assert_array_equal(points(visitor), before)


def test_points_can_be_dragged(visitor: Visitor) -> None:
    before = points(visitor)
    dot = visitor.page.locator("#model .point").first
    dot.scroll_into_view_if_needed()
    box = dot.bounding_box()
    centre = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    visitor.page.mouse.move(*centre)
    visitor.page.mouse.down()
    visitor.page.mouse.move(centre[0], centre[1] - 60)
    visitor.page.mouse.up()
    visitor.settle()
    after = points(visitor)
    assert after[0, 1] > before[0, 1] + 0.5
    np.testing.assert_array_equal(after[1:], before[1:])
    assert "points=" in visitor.hash


def test_points_can_be_added(visitor: Visitor) -> None:
    before = points(visitor)
    plot = visitor.page.locator("#model")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    visitor.page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.85)
    visitor.settle()
    (x, y) = points(visitor)[-1]
    assert len(points(visitor)) == len(before) + 1
    assert 0.5 < x < 1.6
    assert y < -3
    visitor.press("point-add")
    visitor.page.keyboard.press("ArrowRight")  # the new one is chosen
    visitor.settle()
    np.testing.assert_array_equal(points(visitor)[-1], [0.1, 0])
    assert len(visitor.hash.partition("points=")[2].split(",")) == len(before) + 2


def test_points_can_be_taken_away(visitor: Visitor) -> None:
    visitor.go("predict=score&points=-1~0~0,0~1~1,1~0~1")
    first, _second, third = points(visitor)
    dot = visitor.page.locator("#model .point").nth(1)
    dot.press("Delete")
    visitor.settle()
    np.testing.assert_array_equal(points(visitor), [first, third])
    assert visitor.page.evaluate("document.activeElement.ariaLabel") == "point 2 of 2"
    visitor.press("point-remove")
    np.testing.assert_array_equal(points(visitor), [first])
    visitor.page.locator("#model .point").press("Delete")  # one stays
    visitor.settle()
    np.testing.assert_array_equal(points(visitor), [first])
    assert visitor.page.locator("#point-remove").is_disabled()
    assert visitor.fits()["Hinge"][1].endswith("of 1")


def test_learning_can_be_forgotten(visitor: Visitor) -> None:
    untaught = visitor.fits()
    visitor.press("learn-step", 5)
    assert visitor.fits() != untaught
    visitor.press("forget")
    assert visitor.fits() == untaught


def test_a_step_too_large_is_not_taken(visitor: Visitor) -> None:
    visitor.go("predict=number&losses=squared_error&model=5")
    visitor.press("learn-step", 40)
    assert "too large a step" in visitor.fits()["SquaredError"][0]
