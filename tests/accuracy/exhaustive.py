"""Every float32 prediction, or every n-th: single precision against the same formula in double.

Double precision is 2^29 times finer, so its own few ULP are below 2^-26 ULP of single precision:
nothing finer is needed to measure an error, and it runs at the speed of NumPy. That the formula is
right in itself is for the laws to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import lossbook as lb
from lossbook.checks.truth import OUTPUTS
from lossbook.domains import Labels
from lossbook.engine import blocks
from lossbook.families import DevianceLoss

PATTERNS = 2**32
CHUNK = 2**20


@dataclass
class Worst:
    """The largest error of one output so far, in ULP, and how many results were not the nearest."""

    ulps: float = 0.0
    prediction: float = 0.0
    points: int = 0
    not_nearest: int = 0

    def add(self, errors: Any, predictions: Any) -> None:
        place = int(np.argmax(errors))
        if errors[place] > self.ulps:
            self.ulps, self.prediction = float(errors[place]), float(predictions[place])
        self.points += len(errors)
        self.not_nearest += int((errors > 0.5000001).sum())


def labels_of(loss: lb.Loss) -> tuple[float, ...]:
    """Labels that stand for all: the two classes; for residuals no shift, and one that rounds."""
    domain = loss.label_domain
    if isinstance(domain, Labels):
        return domain.first, domain.second
    return tuple(label for label in (0.0, 1.0) if not domain.outside(label))


def scan(loss: lb.Loss, label: float, stride: int = 1, first: int = 0) -> dict[str, Worst]:
    """The worst error of each output over every ``stride``-th bit pattern."""
    worst = {output: Worst() for output in OUTPUTS}
    for y_pred in _predictions(loss, label, stride, first):
        y_true = np.full(y_pred.shape, label, np.float32)
        results = loss.value_gradient_hessian(y_true, y_pred, reduction="none")
        exact = _in_double(loss, label, y_pred)
        sizes = _sizes(loss, exact, y_pred)
        for output, result, reference, size in zip(OUTPUTS, results, exact, sizes, strict=True):
            worst[output].add(_ulps(result, reference, size), y_pred)
    return worst


def _in_double(loss: lb.Loss, label: float, y_pred: Any) -> Any:
    y_true = np.full(y_pred.shape, label)
    return blocks.evaluate(loss, 0b111, y_true, y_pred.astype(np.float64), None, "none")


def _sizes(loss: lb.Loss, exact: Any, y_pred: Any) -> Any:
    """The terms that outputs are sums of, as in ``lossbook.checks.truth.terms``; else outputs."""
    if not isinstance(loss, DevianceLoss):
        return exact
    at_low = _in_double(loss, loss.label_domain.low, y_pred)
    with np.errstate(all="ignore"):
        return [
            np.where(np.isinf(low) | np.isinf(one), one, abs(low) + abs(one - low))
            for one, low in zip(exact, at_low, strict=True)
        ]


def _predictions(loss: lb.Loss, label: float, stride: int, first: int) -> Iterator[Any]:
    for start in range(first, PATTERNS, CHUNK * stride):
        stop = min(PATTERNS, start + CHUNK * stride)
        y_pred = np.arange(start, stop, stride, dtype=np.uint32).view(np.float32)
        y_pred = y_pred[np.isfinite(y_pred) & ~loss.prediction_domain.outside(y_pred)]
        with np.errstate(over="ignore"):
            y_pred = y_pred[np.isfinite(y_pred - np.float32(label))]
        if len(y_pred):
            yield y_pred


def _ulps(result: Any, reference: Any, size: Any = None) -> Any:
    """Errors in ULP of single precision, of the reference or of a size given for it; what overflows
    counts as the first power that does."""
    limit = 2.0**128
    reference = np.clip(reference, -limit, limit)
    size = reference if size is None else np.clip(size, -limit, limit)
    exponent = np.clip(np.frexp(size)[1] - 1, -126, 127)
    errors = abs(np.clip(result.astype(np.float64), -limit, limit) - reference)
    errors = np.ldexp(errors, 23 - exponent)
    return np.where(np.isnan(errors), np.inf, errors)
