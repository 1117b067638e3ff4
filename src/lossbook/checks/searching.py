"""Looking for the largest of something that a loss does, and for jumps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

import lossbook as lb
from lossbook import floats
from lossbook.checks.extremes import extreme
from lossbook.checks.places import labels, predictions
from lossbook.checks.sampling import Array, Samples, columns, ordinary
from lossbook.domains import ClassLabels

Size = Callable[[Samples], Array]

_SETS_TO_CLIMB_IN, _CLIMBERS, _TRIES, _ROUNDS = 3, 6, 12, 40


def largest(loss: lb.Loss, size: Size) -> float:
    """The largest size of a sample that is found: by drawing, then by climbing from the best.

    Infinite where sizes grow without bound, even if only like a logarithm.
    """
    if _grows(loss, size) or _grows_with_columns(loss, size):
        return np.inf
    sets = [*extreme(loss, np.float64, 1500, seed=11), *ordinary(loss, 500, seed=12)]
    if loss.is_row and loss.prediction_domain.checks_nothing:
        sets.append(_far_out(loss, 75))  # where bounds are approached
        if isinstance(loss.label_domain, ClassLabels):
            sets.append(_certain(loss))
    sets = [replace(samples, y_pred=_held(loss, samples.y_pred)) for samples in sets]
    if loss.is_row:
        sets = sorted([*sets, *_with_every_label(sets)], key=lambda s: _top(size(s)))
        return max(_climbed(loss, size, samples) for samples in sets[-_SETS_TO_CLIMB_IN:])
    drawn = [_top(size(samples)) for samples in sets]
    return max(*drawn, *(_peak(size, label, predictions(loss, label)) for label in labels(loss)))


def _grows(loss: lb.Loss, size: Size) -> bool:
    """Whether squaring numbers that are far out, or close to 0, doubles the largest size at least.

    That is what a logarithm does; sizes that approach a bound hardly change.
    """
    with np.errstate(all="ignore"):
        near, middle, last = (_top(size(_far_out(loss, power))) for power in (75, 150, 300))
    return last == np.inf or last - middle > 1.5 * (middle - near) > 0


def _far_out(loss: lb.Loss, power: int) -> Samples:
    big = 10.0**power
    if loss.is_row:
        rows = ordinary(loss, 8, seed=16)[0]
        y_pred = rows.y_pred * (big if loss.prediction_domain.checks_nothing else 1 / big)
        if loss.prediction_domain.checks_nothing:
            y_pred[::2] = big  # all of them equal: as far out, and undecided
        return Samples(rows.labels, rows.y_true, y_pred)
    numbers = np.array([0, 1, -1, big, -big, 1 / big, -1 / big])
    y_true, y_pred = (grid.ravel() for grid in np.meshgrid(numbers, numbers))
    inside = ~(loss.label_domain.outside(y_true) | loss.prediction_domain.outside(y_pred))
    return Samples("far out", y_true[inside], y_pred[inside])


def _certain(loss: lb.Loss) -> Samples:
    """Scores that are the logarithms of certain and right predictions."""
    classes = np.arange(columns(loss))
    return Samples("index", classes, np.where(classes[:, None] == classes, 0.0, -1000.0))


def _grows_with_columns(loss: lb.Loss, size: Size) -> bool:
    """Whether four times as many classes give half as much again, and more of them once more."""
    if not isinstance(loss.label_domain, ClassLabels) or loss.columns.count:
        return False
    rng = np.random.default_rng(17)
    tops = []
    for count in (8, 32, 128):
        y_pred = _held(loss, abs(rng.normal(size=(100, count))))
        tops.append(_top(size(Samples("index", rng.integers(0, count, 100), y_pred))))
    return tops[2] > 1.5 * tops[1] > 2.25 * tops[0] > 0


def _with_every_label(sets: list[Samples]) -> list[Samples]:
    """Every label for every row: the worst one is met for sure."""
    more = []
    for samples in sets:
        if samples.labels.startswith("index"):
            classes = samples.y_pred.shape[1]
            y_true = np.tile(np.arange(classes), len(samples))
            more.append(Samples("every label", y_true, np.repeat(samples.y_pred, classes, axis=0)))
    return more


def _peak(size: Size, label: float, places: Array) -> float:
    """The highest place, and then the highest between its neighbours, again and again."""
    best = -np.inf
    for _ in range(7):
        sizes = _numbers(size(Samples("places", np.full(len(places), label), places)))
        top = int(sizes.argmax())
        best = max(best, float(sizes[top]))
        low, high = places[max(top - 1, 0)], places[min(top + 1, len(places) - 1)]
        places = np.linspace(low, high, 33)
    return best


def _climbed(loss: lb.Loss, size: Size, samples: Samples) -> float:
    """From the best rows uphill, by random steps that shrink."""
    rng = np.random.default_rng(13)
    sizes = _numbers(size(samples))
    chosen = np.argsort(sizes)[-_CLIMBERS:]
    y_true, y_pred, best = samples.y_true[chosen], samples.y_pred[chosen], sizes[chosen]
    for turn in range(_ROUNDS):
        steps = rng.normal(size=(_TRIES, *y_pred.shape)) * 4.0 * 0.8**turn
        tries = _held(loss, y_pred + steps)
        flat = tries.reshape(-1, y_pred.shape[-1])
        labels_ = np.concatenate([y_true] * _TRIES)
        found = _numbers(size(Samples(samples.labels, labels_, flat))).reshape(_TRIES, -1)
        row = found.argmax(axis=0)
        highest = found.max(axis=0)
        better = highest > best
        best = np.where(better, highest, best)
        y_pred = np.where(better[:, None], tries[row, np.arange(len(row))], y_pred)
    return _top(best)


def _held(loss: lb.Loss, y_pred: Array) -> Array:
    """The nearest predictions inside the domain; probabilities of classes sum to 1."""
    domain = loss.prediction_domain
    if domain.checks_nothing:
        return y_pred
    inside = np.clip(y_pred, domain.low, domain.high)
    if isinstance(loss.label_domain, ClassLabels):
        inside = np.maximum(inside, np.finfo(float).tiny)
        return np.asarray(inside / inside.sum(axis=-1, keepdims=True))
    return np.asarray(inside)


def _numbers(sizes: Array) -> Array:
    return np.where(np.isnan(sizes), -np.inf, sizes)


def _top(sizes: Array) -> float:
    return float(_numbers(sizes).max())


def jumps(function: Callable[[Array], Array], places: Array) -> list[float]:
    """Where a function jumps: the half with the larger rise, halved down to neighbouring floats.

    A jump is large beside the function close by, and not lost in its rounding elsewhere.
    """
    at = function(places)
    everyday = abs(at[np.isfinite(at) & (abs(places) < 50)])
    rounding = 1e-12 * everyday.max(initial=0.0)
    usable = np.isfinite(at[:-1]) & np.isfinite(at[1:])
    if not usable.any():
        return []
    low, high = (floats.keys(side)[usable] for side in (places[:-1], places[1:]))
    below, above = at[:-1][usable], at[1:][usable]
    size = np.maximum(abs(below), abs(above))
    for _ in range(64):
        middle = (low >> np.uint64(1)) + (high >> np.uint64(1)) + (low & high & np.uint64(1))
        value = function(floats.from_keys(middle))
        left = abs(value - below) >= abs(above - value)
        high, above = np.where(left, middle, high), np.where(left, value, above)
        low, below = np.where(left, low, middle), np.where(left, below, value)
    found = np.sort(floats.from_keys(high)[abs(above - below) > np.maximum(1e-6 * size, rounding)])
    # A jump at one of the places is seen from both sides.
    return [float(p) for i, p in enumerate(found) if i == 0 or p - found[i - 1] > 1e-9 * abs(p)]


def row_jumps(loss: lb.Loss) -> bool:
    """Whether the gradient jumps on the way from one row of scores to another."""
    one, other = (ordinary(loss, 400, seed=seed)[0] for seed in (14, 15))
    low, high = np.zeros(len(one)), np.ones(len(one))

    def gradient(share: Array) -> Array:
        y_pred = one.y_pred * (1 - share[:, None]) + other.y_pred * share[:, None]
        return np.asarray(loss.gradient(one.y_true, y_pred, reduction="none"))

    below, above = gradient(low), gradient(high)
    size = abs(below).max(axis=1) + abs(above).max(axis=1)
    for _ in range(45):
        middle = low + (high - low) / 2
        value = gradient(middle)
        left = abs(value - below).max(axis=1) >= abs(above - value).max(axis=1)
        high, above = np.where(left, middle, high), np.where(left[:, None], value, above)
        low, below = np.where(left, low, middle), np.where(left[:, None], below, value)
    return bool((abs(above - below).max(axis=1) > 1e-6 * size).any())
