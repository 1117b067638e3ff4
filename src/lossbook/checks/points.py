"""Where a loss is looked at: everyday samples, and far out, as far as anybody goes."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook.checks.extremes import extreme
from lossbook.checks.sampling import THRESHOLDS, Samples, ordinary
from lossbook.checks.subjects.subject import LossSubject, Subject

Array = np.ndarray[Any, Any]

SEED = 20
FARTHEST = 1000.0


def everyday(subject: Subject, count: int) -> list[Samples]:
    """Samples of middling size: one set per label where there are two, else one per kind."""
    if isinstance(subject, LossSubject):
        sets = ordinary(subject.loss, count, seed=SEED)
    else:
        sets = _drawn(subject, count)
    return [part for samples in sets for part in _by_label(subject, samples)]


def _drawn(subject: Subject, count: int) -> list[Samples]:
    rng = np.random.default_rng(SEED)
    if subject.is_row:
        y_pred = rng.normal(0, 2, (count, subject.classes))
        if not subject.prediction_domain.checks_nothing:
            y_pred = rng.dirichlet(np.ones(subject.classes), count)
        return [Samples("index", rng.integers(0, subject.classes, count), y_pred)]
    y_pred = _middling(subject.prediction_domain, rng, count)
    return [Samples("all", labels_for(subject, rng, count), y_pred)]


def _by_label(subject: Subject, samples: Samples) -> list[Samples]:
    """Two classes apart: a formula is often wrong for one of them alone."""
    pair = label_pair(subject)
    if pair is None or samples.labels == "soft":
        return [samples]
    parts = []
    for label in pair:
        here = samples.y_true == label
        parts.append(Samples(f"label {label:g}", samples.y_true[here], samples.y_pred[here]))
    return [part for part in parts if len(part)]


def label_pair(subject: Subject) -> tuple[float, float] | None:
    """The two labels of two classes, or the ends of shares of them."""
    pair: tuple[float, float] | None = subject.label_domain.two_classes
    return None if subject.is_row else pair


def labels_for(subject: Subject, rng: np.random.Generator, count: int) -> Array:
    """Labels of middling size."""
    pair = label_pair(subject)
    if pair is not None:
        return rng.choice(pair, count)
    return _middling(subject.label_domain, rng, count)


def _middling(domain: Any, rng: np.random.Generator, count: int) -> Array:
    if domain.checks_nothing:
        return rng.normal(0, 3, count)
    low = domain.low if np.isfinite(domain.low) else -10.0
    high = domain.high if np.isfinite(domain.high) else low + 10.0
    return rng.uniform(low, high, count)


def far_out(subject: Subject, dtype: Any, count: int = 160) -> list[Samples]:
    """Predictions of every size that is met in practice, by label where there are two."""
    rng = np.random.default_rng(SEED + 1)
    if isinstance(subject, LossSubject) and subject.is_row:
        return extreme(subject.loss, dtype, count // 4, SEED)[:3]  # two classes
    if subject.is_row:
        return [_far_rows(subject, rng, dtype, count // 4)]
    y_pred = _sizes(subject.prediction_domain, rng, count).astype(dtype)
    y_pred = y_pred[subject.inside(y_pred)]
    pair = label_pair(subject)
    if pair is not None:
        return [
            Samples(f"label {label:g}", np.full(len(y_pred), label, dtype), y_pred)
            for label in pair
        ]
    return [Samples("all", _far_labels(subject, rng, y_pred).astype(dtype), y_pred)]


def _sizes(domain: Any, rng: np.random.Generator, count: int) -> Array:
    sizes = np.exp2(rng.uniform(-30, np.log2(FARTHEST), count))
    if domain.checks_nothing:
        near = np.asarray([*THRESHOLDS, *np.arange(5.0, 60.0, 5.0), 500.0, 800.0, FARTHEST])
        sizes = np.concatenate([near[near <= FARTHEST], sizes])
        return np.concatenate([sizes, -sizes])
    if np.isfinite(domain.low) and np.isfinite(domain.high):
        shares = np.exp2(rng.uniform(-60, 0, count))
        width = domain.high - domain.low
        return np.concatenate([domain.low + width * shares, domain.high - width * shares])
    return np.asarray(domain.low + sizes if np.isfinite(domain.low) else domain.high - sizes)


def _far_labels(subject: Subject, rng: np.random.Generator, y_pred: Array) -> Array:
    """Labels of everyday size, large ones, and some close to the prediction."""
    count = len(y_pred)
    labels = labels_for(subject, rng, count)
    labels = np.where(rng.random(count) < 0.2, labels * 100, labels)
    close = y_pred * (1 + rng.normal(0, 1e-4, count))
    labels = np.where(rng.random(count) < 0.2, close, labels)
    outside = np.asarray(subject.label_domain.outside(labels))
    return np.asarray(np.where(outside, labels_for(subject, rng, count), labels))


def _far_rows(subject: Subject, rng: np.random.Generator, dtype: Any, count: int) -> Samples:
    classes = subject.classes
    if subject.prediction_domain.checks_nothing:
        y_pred = rng.normal(0, 1, (count, classes)) * np.exp2(rng.uniform(-3, 9, (count, 1)))
    else:
        y_pred = np.maximum(rng.dirichlet(np.full(classes, 0.1), count), 2.0**-60)
    index = np.where(
        rng.random(count) < 0.5, y_pred.argmax(axis=1), rng.integers(0, classes, count)
    )
    return Samples("index", index, y_pred.astype(dtype))
