"""The tour shows the founding examples and pushes in the right direction."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import lossbook
from lossbook.cli.stations import STATIONS, Station
from lossbook.report.descent import descend


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_fits_80_columns(process: Any, encoding: str) -> None:
    done = process("tour", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_shows_the_founding_numbers(run: Any) -> None:
    text = run("tour", "--no-pause").output
    for shown in ("0.5625", "0.4167", "0.6972", "0.75", "0.862", "-0.578", "-6.8283", "-0.16667"):
        assert shown in text


def test_visits_each_founding_loss() -> None:
    assert {station.loss for station in STATIONS} == {
        "squared_error",
        "quantile",
        "binary_cross_entropy",
        "hinge",
        "cross_entropy",
    }


@pytest.mark.parametrize("station", STATIONS, ids=lambda station: station.loss)
def test_each_descent_ends_lower(station: Station) -> None:
    loss = lossbook.get(station.loss, **station.parameters)
    label = int(station.label) if loss.is_row else station.label
    path = descend(loss, label, station.start, station.rate, 7)
    assert path[-1].loss < 0.15 * path[0].loss
    for before, after in itertools.pairwise(path):
        np.testing.assert_array_equal(
            after.prediction, before.prediction - station.rate * before.gradient
        )


def test_waits_for_enter_and_leaves_on_q(run: Any) -> None:
    result = run("tour", "--pause", input="\nq\n")
    assert result.exit_code == 0
    assert "2 of 7" in result.output
    assert "3 of 7" not in result.output


def test_the_end_of_input_ends_the_tour(run: Any) -> None:
    result = run("tour", "--pause", input="")
    assert result.exit_code == 0
    assert "2 of 7" not in result.output


def test_the_linear_step_is_what_the_formula_says(run: Any) -> None:
    """The last page: ŷ moves by -η J Jᵀ ∂L/∂ŷ, exactly so for a linear model."""
    jacobian = np.array([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]])
    gradient = lossbook.SquaredError().gradient(np.array([1.0, 1.0, 4.0]), np.zeros(3))
    moved = -0.1 * jacobian @ jacobian.T @ gradient
    text = run("tour", "--no-pause").output
    for push in moved:
        assert f"{push:.2f}\n" in text
