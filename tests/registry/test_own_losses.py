"""A class that a user writes in a notebook is a loss like any other, in each family.

Values are compared with a textbook formula in mpmath that is written here a second time, and
derivatives with mpmath's differences of it: nothing of the code under test is in the reference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import pytest

import lossbook as lb
from lossbook import registry
from lossbook.checks.truth import ulp_errors
from lossbook.domains import Domain, Interval
from lossbook.parameters import fraction, positive

DIGITS = 60
CALLS = {
    "__call__": "v",
    "gradient": "g",
    "hessian": "h",
    "value_and_gradient": "vg",
    "gradient_and_hessian": "gh",
    "value_gradient_hessian": "vgh",
}
WEIGHTS = [0.5, 0.0, 2.0, 1.25]


@dataclass(frozen=True)
class Own:
    """A loss of a user's own, samples for it, and its textbook formula."""

    define: Callable[[], type[lb.Loss]]
    parameters: dict[str, float]
    y_true: list[Any]
    y_pred: list[Any]
    textbook: Callable[[Any, Any], Any]
    best_constant: Any


def residual() -> type[lb.Loss]:
    class MyExpectile(lb.ResidualLoss):
        """Squares that cost differently above and below."""

        share: float = fraction(0.5)
        aliases = {"my_asymmetric_squares": {"share": 0.9}}
        facts = lb.Facts(convex=True)

        def side(self, m: Any, r: Any) -> Any:
            return m.where(r > 0, 1 - self.share, self.share)

        def value(self, m: Any, r: Any) -> Any:
            return self.side(m, r) * r * r

        def deriv(self, m: Any, r: Any) -> Any:
            return 2 * self.side(m, r) * r

        def deriv2(self, m: Any, r: Any) -> Any:
            return 2 * self.side(m, r)

    return MyExpectile


def margin() -> type[lb.Loss]:
    class MyExponential(lb.MarginLoss):
        """The loss of AdaBoost, with a rate."""

        rate: float = positive(1.0)
        facts = lb.Facts(convex=True)

        def value(self, m: Any, a: Any) -> Any:
            return m.exp(-self.rate * a)

        def deriv(self, m: Any, a: Any) -> Any:
            return -self.rate * m.exp(-self.rate * a)

        def deriv2(self, m: Any, a: Any) -> Any:
            return self.rate * self.rate * m.exp(-self.rate * a)

    return MyExponential


def pointwise() -> type[lb.Loss]:
    class MyPoissonRate(lb.PointwiseLoss):
        """Counts, with the logarithm of their rate as prediction."""

        facts = lb.Facts(convex=True)

        @property
        def label_domain(self) -> Domain:
            return Interval(low=0)

        def value(self, m: Any, y: Any, z: Any) -> Any:
            return m.exp(z) - y * z

        def deriv(self, m: Any, y: Any, z: Any) -> Any:
            return m.exp(z) - y

        def deriv2(self, m: Any, y: Any, z: Any) -> Any:
            return m.exp(z)

    return MyPoissonRate


def scores() -> type[lb.Loss]:
    class MyBrier(lb.ScoresLoss):
        """Squared distance between the row of targets and the row of predictions."""

        facts = lb.Facts(convex=True)

        @property
        def functional(self) -> Any:
            return lb.functionals.Mean()

        def value(self, m: Any, y: Any, p: Any) -> Any:
            return m.sum((p - y) * (p - y))

        def deriv(self, m: Any, y: Any, p: Any) -> Any:
            return 2 * (p - y)

        def deriv2(self, m: Any, y: Any, p: Any) -> Any:
            return 2

    return MyBrier


def _expectile(y: Any, p: Any) -> Any:
    share = mpmath.mpf(0.25)
    return (1 - share if p > y else share) * (p - y) ** 2


def _brier(y: Any, p: Any) -> Any:
    return sum((q - (k == y)) ** 2 for k, q in enumerate(p))


# The best constants by hand: where weighted slopes balance.
OWN = {
    "residual": Own(
        residual, {"share": 0.25}, [3, 0, -2, 1], [1.0, 0.5, 4.0, 1.5], _expectile, -2.3125 / 1.9375
    ),
    "margin": Own(
        margin,
        {"rate": 2.0},
        [1, -1, -1, 1],
        [0.5, -0.25, 3.0, 10.0],
        lambda y, p: mpmath.exp(-2 * y * p),
        math.log(1.75 / 2) / 4,
    ),
    "pointwise": Own(
        pointwise,
        {},
        [0, 3, 1, 12],
        [-2.0, 1.25, 0.5, 2.0],
        lambda y, p: mpmath.exp(p) - y * p,
        math.log((2 * 1 + 1.25 * 12) / 3.75),
    ),
    "scores": Own(
        scores,
        {},
        [0, 2, 1, 2],
        [[0.5, 0.25, 0.25], [0.0, 0.125, 0.875], [0.7, 0.2, 0.1], [1.0, 0.0, 0.0]],
        _brier,
        [0.5 / 3.75, 2 / 3.75, 1.25 / 3.75],
    ),
}


@pytest.fixture(params=OWN)
def own(request: pytest.FixtureRequest) -> Iterator[tuple[Own, type[lb.Loss]]]:
    case = OWN[request.param]
    cls = case.define()
    yield case, cls
    registry.unregister(cls)
    assert cls not in lb.catalogue()


def _truth(case: Own, dtype: Any) -> dict[str, Any]:
    """Value, gradient, Hessian diagonal of each sample, for the inputs as this dtype has them."""
    results: dict[str, list[Any]] = {"v": [], "g": [], "h": []}
    for y, row in zip(case.y_true, np.asarray(case.y_pred, dtype), strict=True):
        point = [mpmath.mpf(float(entry)) for entry in np.atleast_1d(row)]
        results["v"].append(_along(case, y, point, 0, 0))
        for order, output in ((1, "g"), (2, "h")):
            slopes = [_along(case, y, point, place, order) for place in range(len(point))]
            results[output].append(slopes if np.ndim(row) else slopes[0])
    return {output: np.asarray(numbers, dtype=object) for output, numbers in results.items()}


def _along(case: Own, y: Any, point: list[Any], place: int, order: int) -> Any:
    def function(x: Any) -> Any:
        moved = [*point[:place], x, *point[place + 1 :]]
        return case.textbook(y, moved if isinstance(case.y_pred[0], list) else moved[0])

    with mpmath.workdps(DIGITS):
        slope = mpmath.diff(function, point[place], order) if order else function(point[place])
        # What is left of the differences where the slope is exactly 0.
        return slope if abs(slope) > mpmath.mpf(10) ** -20 or order == 0 else mpmath.mpf(0)


def _results(loss: lb.Loss, call: str, *arguments: Any, **options: Any) -> dict[str, Any]:
    got = getattr(loss, call)(*arguments, **options)
    outputs = CALLS[call]
    return dict(zip(outputs, got if len(outputs) > 1 else [got], strict=True))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("call", CALLS)
def test_every_call_per_sample(own: tuple[Own, type[lb.Loss]], call: str, dtype: Any) -> None:
    case, cls = own
    loss, true = cls(**case.parameters), _truth(case, dtype)
    y_pred = np.asarray(case.y_pred, dtype)
    bounds = {"v": cls.accuracy.value, "g": cls.accuracy.gradient, "h": cls.accuracy.hessian}
    for output, got in _results(loss, call, case.y_true, y_pred, reduction="none").items():
        assert got.dtype == dtype
        assert got.shape == true[output].shape
        assert ulp_errors(got, true[output]).max() <= bounds[output]


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("call", CALLS)
def test_every_call_on_lists_with_weights(
    own: tuple[Own, type[lb.Loss]], call: str, weights: list[float] | None, reduction: str
) -> None:
    case, cls = own
    loss, true = cls(**case.parameters), _truth(case, np.float64)
    got = _results(loss, call, case.y_true, case.y_pred, sample_weight=weights, reduction=reduction)
    w = np.asarray([mpmath.mpf(weight) for weight in weights or [1] * 4], dtype=object)
    whole = sum(w) if reduction == "mean" else 1
    for output, result in got.items():
        each = w.reshape(-1, *[1] * (true[output].ndim - 1)) * true[output]
        if output == "v" and reduction != "none":
            assert isinstance(result, float)
            # The sum of four terms of either sign: relative to their sizes.
            error = abs(mpmath.mpf(result) - sum(each) / whole)
            assert error <= 4 * 2.0**-52 * sum(abs(each)) / whole
        else:
            assert ulp_errors(result, each / whole).max() <= 4


def test_the_best_constant(own: tuple[Own, type[lb.Loss]]) -> None:
    case, cls = own
    loss = cls(**case.parameters)
    got = loss.optimal_constant(case.y_true, sample_weight=WEIGHTS)
    assert np.shape(got) == np.shape(case.best_constant)
    np.testing.assert_allclose(got, case.best_constant, rtol=1e-14, atol=0)


def test_a_loss_without_a_functional_says_that_rows_are_not_searched() -> None:
    cls = scores()
    try:
        cls.functional = None
        cls.prediction_domain = Interval(0, 1)
        with pytest.raises(lb.InputError, match=r"MyBrier names no functional.*row in \[0, 1\]"):
            cls().optimal_constant([0, 1, 1])
        with pytest.raises(NotImplementedError, match="MyBrier gives no hessian_matrix"):
            cls().full_hessian([0], [[0.5, 0.5]])
    finally:
        registry.unregister(cls)


def test_names_and_place(own: tuple[Own, type[lb.Loss]]) -> None:
    case, cls = own
    assert lb.catalogue()[-1] is cls
    assert cls.kind == "own"
    assert registry.is_built_in(cls) is False
    for name in (cls.name, cls.__name__, *cls.aliases):
        assert type(lb.get(name)) is cls
    loss = lb.get(cls.name, **case.parameters)
    assert loss == cls(**case.parameters)
    assert dict(loss.parameters) == case.parameters
    written = ", ".join(f"{name}={value}" for name, value in case.parameters.items())
    assert repr(loss) == f"{cls.__name__}({written})"
    # It is the user's, and not the package's to export.
    assert cls.__name__ not in dir(lb)


def test_defining_it_again_replaces_it(own: tuple[Own, type[lb.Loss]]) -> None:
    case, cls = own
    count = len(lb.catalogue())
    again = case.define()
    try:
        assert again is not cls
        assert len(lb.catalogue()) == count
        assert type(lb.get(cls.name)) is again
    finally:
        registry.unregister(again)
    registry.register(cls)  # as the fixture expects to find it


def test_a_built_in_name_is_refused_and_keeps_its_loss() -> None:
    before = lb.catalogue()
    with pytest.raises(lb.InputError, match="'quantile' is built in: choose another class name"):
        type("Quantile", (lb.ResidualLoss,), {})
    assert lb.catalogue() == before
    assert type(lb.get("quantile")) is lb.Quantile


@pytest.mark.parametrize("ends", [(2, math.inf), (-math.inf, 2), (0, 1), (-3, 3)])
def test_the_best_constant_stays_in_the_domain(ends: tuple[float, float]) -> None:
    """Bisection looks at no prediction that the loss does not take."""

    class MyBounded(lb.PointwiseLoss):
        """Squares of predictions that have a domain."""

        facts = lb.Facts(convex=True)
        prediction_domain = Interval(*ends)

        def deriv(self, m: Any, y: Any, p: Any) -> Any:
            return 2 * (p - y)

    try:
        for labels in ([5.0, 8.0], [-5.0, -8.0], [0.25, 0.75], [0.0, 0.0]):
            best = min(max(sum(labels) / 2, ends[0]), ends[1])
            assert MyBounded().optimal_constant(labels) == best
        assert math.isnan(MyBounded().optimal_constant([0.5, math.nan]))
        assert MyBounded().optimal_constant([0.5, math.nan], [1, 0]) == max(0.5, ends[0])
    finally:
        registry.unregister(MyBounded)
