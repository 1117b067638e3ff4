"""A loss that nobody has derived yet, and losses made of losses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import lossbook as lb
from lossbook import registry
from lossbook.parameters import positive


@pytest.fixture
def bowl() -> Iterator[type[lb.Loss]]:
    class Bowl(lb.ResidualLoss):
        """A bowl with a flat floor."""

        width: float = positive(1.0)

        def value(self, m: Any, r: Any) -> Any:
            far = m.maximum(0, abs(r) - self.width)
            return far * m.tanh(far) / (1 + far**2)

        def deriv(self, m: Any, r: Any) -> Any:
            far = m.maximum(0, abs(r) - self.width)
            t, d = m.tanh(far), 1 + far**2
            slope = (t + far * (1 - t * t)) / d - 2 * far * far * t / d**2
            return m.where(r > 0, slope, -slope)

        def deriv2(self, m: Any, r: Any) -> Any:
            far = m.maximum(0, abs(r) - self.width)
            t, d = m.tanh(far), 1 + far**2
            s = 1 - t * t
            bend = (2 * s - 2 * far * t * s) / d - 4 * far * (t + far * s) / d**2
            bend = bend + t * far * (8 * far**2 / d**3 - 2 / d**2)
            return m.where(abs(r) > self.width, bend, 0)

    yield Bowl
    registry.unregister(Bowl)


def test_a_class_of_a_user_is_derived_by_rule(bowl: type[lb.Loss]) -> None:
    derivation = bowl(width=0.5).derivation()
    text = str(derivation)
    assert "where |r| < width" in text
    assert "where |r| > width" in text
    assert "quotient rule" in text or "product rule" in text
    assert "2 results" not in str(derivation.check())


def test_compositions_are_derived_too() -> None:
    both = 2 * lb.Huber(delta=1.0) + lb.AbsoluteError()
    assert "Gradient" in str(both.derivation())
    uneven = lb.Hinge().class_weighted({-1: 1, 1: 3})
    assert len(uneven.derivation().parts) > 3


@pytest.fixture
def saw() -> Iterator[type[lb.Loss]]:
    class Saw(lb.ResidualLoss):
        """Teeth, which no rule here can differentiate."""

        def value(self, m: Any, r: Any) -> Any:
            return m.fmod(r, 2) ** 2

        def deriv(self, m: Any, r: Any) -> Any:
            return 2 * m.fmod(r, 2)

        def deriv2(self, m: Any, r: Any) -> Any:
            return 2

    yield Saw
    registry.unregister(Saw)


def test_where_no_rule_leads_on_the_error_says_what_to_do(saw: type[lb.Loss]) -> None:
    with pytest.raises(lb.DerivationError, match=r"no rule differentiates Mod: write one in"):
        saw().derivation()


def test_a_derivation_by_hand_takes_the_place_of_the_rules(saw: type[lb.Loss]) -> None:
    def derived(_self: Any, page: Any) -> None:
        rest = page.m.fmod(page.residual, 2)
        page.value().line(rest**2, "the definition")
        page.gradient().line(2 * rest, "what is left of r moves as r does")
        page.hessian().line(2, "a straight line has one slope")

    saw.derived = derived  # type: ignore[method-assign]
    assert "what is left of r moves as r does" in str(saw().derivation())
