"""Links: between the raw score that a model puts out and the quantity that it predicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from lossbook.maths.namespace import Maths


@dataclass(frozen=True)
class Link:
    """A one-to-one map; ``link`` goes from prediction to raw score, ``inverse`` back.

    ``inverse`` is a formula over ``m``, since predictions come in every array library; ``link``
    is used for constants and takes NumPy values.
    """

    name: str
    raw_score_is: str = ""  # in words: the raw score of a probability is its "logit"

    def __call__(self, prediction: Any) -> Any:
        """The raw score of a prediction."""
        return _TO_RAW[self.name](np.asarray(prediction, dtype=float))

    def inverse(self, m: Maths, raw: Any) -> Any:
        """The prediction of a raw score."""
        return _TO_PREDICTION[self.name](m, raw)


def _logit(probability: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.log(probability) - np.log1p(-probability)


def _atanh(mean: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.arctanh(mean)


def _half_tangent(mean: Any) -> Any:
    return np.tan(mean / 2)


def _tanh(m: Maths, raw: Any) -> Any:
    fall = m.expm1(-2 * abs(raw))
    return m.where(raw >= 0, -1, 1) * (fall / (2 + fall))


def _centred_log(probabilities: Any) -> Any:
    with np.errstate(divide="ignore"):
        logs = np.log(probabilities)
    # Softmax is blind to a shift; the largest score at 0 keeps absent classes at -inf harmless.
    return logs - np.max(logs, axis=-1, keepdims=True)


def _log(mean: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.log(mean)


def _log_of_second(values: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.stack([values[..., 0], np.log(values[..., 1])], axis=-1)


def _to_steps(rising: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.diff(rising, axis=-1)
        # The inverse of softplus, of a step of any size; none at all is a score of -inf.
        raw = steps + np.log(-np.expm1(-steps))
    return np.concatenate([rising[..., :1], raw], axis=-1)


def _rising(m: Any, raw: Any) -> Any:
    return m.running(m.beside(raw[..., :1], m.softplus(raw[..., 1:])))


_TO_RAW: dict[str, Callable[[Any], Any]] = {
    "identity": lambda value: value,
    "log": _log,
    "logit": _logit,
    "atanh": _atanh,
    "half tangent": _half_tangent,
    "softmax": _centred_log,
    "log scale": _log_of_second,
    "rising steps": _to_steps,
    "sparsemax": lambda shares: shares,
    "entmax15": lambda shares: 2 * np.sqrt(shares),
}
_TO_PREDICTION: dict[str, Callable[[Any, Any], Any]] = {
    "identity": lambda _, raw: raw,
    "log": lambda m, raw: m.exp(raw),
    "logit": lambda m, raw: m.sigmoid(raw),
    "atanh": _tanh,
    "half tangent": lambda m, raw: 2 * m.atan(raw),
    "softmax": lambda m, raw: m.softmax(raw),
    "rising steps": _rising,
    "log scale": lambda m, raw: m.beside(raw[..., :1], m.exp(raw[..., 1:])),
    "sparsemax": lambda m, raw: m.maximum(0, m.sparsemax_excess(raw)),
    "entmax15": lambda m, raw: m.maximum(0, m.entmax15_excess(raw)) ** 2,
}

IDENTITY = Link("identity")
LOG = Link("log", "log")
LOGIT = Link("logit", "logit")
ATANH = Link("atanh", "atanh")  # half the logit of (1 + mean) / 2, for labels -1 and 1
HALF_TANGENT = Link("half tangent", "tangent of half")
SOFTMAX = Link("softmax", "log")
NON_CROSSING = Link("rising steps")  # of a row of numbers that do not fall
LOG_SCALE = Link("log scale")  # of a row of a location and a scale
SPARSEMAX = Link("sparsemax")
ENTMAX15 = Link("entmax15")
