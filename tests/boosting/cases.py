"""Data of every kind of label, and the losses that the libraries have built in."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import lossbook as lb

ROWS, COLUMNS, CLASSES = 2000, 6, 3


@functools.cache
def data() -> dict[str, Any]:
    """Features, weights, and labels by kind."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(ROWS, COLUMNS))
    signal = features[:, 0] - features[:, 1] * features[:, 2]
    return {
        "features": features,
        "weights": rng.uniform(0.2, 3, ROWS),
        "classes": (signal + rng.logistic(size=ROWS) > 0).astype(float),
        "shares": 1 / (1 + np.exp(-signal - rng.normal(size=ROWS))),
        "numbers": signal + rng.normal(size=ROWS),
        "sizes": np.exp(signal / 2) * rng.gamma(2, 0.5, ROWS) + 1e-3,
        "counts": rng.poisson(np.exp(signal / 2)).astype(float),
        "many": np.digitize(signal + rng.normal(size=ROWS), [-1, 1]).astype(float),
    }


@dataclass(frozen=True)
class Case:
    """A loss, the objective that a library has for it, and the kind of its labels.

    ``parameters`` are the built-in objective's.
    """

    loss: lb.Loss
    name: str
    labels: str
    parameters: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def apart(ours: Any, theirs: Any) -> float:
    """The largest difference of predictions, in parts of the largest prediction."""
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())
