"""The check finds every defect that was seen in five packages of losses for boosters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from checks import packages as made

BINARY = {"label_domain": {0, 1}}


@dataclass(frozen=True)
class Defect:
    """What is wrong, in the words of whoever saw it, and the finding that must say so."""

    name: str
    loss: Any
    subject: str
    problem: str
    words: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    is_note: bool = False


DEFECTS = [
    Defect(
        "bokbokbok: the Hessian is 0 for every label 1",
        made.bokbokbok_focal,
        "hessian",
        "zero",
        "for label 1 it is 0",
        BINARY,
    ),
    Defect(
        "bokbokbok: the Hessian is wrong for label 0 too",
        made.bokbokbok_focal,
        "hessian",
        "zero",
        "for label 0 it is not the slope",
        BINARY,
    ),
    Defect(
        "bokbokbok: weights are ignored", made.bokbokbok_focal, "weights", "ignored", "", BINARY
    ),
    Defect(
        "bokbokbok: clipped at 1e-15",
        made.bokbokbok_focal,
        "gradient",
        "clipped",
        "stays at a small number",
        BINARY,
    ),
    Defect(
        "boost-loss: log-cosh overflows",
        (made.log_cosh_value, made.log_cosh_gradient),
        "value",
        "overflow",
        "infinite",
    ),
    Defect(
        "boost-loss: Tweedie's gradient has 1 - p and 2 - p swapped",
        (made.tweedie_value, made.tweedie_gradient),
        "gradient",
        "formula",
        "is not the slope of the value",
    ),
    Defect(
        "boost-loss: the Hessian of the squared logarithmic error has the wrong sign",
        (made.squared_log_value, made.squared_log_gradient, made.squared_log_hessian),
        "hessian",
        "formula",
        "is not the slope of the gradient",
    ),
    Defect(
        "boost-loss: the gradient of the symmetric percentage error",
        (
            made.symmetric_percentage_value,
            made.symmetric_percentage_gradient,
            made.symmetric_percentage_hessian,
        ),
        "gradient",
        "formula",
        "is not the slope of the value",
    ),
    Defect(
        "boost-loss: the Hessian of the symmetric percentage error is 0",
        (
            made.symmetric_percentage_value,
            made.symmetric_percentage_gradient,
            made.symmetric_percentage_hessian,
        ),
        "hessian",
        "zero",
        "is 0, and the slope of the gradient is not",
    ),
    Defect(
        "boost-loss: the gradient of L2 is half of its own loss's",
        (made.squared_value, made.squared_gradient),
        "gradient",
        "factor",
        "is half the slope of the value",
    ),
    Defect(
        "boost-loss: the Hessian of the log loss is NaN",
        made.log_loss_objective,
        "hessian",
        "nan",
        "NaN",
    ),
    Defect(
        "boost-loss: the percentage error cannot be trained",
        made.percentage_objective,
        "curvature",
        "zero",
        "LightGBM never splits",
    ),
    Defect(
        "imbalance-xgboost: the Hessian is NaN in both tails",
        made.imbalance_focal,
        "hessian",
        "nan",
        "NaN",
        BINARY,
    ),
    Defect(
        "imbalance-xgboost: the gradient has the wrong sign far out",
        made.imbalance_focal,
        "gradient",
        "tail sign",
        "leads away from the label",
        BINARY,
    ),
    Defect(
        "imbalance-xgboost: weights are ignored",
        made.imbalance_focal,
        "weights",
        "ignored",
        "",
        BINARY,
    ),
    Defect(
        "imlightgbm: the multiclass gradient is that of the binary loss",
        made.imlightgbm_multiclass,
        "gradient",
        "no value",
        "belongs to no value",
        {"classes": 3},
    ),
    Defect(
        "imlightgbm: the binary Hessian is NaN", made.imlightgbm_binary, "hessian", "nan", "NaN"
    ),
    Defect(
        "gbdtcbl: the gradient is clipped at 1e-7",
        made.gbdtcbl_focal,
        "gradient",
        "clipped",
        "no longer fades",
    ),
    Defect(
        "gbdtcbl: the gradient is not that of the unclipped loss",
        made.gbdtcbl_focal,
        "gradient",
        "tail",
        "not far out",
        {"value": made.focal_value},
    ),
    Defect(
        "gbdtcbl: the clipped Hessian is not the slope of the gradient",
        made.gbdtcbl_focal,
        "hessian",
        "tail",
        "not far out",
    ),
    Defect(
        "gbdtcbl: negative Hessians",
        made.gbdtcbl_focal,
        "curvature",
        "partly negative",
        "not convex",
        is_note=True,
    ),
]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_the_defect_is_found(defect: Defect) -> None:
    report = lb.check(defect.loss, **defect.options)
    said = report.notes if defect.is_note else report.findings
    found = [one for one in said if (one.subject, one.problem) == (defect.subject, defect.problem)]
    assert found, str(report)
    assert defect.words in found[0].says
    assert report.ok is False


def _at(objective: Any, z: float, label: float) -> tuple[float, float]:
    with np.errstate(all="ignore"):
        gradient, hessian = objective(np.array([label]), np.array([z]))
    return float(gradient[0]), float(hessian[0])


class _Labels:
    def __init__(self, labels: Any) -> None:
        self.get_label = lambda: labels


def _natively(objective: Any) -> Any:
    return lambda y, z: objective(z, _Labels(y))


def test_the_fixtures_do_what_the_packages_did() -> None:
    """The numbers that were seen when the packages themselves were run."""
    gradient, hessian = _at(made.gbdtcbl_focal, 40.0, 1.0)
    assert f"{gradient:.1e}" == "-3.0e-21"
    assert f"{_at(made.gbdtcbl_focal, 40.0, 0.0)[1]:.1e}" == "-2.7e-06"
    gradient, _ = _at(_natively(made.imbalance_focal), -40.0, 0.0)
    assert f"{gradient:.1e}" == "-3.6e-44"
    assert np.isnan(_at(_natively(made.imbalance_focal), 40.0, 0.0)[1])
    assert np.isnan(_at(_natively(made.imbalance_focal), -800.0, 1.0)[1])
    _, hessian = _at(_natively(made.bokbokbok_focal), -0.5, 1.0)
    assert hessian == 0
    _, hessian = _at(_natively(made.bokbokbok_focal), -0.5, 0.0)
    assert 0.5 < hessian / 0.2405 < 0.6
    assert np.isnan(_at(made.imlightgbm_binary, 40.0, 0.0)[1])
    assert np.isnan(_at(made.imlightgbm_binary, -800.0, 1.0)[1])
