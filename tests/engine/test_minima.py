"""The search for best constants: the global one, the smallest, the infinite one, and how long."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from lossbook import registry
from lossbook.parameters import positive


class Bell(lb.ResidualLoss):
    """An upside-down bell: far labels cost 1 and pull no more."""

    c: float = positive(1.0)

    @property
    def facts(self) -> lb.Facts:
        return lb.Facts(
            convex=False,
            lipschitz=math.sqrt(2 / math.e) / self.c,
            smoothness=2 / self.c**2,
            supremum=1,
            symmetric=True,
            redescending=True,
        )

    def value(self, m: Any, r: Any) -> Any:
        return -m.expm1(-(r / self.c) * (r / self.c))

    def deriv(self, m: Any, r: Any) -> Any:
        return 2 * (r / self.c) * m.exp(-(r / self.c) * (r / self.c)) / self.c

    def deriv2(self, m: Any, r: Any) -> Any:
        t = r / self.c
        return 2 * (1 - 2 * t * t) * m.exp(-t * t) / self.c / self.c


class Roots(lb.ResidualLoss):
    """A square root: steepest at 0, so that all its minima lie on labels."""

    @property
    def facts(self) -> lb.Facts:
        return lb.Facts(convex=False, kinks=(0.0,), symmetric=True, redescending=True)

    def value(self, m: Any, r: Any) -> Any:
        return m.sqrt(abs(r))

    def deriv(self, m: Any, r: Any) -> Any:
        return m.where(r > 0, 0.5, m.where(r < 0, -0.5, 0)) / m.sqrt(abs(r) + m.where(r == 0, 1, 0))

    def deriv2(self, m: Any, r: Any) -> Any:
        return 0 * r


class Sigmoid(lb.MarginLoss):
    """Bounded on both sides: the best constant lies at an end."""

    @property
    def facts(self) -> lb.Facts:
        return lb.Facts(convex=False, lipschitz=0.25, smoothness=math.sqrt(3) / 18, supremum=1)

    def value(self, m: Any, a: Any) -> Any:
        return m.sigmoid(-a)

    def deriv(self, m: Any, a: Any) -> Any:
        return -m.sigmoid(-a) * m.sigmoid(a)

    def deriv2(self, m: Any, a: Any) -> Any:
        return m.sigmoid(-a) * m.sigmoid(a) * (m.sigmoid(a) - m.sigmoid(-a))


class Slack(lb.MarginLoss):
    """Flat from a margin of 1 on: the nearest of all best constants is the one to have."""

    facts = lb.Facts(convex=True, smoothness=2)

    def value(self, m: Any, a: Any) -> Any:
        return m.maximum(0, 1 - a) * m.maximum(0, 1 - a)

    def deriv(self, m: Any, a: Any) -> Any:
        return -2 * m.maximum(0, 1 - a)

    def deriv2(self, m: Any, a: Any) -> Any:
        return m.where(a < 1, 2, 0)


for _cls in (Bell, Roots, Sigmoid, Slack):
    registry.unregister(_cls)


def _least(loss: lb.Loss, y: Any, w: Any, step: float) -> float:
    """The least mean loss on a fine grid and on all labels."""
    grid = np.union1d(np.arange(y.min(), y.max() + step, step), y)
    sums = [np.average(loss(y, np.full(len(y), c), reduction="none"), weights=w) for c in grid]
    return float(min(sums))


@pytest.mark.parametrize("c", [0.1, 0.3, 1.0, 20.0])
def test_the_deepest_of_many_valleys_is_found(c: float) -> None:
    rng = np.random.default_rng(int(100 * c))
    for _ in range(4):
        centres = rng.uniform(-10, 10, 5)
        y = rng.choice(centres, 60) + rng.normal(0, 0.3, 60)
        w = rng.exponential(size=60)
        best = Bell(c).optimal_constant(y, w)
        cost = Bell(c)(y, np.full(60, best), sample_weight=w)
        assert cost <= _least(Bell(c), y, w, c / 50)


def test_valleys_on_labels_are_found() -> None:
    rng = np.random.default_rng(3)
    for _ in range(8):
        y, w = rng.normal(size=40), rng.exponential(size=40)
        best = Roots().optimal_constant(y, w)
        assert best in y
        assert Roots()(y, np.full(40, best), sample_weight=w) <= _least(Roots(), y, w, 0.01)


def test_far_outliers_cost_no_precision() -> None:
    y = np.array([1e300, -1e300, 3.0, 3.5, 3.25, 1e9])
    assert Bell(1.0).optimal_constant(y) == pytest.approx(3.25, rel=1e-15)


def test_a_heavy_label_wins() -> None:
    assert Bell(0.1).optimal_constant([1.0, 2.0, 3.0], [1.0, 5.0, 1.0]) == 2.0


@pytest.mark.parametrize(("labels", "best"), [([1, 1, -1], math.inf), ([-1, -1, 1], -math.inf)])
def test_what_falls_all_the_way_is_infinite(labels: list[int], best: float) -> None:
    assert Sigmoid().optimal_constant(labels) == best


def test_what_is_flat_is_not_infinite() -> None:
    assert Slack().optimal_constant([1, 1]) == 1
    assert Slack().optimal_constant([-1, -1]) == -1
    assert Slack().optimal_constant([-1, 1, 1]) == pytest.approx(1 / 3, rel=1e-15)


def test_labels_without_end_have_no_best_constant() -> None:
    assert math.isnan(Bell(1.0).optimal_constant([1.0, math.inf]))
    assert math.isnan(Bell(1.0).optimal_constant([1.0, math.nan]))


def test_many_labels_cost_few_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = 0
    call = Bell.__call__

    def counted(self: Bell, y_true: Any, *words: Any, **more: Any) -> Any:
        nonlocal numbers
        numbers += y_true.size
        return call(self, y_true, *words, **more)

    monkeypatch.setattr(Bell, "__call__", counted)
    y = np.random.default_rng(4).normal(size=20_000)
    Bell(1.0).optimal_constant(y)
    assert numbers < 400 * len(y)
