"""Plots and tables as text."""

from __future__ import annotations

import math

import pytest

from lossbook.report.terminal import Curve, can_show, plot, side_by_side, table


def drawn(function, low=0.0, high=1.0, **settings):
    return plot(Curve("title", lambda xs: [function(x) for x in xs]), low, high, **settings)


@pytest.mark.parametrize("unicode", [True, False])
def test_all_lines_have_the_asked_width(unicode: bool) -> None:
    lines = drawn(lambda x: x * x, width=40, x_label="a label", unicode=unicode)
    assert {len(line) for line in lines} == {40}
    assert all(line.isascii() for line in lines) is not unicode


def test_axes_are_labelled() -> None:
    text = "\n".join(drawn(lambda x: 10 * x, -2.0, 2.0, x_label="prediction"))
    for label in ("title", "prediction", "-2", "2", "-20", "20", "0"):
        assert label in text


def test_a_rising_line_fills_the_diagonal() -> None:
    rows = drawn(lambda x: x, width=30, height=10, unicode=False)[1:11]
    first_dots = [row.index("*") for row in rows]
    assert first_dots == sorted(first_dots, reverse=True)


def test_a_steep_curve_has_no_gap_and_a_jump_has_one() -> None:
    def rows_with_dots(function):
        lines = drawn(function, -1.0, 1.0, height=12, unicode=False)[1:13]
        return sum("*" in line for line in lines)

    assert rows_with_dots(lambda x: math.tanh(20 * x)) == 12
    assert rows_with_dots(lambda x: math.copysign(1, x)) == 2


def test_infinite_values_and_nan_are_left_out() -> None:
    lines = drawn(lambda x: math.inf if x < 0.3 else math.nan if x < 0.6 else 1.0, unicode=False)
    assert "inf" not in "".join(lines)
    assert any("*" in line for line in lines)


def test_a_pole_does_not_flatten_the_rest() -> None:
    lines = drawn(lambda x: -1 / x, unicode=False)
    lowest = float(lines[9].split("+")[0])
    assert -100 < lowest < -5


def test_a_constant_can_be_drawn() -> None:
    assert any("*" in line for line in drawn(lambda _: 2.0, unicode=False))


def test_marks_show_over_the_curve() -> None:
    curve = Curve("t", lambda xs: [0.0] * len(xs), [(0.5, 1.0)])
    lines = plot(curve, 0.0, 1.0, width=40, height=5, unicode=False)
    assert lines[1].index("O") == pytest.approx(10 + 15, abs=1)


def test_blocks_stand_side_by_side() -> None:
    assert side_by_side(["a", "bb"], ["c"], gap=1) == ["a  c", "bb"]


def test_table_sets_numbers_flush_right() -> None:
    lines = table(["name", "n"], [["a", "10"], ["long name", "5"]], unicode=False)
    assert lines == ["name        n", "---------  --", "a          10", "long name   5"]


def test_an_unknown_encoding_gets_ascii() -> None:
    assert [can_show(name) for name in ("utf-8", "latin-1", "cp437", "no-such", None)] == [
        True,
        False,
        False,
        False,
        False,
    ]
