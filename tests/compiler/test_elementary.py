"""The elementary functions of compiled formulas, over all sizes of numbers."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

import lossbook as lb
from lossbook import registry
from lossbook.checks.sampling import stratified
from lossbook.checks.truth import DIGITS, ulp_errors
from lossbook.domains import REALS, Interval


class OwnGrowth(lb.PointwiseLoss):
    """Functions of any number, as if they were a loss."""

    prediction_domain = REALS

    def value(self, m: Any, _y: Any, p: Any) -> Any:
        return m.exp(p)

    def deriv(self, m: Any, _y: Any, p: Any) -> Any:
        return m.expm1(p)

    def deriv2(self, m: Any, _y: Any, p: Any) -> Any:
        return m.exp(-abs(p))


class OwnRoots(lb.PointwiseLoss):
    """Functions of numbers that are not negative."""

    prediction_domain = Interval(low=0)

    def value(self, m: Any, _y: Any, p: Any) -> Any:
        return m.log(p)

    def deriv(self, m: Any, _y: Any, p: Any) -> Any:
        return m.log1p(p)

    def deriv2(self, m: Any, _y: Any, p: Any) -> Any:
        return m.sqrt(p)


for own in (OwnGrowth, OwnRoots):
    registry.unregister(own)

TRUE = {
    OwnGrowth: (mpmath.exp, mpmath.expm1, lambda x: mpmath.exp(-abs(x))),
    OwnRoots: (
        lambda x: mpmath.log(x) if x else mpmath.mpf("-inf"),
        mpmath.log1p,
        mpmath.sqrt,
    ),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cls", TRUE)
def test_errors_stay_below_one_ulp(cls: type[lb.Loss], dtype: Any) -> None:
    loss = cls()
    p = stratified(loss.prediction_domain, np.random.default_rng(93), 4000, np.dtype(dtype))
    y = np.zeros_like(p)
    results = lb.compile(loss).value_gradient_hessian(y, p, reduction="none")
    for function, result in zip(TRUE[cls], results, strict=True):
        with mpmath.workdps(DIGITS):
            # As far as it can be told from zero and infinity: mpmath knows no end of exponents.
            true = np.asarray([function(mpmath.mpf(float(x))) for x in p], dtype=object)
        assert ulp_errors(result, true).max() <= 1, function


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_ends(dtype: Any) -> None:
    p = np.asarray([-np.inf, -0.0, 0.0, np.inf, np.nan], dtype)
    y = np.zeros_like(p)
    value, slope, bend = lb.compile(OwnGrowth()).value_gradient_hessian(y, p, reduction="none")
    np.testing.assert_array_equal(value, [0, 1, 1, np.inf, np.nan])
    np.testing.assert_array_equal(slope, [-1, 0, 0, np.inf, np.nan])
    np.testing.assert_array_equal(np.signbit(slope[1:3]), [True, False])
    np.testing.assert_array_equal(bend, [0, 1, 1, 0, np.nan])
    roots = lb.compile(OwnRoots()).value_gradient_hessian(y[1:], p[1:], reduction="none")
    np.testing.assert_array_equal(roots[0], [-np.inf, -np.inf, np.inf, np.nan])
    np.testing.assert_array_equal(roots[1], [0, 0, np.inf, np.nan])
    np.testing.assert_array_equal(roots[2], [0, 0, np.inf, np.nan])
