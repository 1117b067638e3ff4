"""Value, gradient and Hessian within the bounds that each loss states, tails and subnormals too."""

from __future__ import annotations

import os

import mpmath
import numpy as np
import pytest

import lossbook as lb
from accuracy.measure import measure
from lossbook.checks.truth import ulp_errors
from variants import every_formula, every_loss

# The worst inputs of long searches are kept, and run by test_worst_inputs.
POINTS = 400


# With kernels there, both paths are measured; without them the defaults will do.
LOSSES = every_formula() if os.environ.get("LOSSBOOK_NATIVE") == "0" else every_loss()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_every_output_is_within_its_bound(loss: lb.Loss, dtype: str) -> None:
    broken = [str(found) for found in measure(loss, dtype, POINTS) if not found.holds]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_ruler_counts_ulps(dtype: str) -> None:
    one = np.ones(1, dtype)
    steps = [one, np.nextafter(one, one + 1), np.nextafter(one, 0 * one)]
    true = np.asarray([mpmath.mpf(1)])
    assert [float(ulp_errors(step, true)[0]) for step in steps] == [0, 1, 0.5]
    smallest = np.finfo(dtype).smallest_subnormal
    assert ulp_errors(np.asarray([3 * smallest]), np.asarray([mpmath.mpf(0)]))[0] == 3
    largest = np.asarray([np.finfo(dtype).max])
    beyond = np.asarray([mpmath.ldexp(1, 2000)])
    assert ulp_errors(largest, beyond)[0] == 1
    assert ulp_errors(largest * 0 + np.inf, beyond)[0] == 0
    assert np.isinf(ulp_errors(largest * np.nan, true)[0])
    assert np.isinf(ulp_errors(largest, np.asarray([mpmath.inf]))[0])
