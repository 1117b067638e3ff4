"""Deviances beside those of statsmodels."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

import lossbook as lb

FAMILIES: dict[str, tuple[lb.DevianceLoss, dict[str, float]]] = {
    "Poisson": (lb.Poisson(from_log=False), {}),
    "Gamma": (lb.Gamma(from_log=False), {}),
    "InverseGaussian": (lb.InverseGaussian(from_log=False), {}),
    "NegativeBinomial": (lb.NegativeBinomial(0.7, from_log=False), {"alpha": 0.7}),
    "Tweedie": (lb.Tweedie(1.3, from_log=False), {"var_power": 1.3}),
}
HERE = FAMILIES if importlib.util.find_spec("statsmodels") else {}


def test_deviances() -> None:
    for name in HERE:
        _check(name)


def _check(name: str) -> None:
    import statsmodels.api as sm

    loss, options = FAMILIES[name]
    rng = np.random.default_rng(0)
    y, means = rng.integers(1, 20, 500).astype(float), rng.uniform(0.1, 20, 500)
    weights = rng.uniform(0, 2, 500)
    family: Any = getattr(sm.families, name)(**options)
    theirs = family.deviance(y, means, freq_weights=weights)
    ours = loss.deviance(y, means, sample_weight=weights, reduction="sum")
    assert ours == pytest.approx(theirs, rel=1e-11, abs=0)
