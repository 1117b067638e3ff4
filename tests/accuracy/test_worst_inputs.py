"""The worst inputs ever found stay within the bounds; the page shows their errors."""

from __future__ import annotations

import pytest

import lossbook as lb
from lossbook.checks.truth import OUTPUTS

from . import record
from .climbing import two_paths, worst_inputs
from .measure import errors_of

ENTRIES = record.read()


NAMES = sorted({entry["loss"] for entry in ENTRIES})


@pytest.mark.parametrize("name", NAMES)
def test_worst_inputs_are_within_the_bounds(name: str) -> None:
    for entry in (entry for entry in ENTRIES if entry["loss"] == name):
        loss, sample = record.sample_of(entry)
        order = OUTPUTS.index(entry["output"])
        for path, errors in errors_of(loss, order, sample, two_paths(loss)).items():
            bound = getattr(loss.accuracy, entry["output"])
            assert errors[0] <= bound, f"{loss} {path}: {errors[0]:.3f} ULP, {entry}"


def test_the_page_shows_the_record() -> None:
    assert record.PAGE.read_text(encoding="utf-8") == record.page(ENTRIES)


def test_climbing_finds_more_than_drawing() -> None:
    """A cubic of a rounded residual: near three times half a ULP, which few draws come close to."""
    loss = lb.SquaredError()
    drawn, climbed = (
        max(w.ulps for w in worst_inputs(loss, "float64", 60, rounds) if w.output == "value")
        for rounds in (0, 25)
    )
    assert drawn < climbed
    assert climbed > 1.5
