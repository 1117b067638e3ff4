"""Samples for any loss, drawn from its domains alone: labels, predictions, weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import lossbook as lb
from lossbook.domains import ClassLabels, Interval, Labels, OrderedClasses, RowsOf
from lossbook.families import DevianceLoss
from lossbook.maths.arrays import ArrayMaths

Array = np.ndarray[Any, Any]

# Where the logistic functions and their neighbours change behaviour: 1 + exp(-z) rounds to 1, exp
# underflows or overflows, in single and in double precision.
THRESHOLDS = (0.0, np.log(2), 1.0, 17.0, 37.0, 88.0, 104.0, 709.0, 746.0)


@dataclass(frozen=True)
class Samples:
    """Arguments of a call, with a word for the kind of labels."""

    labels: str
    y_true: Array
    y_pred: Array

    def __len__(self) -> int:
        return len(self.y_pred)


def ordinary(
    loss: lb.Loss, count: int, dtype: Any = np.float64, seed: int = 0, usual: int = 4
) -> list[Samples]:
    """Everyday samples: one set per kind of labels that the loss takes."""
    rng = np.random.default_rng(seed)
    shape = (count, columns(loss, usual))[: 1 + loss.is_row]
    y_pred = _everyday(loss.prediction_domain, rng, shape)
    if isinstance(loss.label_domain, ClassLabels):
        y_pred = _rows(loss, y_pred)
    sets = label_sets(loss, rng, y_pred.shape)
    return [
        Samples(kind, y if y.dtype.kind == "i" else y.astype(dtype), y_pred.astype(dtype))
        for kind, y in sets.items()
    ]


def columns(loss: lb.Loss, usual: int = 4) -> int:
    """How many predictions to give each row: the usual number, where the loss does not say."""
    return loss.columns.count or usual


def label_shape(loss: lb.Loss, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of labels for predictions of this shape; of class indices, where both fit."""
    return loss.label_domain.layouts[0].shape(shape) if loss.is_row else shape


def label_sets(loss: lb.Loss, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, Array]:
    """Labels by kind, for predictions of this shape: classes, probabilities, amounts (a loss has a
    term for each unit of them), or numbers."""
    domain, count = loss.label_domain, shape[0]
    if isinstance(domain, ClassLabels):
        return class_labels(rng, *shape)
    if isinstance(domain, OrderedClasses):
        return {"ordered": rng.integers(0, shape[1] + 1, count)}
    if isinstance(domain, RowsOf):
        return {"real": _everyday(domain.numbers, rng, shape)}
    if isinstance(domain, Labels):
        return {"hard": rng.choice([domain.first, domain.second], count).astype(float)}
    if not isinstance(domain, Interval):
        raise TypeError(f"no samples for labels in {domain.describe()}")
    if (domain.low, domain.high) == (0, 1):
        return {"hard": rng.integers(0, 2, count).astype(float), "soft": rng.random(count)}
    kind = "amounts" if isinstance(loss, DevianceLoss) else "real"
    return {kind: _everyday(domain, rng, (count,))}


def class_labels(rng: np.random.Generator, count: int, classes: int) -> dict[str, Array]:
    index = rng.integers(0, classes, count)
    return {
        "index": index,
        "one-hot": np.eye(classes)[index],
        "rows": rng.dirichlet(np.ones(classes), count),
    }


def _everyday(domain: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    if domain.checks_nothing:
        return rng.normal(0, 3, shape)
    low = domain.low if np.isfinite(domain.low) else -10.0
    high = domain.high if np.isfinite(domain.high) else low + 20.0
    return rng.uniform(low, high, shape)


def _rows(loss: lb.Loss, y_pred: Array) -> Array:
    if loss.prediction_domain.checks_nothing:
        return y_pred
    return np.asarray(y_pred / y_pred.sum(axis=-1, keepdims=True))


def terms_of(loss: lb.Loss, samples: Samples, order: int) -> Array:
    """The size of what each derivative is the sum of; where it cancels, rounding is relative to it.

    What the loss says, or else, for gradients of soft labels, one term per class.
    """
    call = (loss, loss.gradient, loss.hessian)[order]
    size = abs(np.asarray(call(samples.y_true, samples.y_pred, reduction="none"), float))
    stated = _stated_terms(loss, samples, order)
    if stated is None and order == 1:
        stated = _label_terms(loss, samples)
    return size if stated is None else np.maximum(size, stated)


def _stated_terms(loss: lb.Loss, samples: Samples, order: int) -> Array | None:
    if not isinstance(loss, lb.RowLoss):
        return None
    m = ArrayMaths(np, np.dtype(np.float64))
    labels = loss.label_domain.terms(m, samples.y_true.astype(float), samples.y_pred.shape)
    with np.errstate(all="ignore"):
        terms = loss.sizes(m, order, labels, samples.y_pred.astype(float))
    return None if terms is None else np.asarray(terms[..., 0] if order == 0 else terms)


def _label_terms(loss: lb.Loss, samples: Samples) -> Array | None:
    if samples.labels == "rows":
        classes = samples.y_pred.shape[-1]
        each = [_slopes(loss, np.full(len(samples), k), samples.y_pred) for k in range(classes)]
        terms: Array = np.sum(
            [samples.y_true[:, k, None] * each[k] for k in range(classes)], axis=0
        )
        return terms
    if samples.labels == "soft":
        low, high = (_slopes(loss, np.full(len(samples), y), samples.y_pred) for y in (0.0, 1.0))
        return np.asarray((1 - samples.y_true.astype(float)) * low + samples.y_true * high)
    return None


def _slopes(loss: lb.Loss, y_true: Array, y_pred: Array) -> Array:
    slopes: Array = abs(loss.gradient(y_true, y_pred, reduction="none").astype(float))
    return slopes


def weights(count: int, seed: int = 1) -> Array:
    """Positive weights with a few zeros."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random(count) < 0.2, 0.0, rng.exponential(size=count))


def stratified(domain: Any, rng: np.random.Generator, count: int, dtype: Any) -> Array:
    """Finite numbers, all exponents alike; the ends of the format, thresholds and neighbours."""
    bits = rng.integers(0, 2 ** (8 * np.dtype(dtype).itemsize), count, dtype=np.uint64)
    spread = bits.astype(f"u{np.dtype(dtype).itemsize}").view(dtype)
    spread = spread[np.isfinite(spread)]
    middle = (rng.normal(0, 1, count) * 2.0 ** rng.uniform(-30, 11, count)).astype(dtype)
    info = np.finfo(dtype)
    ends = np.asarray([0, info.smallest_subnormal, info.smallest_normal, info.max], dtype)
    near = _neighbours(np.asarray(THRESHOLDS, dtype))
    numbers = np.concatenate([ends, -ends, near, -near, spread, middle])
    if not domain.checks_nothing:
        # Numbers of any size below 1, and their complements, which crowd at the upper end.
        small = np.exp2(rng.uniform(-60, 0, count)).astype(dtype)
        inside = numbers[~domain.outside(numbers)]
        upper = (1 - small).astype(dtype)
        numbers = np.concatenate([inside, small, upper])
        numbers = numbers[~domain.outside(numbers)]
    first = numbers[: len(ends) * 2 + len(near) * 2]
    rest = rng.permutation(numbers[len(first) :])
    return np.concatenate([first, rest])[:count]


def _neighbours(numbers: Array) -> Array:
    steps = [numbers]
    for _ in range(3):
        steps.append(np.nextafter(steps[-1], numbers.dtype.type(np.inf)))
    for direction in (-1,):
        below = numbers
        for _ in range(3):
            below = np.nextafter(below, numbers.dtype.type(direction * np.inf))
            steps.append(below)
    return np.concatenate(steps)
