"""Best constants where labels are missing."""

from __future__ import annotations

import math

import pytest

import lossbook as lb

LOSSES = [lb.SquaredError(), lb.Quantile(tau=0.5), lb.BinaryCrossEntropy()]


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_a_missing_label_has_no_best_constant(loss: lb.Loss) -> None:
    assert math.isnan(loss.optimal_constant([0.0, math.nan, 1.0]))


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_a_missing_label_of_no_weight_is_left_out(loss: lb.Loss) -> None:
    assert loss.optimal_constant([0.25, math.nan], [2.0, 0.0]) == 0.25
