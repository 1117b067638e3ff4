"""What plots draw is what the losses compute; what cannot be drawn is refused in words."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt

import lossbook as lb
from lossbook.report.plots.tracing import trace
from lossbook.report.views import OUTPUTS, view_of


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def line(ax: Any, place: int = 0) -> tuple[Any, Any]:
    return ax.lines[place].get_data()


def asked(loss: lb.Loss, output: str, labels: Any, predictions: Any) -> Any:
    call = loss if output == "value" else getattr(loss, output)
    return call(labels, predictions, reduction="none")


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize(
    ("loss", "label"),
    [
        (lb.SquaredError(), 1.5),
        (lb.Huber(delta=0.5), 0.0),
        (lb.Quantile(tau=0.9), 2.0),
        (lb.Hinge(), -1),
        (lb.BinaryCrossEntropy(), 1.0),
        (lb.Poisson(), 3.0),
    ],
    ids=lambda value: str(value),
)
def test_points_of_a_line_are_what_the_loss_gives(loss, label, output):
    x, y = line(loss.plot(outputs=output, y_true=label))
    drawn = ~np.isnan(y)
    np.testing.assert_array_equal(
        y[drawn], asked(loss, output, np.full(drawn.sum(), label), x[drawn])
    )
    assert drawn.sum() > 350


@pytest.mark.parametrize("cls", lb.catalogue(), ids=lambda cls: cls.name)
def test_every_loss_has_a_curve_for_each_output(cls):
    loss = cls()
    for output in OUTPUTS:
        traced = trace(view_of(loss), output)
        assert np.isfinite(traced.y).sum() > 350
        assert (np.diff(traced.x) >= 0).all()


def test_the_pen_is_lifted_where_the_slope_jumps_and_a_dot_says_what_is_returned():
    loss = lb.Quantile(tau=0.9)
    ax = loss.plot(outputs="gradient", y_true=2.0)
    x, y = line(ax)
    (gap,) = np.flatnonzero(np.isnan(y))
    assert x[gap - 1] == math.nextafter(2.0, 0)
    assert x[gap + 1] == math.nextafter(2.0, 3)
    assert (y[gap - 1], y[gap + 1]) == (-0.9, pytest.approx(0.1))
    assert [float(entry) for entry in (*line(ax, 1)[0], *line(ax, 1)[1])] == [2.0, 0.0]


def test_a_jump_that_no_fact_tells_of_is_found():
    """The Hessian of Huber's loss jumps at delta, where its slope does not."""
    x, y = line(lb.Huber(delta=0.75).plot(outputs="hessian"))
    gaps = np.flatnonzero(np.isnan(y))
    assert [x[gap - 1 : gap + 2].tolist() for gap in gaps] == [
        [math.nextafter(-0.75, -1), math.nextafter(-0.75, -1), -0.75],
        [0.75, 0.75, math.nextafter(0.75, 1)],
    ]


def test_value_of_a_kink_is_one_line():
    _, y = line(lb.AbsoluteError().plot(outputs="value"))
    assert not np.isnan(y).any()


def test_value_that_jumps_is_not():
    _, y = line(lb.ZeroOne().plot(outputs="value"))
    assert np.isnan(y).sum() == 1


def test_axes_that_are_given_are_drawn_on_and_come_back():
    _, ax = plt.subplots()
    assert lb.SquaredError().plot(ax) is ax
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "value",
        "gradient",
        "Hessian",
    ]
    other = lb.SquaredError().plot()
    assert other is not ax
    assert other.figure is not ax.figure


def test_several_labels_have_lines_of_their_own():
    ax = lb.Hinge().plot(outputs="value", y_true=[-1, 1], between=(-3, 3))
    curves = [one for one in ax.lines if not one.get_label().startswith("_")]
    assert [curve.get_label() for curve in curves] == ["value, y = -1", "value, y = 1"]
    ends = [curve.get_ydata()[[0, -1]].tolist() for curve in curves]
    assert ends == [[0, 4], [4, 0]]


def test_one_column_of_a_row_moves():
    loss = lb.CrossEntropy(from_logits=True)
    x, y = line(loss.plot(outputs="gradient", y_true=2, y_pred=[0.5, 1.0, -1.0], column=1))
    rows = np.column_stack([np.full_like(x, 0.5), x, np.full_like(x, -1.0)])
    expected = loss.gradient(np.full(len(x), 2), rows, reduction="none")
    np.testing.assert_array_equal(y, expected[:, 1])


def test_other_probabilities_of_a_row_make_room():
    view = view_of(lb.CrossEntropy(), 0, [0.2, 0.6, 0.2])
    _, rows = view.samples([0.0, 0.5, 1.0])
    np.testing.assert_allclose(rows, [[0, 0.75, 0.25], [0.5, 0.375, 0.125], [1, 0, 0]], rtol=1e-15)


def test_what_goes_to_infinity_leaves_the_picture():
    ax = lb.BinaryCrossEntropy().plot(outputs="value", y_true=1.0)
    assert line(ax)[1][0] == math.inf
    low, high = ax.get_ylim()
    assert low < 0 < 1.5 < high < 6


def test_losses_side_by_side():
    losses = [lb.SquaredError(), lb.AbsoluteError(), lb.Huber()]
    ax = lb.plot_losses(losses, output="gradient", y_true=1.0, between=(-2, 2))
    curves = {one.get_label(): one for one in ax.lines if not one.get_label().startswith("_")}
    assert [*curves] == [repr(loss) for loss in losses]
    for loss in losses:
        x, y = curves[repr(loss)].get_data()
        drawn = ~np.isnan(y)
        expected = loss.gradient(np.ones(drawn.sum()), x[drawn], reduction="none")
        np.testing.assert_array_equal(y[drawn], expected)


def test_a_push_goes_down_by_the_gradient():
    loss = lb.BinaryCrossEntropy(from_logits=True)
    ax = lb.plot_push(loss, -2.0, y_true=1, learning_rate=0.5, steps=6)
    places, losses = line(ax, -1)
    assert len(places) == 7
    for before, after in itertools.pairwise(places):
        assert after == before - 0.5 * loss.gradient([1], [before])[0]
    np.testing.assert_array_equal(losses, loss(np.ones(7), places, reduction="none"))
    low, high = ax.get_xlim()
    assert low < min(places) < max(places) < high


def test_a_push_stays_among_the_probabilities():
    ax = lb.plot_push(lb.BinaryCrossEntropy(), 0.5, y_true=1, learning_rate=0.05, steps=3)
    x, _ = line(ax)
    assert x[0] >= 0
    assert x[-1] <= 1


def test_descent_over_two_parameters_is_that_of_the_mean():
    loss, labels = lb.Huber(delta=1.0), np.array([1.0, 1.0, 4.0])
    design = np.column_stack([[0.0, 1.0, 2.0], np.ones(3)])
    ax = lb.plot_contours(loss, [0, 1, 2], labels, start=(2.0, -1.0), learning_rate=0.3, steps=5)
    path = ax.lines[-1].get_xydata()
    assert path[0].tolist() == [2.0, -1.0]
    for before, after in itertools.pairwise(path):
        slope = design.T @ loss.gradient(labels, design @ before)
        np.testing.assert_array_equal(after, before - 0.3 * slope)


@pytest.mark.parametrize("is_line", [True, False])
def test_contours_lie_where_the_mean_loss_is_what_they_say(is_line):
    loss, labels = lb.SquaredError(), np.array([1.0, -1.0, 4.0])
    features = np.array([0.0, 1.0, 2.0]) if is_line else np.array([[0, 1.0], [1, 2], [2, -1]])
    design = np.column_stack([features, np.ones(3)]) if is_line else features
    contours = lb.plot_contours(loss, features, labels).collections[0]
    assert len(contours.levels) == 12
    seen = 0
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        for theta in path.vertices:
            # Between points of the grid, contours are straight.
            assert loss(labels, design @ theta) == pytest.approx(level, rel=0.02)
            seen += 1
    assert seen > 500


def test_reliability_is_what_happened_in_each_bin():
    rng = np.random.default_rng(5)
    probability = rng.uniform(size=200)
    labels = (rng.uniform(size=200) < probability).astype(float)
    weights = rng.uniform(0.5, 2, size=200)
    ax = lb.plot_reliability(labels, probability, sample_weight=weights)
    bins = np.minimum((probability * 10).astype(int), 9)
    expected = [
        [np.average(of[bins == k], weights=weights[bins == k]) for of in (probability, labels)]
        for k in range(10)
    ]
    np.testing.assert_allclose(ax.lines[-1].get_xydata(), expected, rtol=1e-12)
    np.testing.assert_allclose(ax.collections[0].get_offsets(), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: lb.SquaredError().plot(outputs="slope"), "outputs must be among 'value'"),
        (lambda: lb.SquaredError().plot(outputs=[]), "outputs must hold at least one"),
        (lambda: lb.SquaredError().plot(between=(2, 1)), "between must be two finite numbers"),
        (lambda: lb.SquaredError().plot(y_pred=[1.0]), "y_pred is for losses of rows"),
        (lambda: lb.Hinge().plot(y_true=0), "y_true has 0 at index 0"),
        (lambda: lb.CrossEntropy().plot(column=3), "column must be one of 0 .. 2"),
        (lambda: lb.plot_losses([]), "losses must hold at least one"),
        (lambda: lb.plot_push(lb.CrossEntropy(), 0.0), "rows of predictions"),
        (lambda: lb.plot_push(lb.Hinge(), 0.0, learning_rate=0), "learning_rate must be greater"),
        (lambda: lb.plot_push(lb.Hinge(), 0.0, steps=0), "steps must be 1 or more"),
        (lambda: lb.plot_push(lb.BinaryCrossEntropy(), 1.5), "y_pred has 1.5 at index 0"),
        (lambda: lb.plot_contours(lb.Hinge(), [[1, 2, 3]], [1]), "features must be one number"),
        (lambda: lb.plot_contours(lb.Hinge(), [1, 2], [1]), "y_true has the shape"),
        (lambda: lb.plot_contours(lb.Hinge(), [1], [1], start=(1,)), "start must be two numbers"),
        (lambda: lb.plot_contours(lb.Hinge(), [1], [0]), "y_true has 0 at index 0"),
        (lambda: lb.plot_reliability([0, 1], [0.5, 1.5]), "y_pred has 1.5 at index 1"),
        (lambda: lb.plot_reliability([0, 1], [0.5]), "they must agree"),
        (lambda: lb.plot_reliability([], []), "y_true must be one number per sample"),
        (lambda: lb.plot_reliability([1], [0.5], sample_weight=[0]), "sample_weight must be"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, words):
    with pytest.raises(lb.InputError, match=words):
        call()
    assert plt.get_fignums() == []


def test_axes_must_be_axes():
    with pytest.raises(lb.InputTypeError, match="ax must be axes of matplotlib, got str"):
        lb.SquaredError().plot("here")
