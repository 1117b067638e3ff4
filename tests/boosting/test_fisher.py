"""Fisher's information of a location and a log-scale, beside integrals over the labels' density."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

import lossbook as lb
from lossbook.boosting.curvature import formula

LOCATION, SECOND = 0.7, -0.4

# The label's distribution at a row of predictions; the second one is a log-variance for Gauss.
MODELS: dict[str, tuple[lb.Loss, Any]] = {
    "Gauss": (lb.GaussianNLL(), stats.norm(LOCATION, np.exp(SECOND / 2))),
    "Laplace": (lb.LaplaceNLL(), stats.laplace(LOCATION, np.exp(SECOND))),
    "Student 4": (lb.StudentT(df=4.0), stats.t(4, LOCATION, np.exp(SECOND))),
    "Student 1.5": (lb.StudentT(df=1.5), stats.t(1.5, LOCATION, np.exp(SECOND))),
}


@pytest.mark.parametrize("name", MODELS)
def test_information_is_the_mean_of_squared_slopes(name: str) -> None:
    """The mean Hessian is the mean of the squared gradient, which sees kinks too."""
    loss, label = MODELS[name]
    raw = np.asarray([[LOCATION, SECOND]])

    def squared(y: float, column: int) -> float:
        slope = loss.gradient([y], raw, reduction="none")[0, column]
        return float(slope**2 * label.pdf(y))

    found = formula(loss, "fisher")
    assert found is not None
    curvature = found(np.asarray([0.0]), raw)[1][0]
    for column in (0, 1):
        halves = [(-np.inf, LOCATION), (LOCATION, np.inf)]
        parts = [integrate.quad(squared, *ends, args=(column,), epsabs=0)[0] for ends in halves]
        assert curvature[column] == pytest.approx(sum(parts), rel=1e-7)
