"""The learning rate that CatBoost chooses, which objectives of one's own do without."""

from __future__ import annotations

import math

# Coefficients (a, b, c) of exp(a log rows + b) (rounds / 1000)^c, for models that go on to the last
# round and for those that stop at the best one (libs/train_lib/options_helper.cpp, 1.2.10).
_FITTED = {
    "RMSE": ((0.158, -4.287, -0.813), (0.157, -4.062, -0.61)),
    "Logloss": ((0.427, -7.525, -0.917), (0.247, -5.158, -0.435)),
    "MultiClass": ((0.051, -2.889, -0.845), (0.02, -2.364, -0.382)),
}
_LARGEST = 0.5
_DIGITS = 6


def learning_rate(name: str, rows: int, rounds: int, *, stops_early: bool) -> float | None:
    """What CatBoost takes for its objective of this name; None where that is its usual rate."""
    if name not in _FITTED:
        return None
    a, b, c = _FITTED[name][stops_early]
    rate = math.exp(a * math.log(rows) + b + c * math.log(rounds / 1000))
    return round(min(rate, _LARGEST), _DIGITS)
