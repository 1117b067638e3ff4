"""Samples from the whole range of a format, for any loss."""

from __future__ import annotations

from typing import Any

import numpy as np

import lossbook as lb
from lossbook import parameters
from lossbook.checks.sampling import Array, Samples, label_sets, stratified
from lossbook.domains import ClassLabels, Domain, RowsOf

WIDTHS = (2, 3, 10, 33)


def extreme(loss: lb.Loss, dtype: Any, count: int, seed: int) -> list[Samples]:
    """Per kind of labels, about ``count`` samples over the whole range of finite numbers."""
    rng = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if loss.is_row:
        make = _class_rows if isinstance(loss.label_domain, ClassLabels) else _number_rows
        widths = [loss.columns.count] if loss.columns.count else WIDTHS
        return [set_ for width in widths for set_ in make(loss, rng, dtype, count, width)]
    y_pred = stratified(loss.prediction_domain, rng, count, dtype)
    y_pred = _at_thresholds(loss, rng, y_pred)
    sets = []
    for kind, labels in label_sets(loss, rng, y_pred.shape).items():
        if kind == "hard":
            sets.append(Samples(kind, labels.astype(dtype), y_pred))
        else:
            sets.append(Samples(kind, *_free_labels(loss, rng, y_pred)))
    return sets


def _thresholds(loss: lb.Loss) -> Array:
    """Distances at which a formula with these parameters may change."""
    numbers = [1.0, *parameters.run_time_numbers(loss.parameters).values()]
    sizes = [abs(number) for number in numbers if number and np.isfinite(number)]
    return np.asarray([factor * size for size in sizes for factor in (0.5, 1.0, 2.0, np.pi)])


def _beside(loss: lb.Loss, rng: np.random.Generator, count: int, dtype: Any) -> Array:
    """Thresholds of either sign, and numbers a few steps from them."""
    steps = 1 + rng.integers(-3, 4, count) * np.finfo(dtype).eps
    return np.asarray(rng.choice([-1.0, 1.0], count) * rng.choice(_thresholds(loss), count) * steps)


def _at_thresholds(loss: lb.Loss, rng: np.random.Generator, y_pred: Array) -> Array:
    """The last tenth of the predictions moved there."""
    moved = max(1, len(y_pred) // 10)
    places = _beside(loss, rng, moved, y_pred.dtype).astype(y_pred.dtype)
    y_pred[-moved:] = np.where(loss.prediction_domain.outside(places), y_pred[-moved:], places)
    return y_pred


def _labels_at_thresholds(loss: lb.Loss, rng: np.random.Generator, y_pred: Array) -> Array:
    """Labels that far from predictions of everyday size; NaN where there are none."""
    with np.errstate(over="ignore"):
        labels = (y_pred - _beside(loss, rng, len(y_pred), y_pred.dtype)).astype(y_pred.dtype)
    everyday = (abs(y_pred) > 1e-3) & (abs(y_pred) < 1e3) & (rng.random(len(y_pred)) < 0.4)
    return np.where(everyday & ~loss.label_domain.outside(labels), labels, np.nan)


def _free_labels(loss: lb.Loss, rng: np.random.Generator, y_pred: Array) -> tuple[Array, Array]:
    """Labels of any size, labels equal to predictions, and labels a few steps from them."""
    labels = _near_or_far(loss.label_domain, rng, y_pred)
    special = _labels_at_thresholds(loss, rng, y_pred)
    labels = np.where(np.isnan(special), labels, special)
    with np.errstate(over="ignore"):
        # The range that accuracy is stated for: a difference that overflows is infinite.
        apart = np.isfinite(y_pred - labels)
    return labels[apart], y_pred[apart]


def _near_or_far(domain: Domain, rng: np.random.Generator, y_pred: Array) -> Array:
    dtype, count = y_pred.dtype, y_pred.size
    far = stratified(domain, rng, 4 * count, dtype)
    far = rng.permutation(far)[:count].reshape(y_pred.shape)
    steps = rng.integers(-3, 4, y_pred.shape)
    with np.errstate(over="ignore"):
        near = (y_pred * (1 + steps * np.finfo(dtype).eps)).astype(dtype)
    labels = np.where(rng.random(y_pred.shape) < 0.3, near, far)
    outside = domain.outside(labels) | ~np.isfinite(labels)
    return np.asarray(np.where(outside, far, labels))


def _number_rows(
    loss: lb.Loss, rng: np.random.Generator, dtype: Any, count: int, width: int
) -> list[Samples]:
    """Rows of numbers of any size, and everyday ones; labels that fit them."""
    rows = max(12, count // (width if loss.columns.count else width * len(WIDTHS)))
    wide = stratified(loss.prediction_domain, rng, 4 * rows * width, dtype)
    y_pred = rng.permutation(wide)[: rows * width].reshape(rows, width)
    y_pred[::3] = _scores(rng, rows, width)[::3]
    kind, labels = next(iter(label_sets(loss, rng, y_pred.shape).items()))
    domain = loss.label_domain
    if isinstance(domain, RowsOf):
        labels = _near_or_far(domain.numbers, rng, y_pred)
    elif labels.dtype.kind != "i":
        labels = _near_or_far(domain, rng, y_pred[np.arange(rows), rng.integers(0, width, rows)])
        with np.errstate(over="ignore"):
            apart = np.isfinite(y_pred - labels[:, None]).all(axis=-1)
        labels, y_pred = labels[apart], y_pred[apart]
    return [Samples(f"{kind}, {width} columns", labels, y_pred)]


def _class_rows(
    loss: lb.Loss, rng: np.random.Generator, dtype: Any, count: int, width: int
) -> list[Samples]:
    rows = max(12, count // (width * len(WIDTHS)))
    y_pred = (_scores if loss.prediction_domain.checks_nothing else _shares)(rng, rows, width)
    y_pred = y_pred.astype(dtype)
    # The likeliest class, and any: a confident row is right or wrong.
    index = np.where(rng.random(rows) < 0.5, y_pred.argmax(axis=1), rng.integers(0, width, rows))
    soft = rng.dirichlet(np.ones(width), rows).astype(dtype)
    soft[::4] = rng.dirichlet(np.full(width, 0.05), len(soft[::4]))
    return [
        Samples(f"index, {width} classes", index, y_pred),
        Samples(f"one-hot, {width} classes", np.eye(width, dtype=dtype)[index], y_pred),
        Samples(f"rows, {width} classes", soft, y_pred),
    ]


def _scores(rng: np.random.Generator, rows: int, width: int) -> Array:
    """Rows of all spreads, some with ties, some with one score far above the others."""
    spread = 2.0 ** rng.uniform(-20, 10, (rows, 1))
    scores = rng.normal(0, 1, (rows, width)) * spread + rng.normal(0, 50, (rows, 1))
    scores[::5] = np.round(scores[::5])
    scores[::7, 0] = scores[::7].max(axis=1) + 2.0 ** rng.uniform(-3, 9, len(scores[::7]))
    scores[:3] = [[50.0] + [0.0] * (width - 1), [1000.0] + [-1000.0] * (width - 1), [0.0] * width]
    return scores


def _shares(rng: np.random.Generator, rows: int, width: int) -> Array:
    """Probabilities, which need not sum to 1, of any size."""
    shares = rng.dirichlet(np.full(width, 0.3), rows)
    shares[::3] = 2.0 ** rng.uniform(-60, 0, shares[::3].shape)
    return np.maximum(shares, 2.0**-100)
