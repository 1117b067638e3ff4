"""Objectives that lossbook makes of its losses, and objectives that round as boosters do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lossbook as lb

LIBRARIES = ("xgboost", "lightgbm", "catboost")


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    "loss",
    [
        lb.BinaryCrossEntropy(from_logits=True),
        lb.CrossEntropy(from_logits=True),
        lb.BinaryFocal(),
        lb.Quantile(tau=0.9),
        lb.Hinge(),
    ],
    ids=repr,
)
def test_objectives_of_losses_are_right(loss: lb.Loss, library: str) -> None:
    report = lb.check(getattr(loss, library)())
    assert report.ok, report


def test_a_curvature_on_purpose_is_a_note() -> None:
    (note,) = lb.check(lb.BinaryFocal().lightgbm()).notes
    assert str(note).startswith("The Hessian is the curvature 'fisher', and not the slope")
    assert lb.check(lb.BinaryFocal().lightgbm("exact")).ok


def test_rows_that_are_no_classes_are_checked_as_losses() -> None:
    with pytest.raises(lb.InputError, match="check the loss itself"):
        lb.check(lb.Ordinal().xgboost())


def test_rounding_to_single_precision_is_no_wrong_derivative() -> None:
    def objective(y_true: Any, y_pred: Any, sample_weight: Any = 1.0) -> Any:
        p = 1 / (1 + np.exp(-y_pred))
        pair = sample_weight * (p - y_true), sample_weight * p * (1 - p)
        return tuple(np.asarray(one).astype(np.float32) for one in pair)

    def half(*arguments: Any) -> Any:
        gradient, hessian = objective(*arguments)
        return gradient, hessian / 2

    assert "hessian" not in {found.subject for found in lb.check(objective).findings}
    assert "hessian" in {found.subject for found in lb.check(half).findings}
