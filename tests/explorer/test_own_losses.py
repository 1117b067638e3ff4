"""A loss of rows that comes along is printed and drawn like those that are there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from explorer.visitor import Visitor
from lossbook import registry
from lossbook.domains import Columns
from lossbook.explorer.page import render_page
from lossbook.parameters import positive
from lossbook.printers.javascript import print_function


@pytest.fixture
def loss() -> Iterator[lb.Loss]:
    class FourSpreads(lb.RowLoss):
        """The spread of four numbers about the label, the largest counted more."""

        weight: float = positive(2.0)

        @property
        def columns(self) -> Columns:
            return Columns.named("one", "another", "a third", "a fourth")

        def value(self, m: Any, y: Any, prediction: Any) -> Any:
            r = prediction - y
            return m.sum(r * r) / 2 + self.weight * m.log_sum_exp(r)

        def deriv(self, m: Any, y: Any, prediction: Any) -> Any:
            r = prediction - y
            return r + self.weight * m.softmax(r)

        def deriv2(self, m: Any, y: Any, prediction: Any) -> Any:
            return 1 + self.weight * m.softmax_variance(prediction - y)

    yield FourSpreads()
    registry.unregister(FourSpreads)


def test_it_has_a_world_of_its_length(
    loss: lb.Loss, browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for user in ("lossbook.explorer.contents", "lossbook.printers.javascript"):
        monkeypatch.setattr(f"{user}.drawn_losses", lambda: iter([lb.SquaredError(), loss]))
    page = tmp_path / "page.html"
    page.write_text(render_page(), encoding="utf-8")
    visitor = Visitor(browser, page)
    visitor.go("predict=levels-4&losses=four_spreads&y=-1&p=1,0,-2,0.5&column=3")
    visitor.slide("four_spreads.weight", 59)  # which is 3
    found = np.array(visitor.rows()["FourSpreads"])
    known = type(loss)(weight=3.0).value_gradient_hessian([-1.0], [[1.0, 0.0, -2.0, 0.5]])
    np.testing.assert_allclose(found[:, -2:].T, [rows[0] for rows in known[1:]], rtol=1e-3)
    assert visitor.readout()["FourSpreads"][1] == pytest.approx(known[0], rel=1e-3)
    assert visitor.curves("value")[0].count("L") > 50
    visitor.check()
    visitor.leave()


def test_what_cannot_be_printed_says_why() -> None:
    class Sorted(lb.RowLoss):
        def value(self, m: Any, y: Any, prediction: Any) -> Any:
            return m.sum(abs(m.xp.median(prediction) - y))

    try:
        with pytest.raises(AttributeError, match="a traced formula have no median: use what m"):
            print_function(Sorted())
    finally:
        registry.unregister(Sorted)
