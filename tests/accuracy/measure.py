"""Errors in ULP of every output of a loss on every path, against the exact result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import lossbook as lb
from lossbook.checks.extremes import extreme
from lossbook.checks.questions.precision import sizes_of
from lossbook.checks.sampling import Samples
from lossbook.checks.truth import OUTPUTS, truth, ulp_errors

from .paths import Evaluate, paths

EVERYTHING = 0b111


@dataclass(frozen=True)
class Measurement:
    """The largest error found, where it was, and what is allowed."""

    loss: lb.Loss
    labels: str
    dtype: str
    path: str
    output: str
    ulps: float
    bound: float
    worst: str
    points: int

    @property
    def holds(self) -> bool:
        return self.ulps <= self.bound

    def __str__(self) -> str:
        return (
            f"{self.loss} {self.labels}, {self.dtype}, {self.path}, {self.output}: "
            f"{self.ulps:.3f} ULP of {self.bound} allowed, at {self.worst} ({self.points} points)"
        )


def measure(loss: lb.Loss, dtype: Any, count: int, seed: int = 0) -> Iterator[Measurement]:
    """One measurement per kind of labels, path and output."""
    for samples in extreme(loss, dtype, count, seed):
        for order, output in enumerate(OUTPUTS):
            for path, errors in errors_of(loss, order, samples, paths(loss)).items():
                worst = int(np.argmax(errors))
                yield Measurement(
                    loss,
                    samples.labels,
                    str(np.dtype(dtype)),
                    path,
                    output,
                    float(errors[worst]),
                    getattr(loss.accuracy, output),
                    _spell(samples, worst),
                    len(samples),
                )


def errors_of(
    loss: lb.Loss, order: int, samples: Samples, each: dict[str, Evaluate]
) -> dict[str, Any]:
    """The error of each sample (the largest of its row) in one output, by path."""
    true = truth(loss, order, samples.y_true, samples.y_pred)
    sizes = sizes_of(loss, order, samples)
    found = {}
    for path, evaluate in each.items():
        result = evaluate(EVERYTHING, samples.y_true, samples.y_pred)[order]
        errors = ulp_errors(result, true, sizes, loss.accuracy.underflow)
        found[path] = errors.reshape(len(samples), -1).max(axis=1)
    return found


def _spell(samples: Samples, place: int) -> str:
    """The worst input with all its bits."""
    return ", ".join(
        f"{name}={_hex(array[place])}"
        for name, array in (("y_true", samples.y_true), ("y_pred", samples.y_pred))
    )


def _hex(entry: Any) -> str:
    if np.ndim(entry) == 0:
        return float(entry).hex()
    numbers = [float(number).hex() for number in entry[:4]]
    return f"[{', '.join(numbers)}{', ...' if len(entry) > 4 else ''}]"
