"""What a framework says about samples, and the rows of the catalogue that it is asked about."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import lossbook as lb
from lossbook.domains import ClassLabels, Interval, Labels, RowsOf
from lossbook.rosetta import FRAMEWORKS, Counterpart

Array = np.ndarray[Any, Any]
CLASSES = 4


@dataclass(frozen=True)
class Answers:
    """Per sample; None for what a framework does not tell."""

    value: Array | None = None
    gradient: Array | None = None
    hessian: Array | None = None


Ask = Callable[[Counterpart, lb.Loss, Array, Array], Answers]


@dataclass(frozen=True)
class Row:
    """A counterpart, and the loss with the parameters that it stands for."""

    loss: lb.Loss
    theirs: Counterpart

    @property
    def key(self) -> str:
        return self.theirs.spellings[0]

    def __str__(self) -> str:
        return self.key


def rows() -> list[Row]:
    return [
        Row(cls(**theirs.parameters), theirs)
        for cls in lb.catalogue()
        for theirs in cls.counterparts
        if theirs.framework in FRAMEWORKS
    ]


def samples(loss: lb.Loss) -> tuple[Array, Array]:
    """All pairs of some labels and some predictions, sorted by label; no pair lies at a kink."""
    if loss.is_row:
        return _row_samples(loss)
    labels = _labels(loss)
    if loss.prediction_domain.checks_nothing:
        predictions = [-2.7, -0.93, -0.08, 0.06, 0.61, 1.3, 2.2]
    else:
        high = getattr(loss.prediction_domain, "high", np.inf)
        predictions = [0.07, 0.33, 0.61, 0.9] + ([] if high == 1 else [1.7, 2.9])
    pairs = np.asarray(list(itertools.product(labels, predictions)))
    return pairs[:, 0].copy(), pairs[:, 1].copy()


def _labels(loss: lb.Loss) -> list[float]:
    domain = loss.label_domain
    if isinstance(domain, Labels):
        return [domain.first, domain.second]
    if domain.two_classes:
        return [0.0, 1.0]
    if isinstance(loss, lb.PointwiseLoss) and domain.checks_nothing:
        return [-2.0, -1.0, 1.5, 3.0]  # of which shares are taken
    return [0.5, 1.0, 3.0] if domain.outside(-0.5) else [-1.0, 0.0, 0.5, 2.0]


def _row_samples(loss: lb.Loss) -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 1, (12, loss.columns.count or CLASSES))
    if isinstance(loss.label_domain, RowsOf):
        return rng.normal(0, 1, scores.shape), scores
    if isinstance(loss.label_domain, Interval):
        return rng.normal(0, 2, 12), scores
    if not isinstance(loss.label_domain, ClassLabels):
        raise TypeError(f"no samples for labels in {loss.label_domain.describe()}")
    if not loss.prediction_domain.checks_nothing:
        scores = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return rng.integers(0, CLASSES, 12), scores


def by_label(loss: lb.Loss, labels: Array, values: Array) -> Array:
    """Values without what is the same for all samples of a label."""
    if loss.is_row:
        return values - values[0] if isinstance(loss.label_domain, RowsOf) else values
    firsts = [int(np.argmax(labels == label)) for label in labels]
    return values - values[firsts]
