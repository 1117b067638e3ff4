"""The worst inputs of a loss: from the worst of many drawn ones uphill, by steps of all sizes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

import lossbook as lb
from lossbook.checks.extremes import extreme
from lossbook.checks.sampling import Array, Samples
from lossbook.checks.truth import OUTPUTS

from .measure import errors_of
from .paths import Evaluate, paths

CLIMBERS, TRIES = 6, 6

# Rows of more than these cost minutes of 120 digits and show nothing that shorter ones do not.
MOST_COLUMNS = 10


@dataclass(frozen=True)
class Worst:
    """The largest error of one output on one path, and the sample that has it."""

    loss: lb.Loss
    dtype: str
    output: str
    path: str
    ulps: float
    samples: Samples
    points: int

    @property
    def bound(self) -> float:
        return float(getattr(self.loss.accuracy, self.output))

    @property
    def holds(self) -> bool:
        return self.ulps <= self.bound


def worst_inputs(
    loss: lb.Loss, dtype: str, count: int, rounds: int, seed: int = 0
) -> Iterator[Worst]:
    """One per output, path and kind of labels; one-hot rows are left out, as indices are there."""
    kinds = [drawn for drawn in extreme(loss, dtype, count, seed) if _is_climbed(drawn)]
    for drawn in kinds:
        for path, evaluate in two_paths(loss).items():
            for order in range(3):
                climb = _Climb(loss, order, evaluate, np.random.default_rng(seed))
                errors, samples = climb.top(drawn, rounds)
                yield Worst(
                    loss, dtype, OUTPUTS[order], path, float(errors[0]), samples, climb.points
                )


def two_paths(loss: lb.Loss) -> dict[str, Evaluate]:
    """The compiled kernel, where there is one, and the arrays; all kernels give the same bits."""
    every = paths(loss)
    native = [evaluate for name, evaluate in every.items() if name in ("v4", "v3", "baseline")]
    return {**({"native": native[0]} if native else {}), "arrays": every["arrays"]}


def _is_climbed(drawn: Samples) -> bool:
    is_wide = drawn.y_pred.ndim > 1 and drawn.y_pred.shape[1] > MOST_COLUMNS
    return not (is_wide or drawn.labels.startswith("one-hot"))


class _Climb:
    def __init__(
        self, loss: lb.Loss, order: int, evaluate: Evaluate, rng: np.random.Generator
    ) -> None:
        self._loss, self._order, self._evaluate, self._rng = loss, order, evaluate, rng
        self.points = 0

    def top(self, drawn: Samples, rounds: int) -> tuple[Array, Samples]:
        """The largest error, and its sample alone."""
        errors, best = self._best(self._errors(drawn), drawn)
        for _ in range(rounds):
            tries = self._moved(best)
            every = np.concatenate([errors, self._errors(tries)])
            errors, best = self._best(every, _joined(best, tries))
        return errors, _chosen(best, np.zeros(1, int))

    def _errors(self, samples: Samples) -> Array:
        self.points += len(samples)
        every = errors_of(self._loss, self._order, samples, {"": self._evaluate})
        return np.asarray(every[""])

    def _best(self, errors: Array, samples: Samples) -> tuple[Array, Samples]:
        """The worst few samples, worst first."""
        chosen = np.argsort(-errors, kind="stable")[:CLIMBERS]
        return errors[chosen], _chosen(samples, chosen)

    def _moved(self, samples: Samples) -> Samples:
        """Every sample some steps away; what leaves the domains stays where it was."""
        many = _chosen(samples, np.repeat(np.arange(len(samples)), TRIES))
        p = self._stepped(many.y_pred)
        outside = self._loss.prediction_domain.outside(p) | ~np.isfinite(p)
        p = np.where(outside, many.y_pred, p)
        y = many.y_true
        if many.labels.startswith("real"):
            moved = np.where(_each(self._rng.random(len(y)) < 0.5, y), self._stepped(y), y)
            bad = self._loss.label_domain.outside(moved) | ~_each(_apart(p, moved), y)
            y = np.where(bad, y, moved)
            p = np.where(_each(_apart(p, y), p), p, many.y_pred)
        return Samples(samples.labels, y, p)

    def _stepped(self, numbers: Array) -> Array:
        """Multiplied by a factor close to 1: from one step of the format to a doubling."""
        digits = np.finfo(numbers.dtype).nmant
        sizes = 2.0 ** -self._rng.uniform(0, digits + 1, numbers.shape)
        with np.errstate(over="ignore"):
            moved = numbers * (1 + self._rng.choice([-1.0, 1.0], numbers.shape) * sizes)
            return np.asarray(moved.astype(numbers.dtype))


def _apart(p: Array, y: Array) -> Array:
    """Whether no difference of a sample overflows."""
    with np.errstate(over="ignore"):
        finite = np.isfinite(p - (y if y.ndim == p.ndim else y[:, None]))
    return np.asarray(finite if p.ndim == 1 else finite.all(axis=-1))


def _each(samples: Array, array: Array) -> Array:
    """One entry per sample, for an array that may have rows."""
    return samples if array.ndim == 1 else samples[:, None]


def _chosen(samples: Samples, places: Array) -> Samples:
    return Samples(samples.labels, samples.y_true[places], samples.y_pred[places])


def _joined(one: Samples, other: Samples) -> Samples:
    return Samples(
        one.labels,
        np.concatenate([one.y_true, other.y_true]),
        np.concatenate([one.y_pred, other.y_pred]),
    )
