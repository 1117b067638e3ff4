"""Errors in ULP of every output of a loss on every path, against the exact result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import lossbook as lb
from lossbook.checks.extremes import extreme
from lossbook.checks.sampling import Samples
from lossbook.checks.truth import OUTPUTS, terms, truth, ulp_errors

from .paths import paths

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
        true = [truth(loss, order, samples.y_true, samples.y_pred) for order in range(3)]
        sizes: list[Any] = [None, _sizes(loss, samples), None]
        for path, evaluate in paths(loss).items():
            results = evaluate(EVERYTHING, samples.y_true, samples.y_pred)
            for order, output in enumerate(OUTPUTS):
                errors = ulp_errors(results[order], true[order], sizes[order])
                worst = int(np.argmax(errors.reshape(-1)))
                yield Measurement(
                    loss,
                    samples.labels,
                    str(np.dtype(dtype)),
                    path,
                    output,
                    float(errors.reshape(-1)[worst]),
                    getattr(loss.accuracy, output),
                    _spell(samples, worst // (errors.size // len(samples))),
                    errors.size,
                )


def _sizes(loss: lb.Loss, samples: Samples) -> Any:
    """Soft labels make a gradient of two terms; its error is measured against them."""
    soft = samples.labels.startswith(("soft", "rows"))
    return terms(loss, samples.y_true, samples.y_pred) if soft else None


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
