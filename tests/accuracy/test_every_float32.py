"""Single precision over a regular grid of all bit patterns; the tool of the same name takes all."""

from __future__ import annotations

import numpy as np
import pytest

import lossbook as lb
from accuracy.exhaustive import Worst, _ulps, labels_of, scan
from variants import every_loss

POINTWISE = [loss for loss in every_loss() if not loss.is_row]
# Primes near powers of two, so that the low bits take all values. What carries rounding errors
# along is computed in double, where single precision has little to hide, and takes longer.
STRIDE, LONG_STRIDE = 4099, 65_537


@pytest.mark.parametrize("loss", POINTWISE, ids=repr)
def test_a_grid_of_all_predictions(loss: lb.Loss) -> None:
    stride = LONG_STRIDE if loss.compensated else STRIDE
    for label in labels_of(loss):
        for output, worst in scan(loss, label, stride).items():
            bound = getattr(loss.accuracy, output)
            assert worst.points > 800_000_000 // stride
            assert worst.ulps <= bound, f"{loss} {label} {output}: {worst}"


def test_the_ruler_counts_ulps() -> None:
    one = np.ones(1, np.float32)
    assert _ulps(np.nextafter(one, 2 * one), np.ones(1)) == 1
    assert _ulps(one, np.full(1, 1 - 2.0**-24)) == 1
    assert _ulps(0 * one, np.full(1, 2.0**-149)) == 1
    assert _ulps(np.inf * one, np.full(1, 1e300)) == 0
    assert _ulps(np.nan * one, np.ones(1)) == np.inf
    worst = Worst()
    worst.add(np.array([0.5, 0.75, 0.25]), np.array([1.0, 2.0, 3.0]))
    assert (worst.ulps, worst.prediction, worst.points, worst.not_nearest) == (0.75, 2.0, 3, 1)
