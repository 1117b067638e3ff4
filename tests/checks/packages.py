"""Objectives as five packages on PyPI have them, with the defects that were seen in each.

Written anew from the mathematics of each loss and a description of what goes wrong in it; the
numbers that the packages gave are in the tests. Raw scores z, labels 0 and 1, gamma = 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

GAMMA = 2.0


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def focal_value(y: Any, z: Any) -> Any:
    """What all the focal objectives below should be derivatives of."""
    right = np.where(y == 1, z, -z)
    wrong = sigmoid(-right)
    return wrong**GAMMA * np.log1p(np.exp(-right))


def focal_slope(y: Any, p: Any, log: Any) -> Any:
    """Its derivative by z, from the probability; ``log`` is the logarithm to use."""
    hit, miss = np.where(y == 1, p, 1 - p), np.where(y == 1, 1 - p, p)
    side = np.where(y == 1, -1.0, 1.0)
    return side * miss**GAMMA * (miss - GAMMA * hit * log(hit))


def focal_curve(y: Any, p: Any, log: Any) -> Any:
    """Its second derivative by z."""
    hit, miss = np.where(y == 1, p, 1 - p), np.where(y == 1, 1 - p, p)
    first = GAMMA * hit * (miss - GAMMA * hit * log(hit))
    return miss**GAMMA * (first + hit * miss * (1 + GAMMA + GAMMA * log(hit)))


# -- bokbokbok 1.0.5 ------------------------------------------------------------------------------


def bokbokbok_focal(predictions: Any, dataset: Any) -> tuple[Any, Any]:
    """The Hessian has (1 - y)^gamma where a probability belongs; weights are not asked for."""
    y = dataset.get_label()
    p = np.clip(sigmoid(predictions), 1e-15, 1 - 1e-15)
    hit = np.where(y == 1, p, 1 - p)
    return focal_slope(y, p, np.log), np.power(1 - y, GAMMA) * (1 - hit) ** GAMMA * (
        (1 - hit) - GAMMA * hit * np.log(hit)
    )


# -- boost-loss 0.5.5 -----------------------------------------------------------------------------


def log_cosh_value(y: Any, f: Any) -> Any:
    return np.log(np.cosh(f - y))


def log_cosh_gradient(y: Any, f: Any) -> Any:
    return np.tanh(f - y)


def tweedie_value(y: Any, mu: Any, power: float = 1.5) -> Any:
    """1 - power and 2 - power are swapped below the fractions."""
    return -y * mu ** (1 - power) / (2 - power) + mu ** (2 - power) / (1 - power)


def tweedie_gradient(y: Any, mu: Any, power: float = 1.5) -> Any:
    """... and in the exponents."""
    return -y * mu ** (1 - power) + mu ** (-power)


def squared_log_value(y: Any, f: Any) -> Any:
    return (np.log1p(f) - np.log1p(y)) ** 2


def squared_log_gradient(y: Any, f: Any) -> Any:
    return 2 * (np.log1p(f) - np.log1p(y)) / (1 + f)


def squared_log_hessian(y: Any, f: Any) -> Any:
    """The derivative of the logarithm is forgotten."""
    return -2 * (np.log1p(f) - np.log1p(y)) / (1 + f) ** 2


def symmetric_percentage_value(y: Any, f: Any) -> Any:
    return 2 * np.abs(f - y) / (np.abs(f) + np.abs(y))


def symmetric_percentage_gradient(y: Any, f: Any) -> Any:
    """The denominator is taken for a constant."""
    return 2 * np.sign(f - y) / (np.abs(f) + np.abs(y))


def symmetric_percentage_hessian(_y: Any, f: Any) -> Any:
    return np.zeros_like(f)


def squared_value(y: Any, f: Any) -> Any:
    return (f - y) ** 2


def squared_gradient(y: Any, f: Any) -> Any:
    """Of half the square."""
    return f - y


def log_loss_objective(y: Any, z: Any) -> tuple[Any, Any]:
    """exp(z) / (1 + exp(z))^2 is infinity over infinity for large z."""
    return sigmoid(z) - y, np.exp(z) / (1 + np.exp(z)) ** 2


def percentage_objective(y: Any, f: Any) -> tuple[Any, Any]:
    """The exact Hessian, which is 0."""
    return np.sign(f - y) / np.abs(y), np.zeros_like(f)


# -- imbalance-xgboost 0.8.1 ----------------------------------------------------------------------


def _log_with_epsilon(hit: Any) -> Any:
    return np.log(hit + 1e-9)


def imbalance_focal(predictions: Any, dataset: Any) -> tuple[Any, Any]:
    """An epsilon inside the logarithm, and a division by what may be 0."""
    y = dataset.get_label()
    p = sigmoid(predictions)
    hit = np.where(y == 1, p, 1 - p)
    hessian = focal_curve(y, p, _log_with_epsilon) * (hit / hit)
    return focal_slope(y, p, _log_with_epsilon), hessian


# -- imlightgbm 0.1.2 -----------------------------------------------------------------------------


def imlightgbm_binary(y: Any, z: Any) -> tuple[Any, Any]:
    """0 times the logarithm of 0."""
    p = sigmoid(z)
    return focal_slope(y, p, np.log), focal_curve(y, p, np.log)


def softmax(scores: Any) -> Any:
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def imlightgbm_multiclass(y: Any, scores: Any) -> tuple[Any, Any]:
    """The binary formula, class by class, on probabilities that move together."""
    p = softmax(scores)
    hot = np.eye(scores.shape[1])[y]
    return focal_slope(hot, p, np.log), focal_curve(hot, p, np.log)


# -- gbdtcbl 0.2.0 --------------------------------------------------------------------------------


def gbdtcbl_focal(y: Any, z: Any) -> tuple[Any, Any]:
    """Right, but for a clip of the probability at 1e-7."""
    p = np.clip(sigmoid(z), 1e-7, 1 - 1e-7)
    return focal_slope(y, p, np.log), focal_curve(y, p, np.log)
