"""The best constant of a loss that names no functional: a search that ends at neighbouring floats.

Three ways, by what is known of the loss. Sums run over the distinct labels, with their weights; one
*pass* is one evaluation of all of them.

- Convex: the slope of the sum changes sign once, and its place is halved, bit by bit: some 70
  passes.
- A residual whose cost only rises away from 0 (``facts.unimodal``): branch and bound. On an
  interval no label costs less than at the point nearest to it, so an interval where the sum of
  those is above the best sum found so far holds no minimum. Halving goes on until what is left is
  narrow beside the scale of the loss, its Lipschitz over its smoothness constant; below that the
  slope shows every minimum. A few hundred passes, and as many more as there are places that are as
  good as the best.
- Everything else (two classes, other domains): the sum at some thousand places, of all sizes and
  at the labels, and then the slope halved in the valleys between them, the lowest 64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.floats import LARGEST, Floats, first_where

if TYPE_CHECKING:
    from lossbook.loss import Loss

# Beside weights of 1: a slope on its way to 0 that it reaches by underflow only.
_FADED = 1e-290
_MOST_INTERVALS = 1 << 12
_MOST_VALLEYS = 64
_AT_ONCE = 1 << 19
_SIZES = np.exp2(np.concatenate([np.arange(-30, 41, 0.125), [64, 128, 256, 512, 1000]]))


def minimum(loss: Loss, labels: Floats, weights: Floats | None) -> float:
    """The constant of the smallest weighted sum.

    Of several, the smallest one for convex losses and the one nearest to 0 for others; an infinite
    one only where the sum falls all the way there.
    """
    if not np.isfinite(labels).all():
        return math.nan
    costs = _Costs(loss, labels, weights)
    if loss.facts.convex:
        return _of_convex(costs)
    return _of_rising(costs) if _rises_from_the_label(loss) else _of_any(costs)


class _Costs:
    """The weighted sum of a loss over labels, as a function of one constant prediction."""

    def __init__(self, loss: Loss, labels: Floats, weights: Floats | None) -> None:
        self.loss = loss
        self.labels, place, counts = np.unique(
            np.asarray(labels, np.float64), return_inverse=True, return_counts=True
        )
        sums = counts if weights is None else np.bincount(place, weights=weights)
        self.weights = sums / sums.max()
        domain: Any = loss.prediction_domain
        self.low, self.high = float(domain.low), float(domain.high)
        self.start = min(max(0.0, self.low), self.high)

    def __call__(self, constant: float) -> float:
        """The sum; infinite where it is not a number."""
        cost = self._sum(self.loss, constant)
        return math.inf if math.isnan(cost) else cost

    def slope(self, constant: float) -> float:
        """Its derivative."""
        return self._sum(self.loss.gradient, constant)

    def turn(self, low: float, high: float) -> float:
        """Where the sum stops falling, between two places where it does and does not."""
        return first_where(lambda constant: self.slope(constant) >= 0, low, high)

    def along(self, places: Floats) -> Floats:
        """The sum at each of many places."""
        sums = self._sums(self.loss, places)
        return np.where(np.isnan(sums), np.inf, sums)

    def slopes_along(self, places: Floats) -> Floats:
        """Its derivative at each of many places."""
        return self._sums(self.loss.gradient, places)

    def _sum(self, call: Any, constant: float) -> float:
        predictions = np.full(self.labels.shape, constant)
        with np.errstate(all="ignore"):
            each = call(self.labels, predictions, sample_weight=self.weights, reduction="sum")
            return float(np.sum(each))

    def _sums(self, call: Any, places: Floats) -> Floats:
        return _in_parts(
            len(places),
            len(self.labels),
            lambda part: _weighed(call, self.labels, places[part, None], self.weights),
        )


def _in_parts(rows: int, columns: int, function: Callable[[slice], Floats]) -> Floats:
    """The results of a function of rows, for so many rows at a time that memory is small."""
    step = max(1, _AT_ONCE // columns)
    return np.concatenate([function(slice(i, i + step)) for i in range(0, rows, step)])


def _weighed(call: Any, y_true: Floats, y_pred: Floats, weights: Floats) -> Floats:
    """Weighted sums along rows."""
    y_true, y_pred = map(np.ascontiguousarray, np.broadcast_arrays(y_true, y_pred))
    with np.errstate(all="ignore"):
        return np.asarray(call(y_true, y_pred, reduction="none") @ weights)


# -- convex -------------------------------------------------------------------------------------


def _of_convex(costs: _Costs) -> float:
    slope = costs.slope
    low = _outwards(costs, costs.low, lambda place: slope(place) < 0)
    high = _outwards(costs, costs.high, lambda place: slope(place) >= 0)
    if slope(low) > 0:
        return costs.low
    if slope(high) < 0:
        return costs.high
    if slope(low) < 0:
        turn = costs.turn(low, high)
        is_gone = slope(min(costs.high, LARGEST)) == 0
        fades = is_gone and slope(math.nextafter(turn, -math.inf)) > -_FADED
        return math.inf if fades and math.isinf(costs.high) else turn + 0.0  # never -0
    # It is flat from the lower end of the domain on: where does it start to rise?
    high = _outwards(costs, costs.high, lambda place: slope(place) > 0)
    if slope(high) <= 0:
        return costs.start
    rising = first_where(lambda place: slope(place) > 0, low, high)
    fades = slope(rising) < _FADED and math.isinf(costs.low)
    return -math.inf if fades else math.nextafter(rising, -math.inf)


def _outwards(costs: _Costs, end: float, holds: Callable[[float], bool]) -> float:
    """Where a condition holds on the way to an end of the domain, or that end; steps double."""
    place, step = costs.start, 1.0
    end = min(max(end, -LARGEST), LARGEST)
    while not holds(place) and place != end:
        farther = costs.start + math.copysign(step, end)
        place = min(farther, end) if end > costs.start else max(farther, end)
        step *= 2
    return place


# -- residuals ----------------------------------------------------------------------------------


def _rises_from_the_label(loss: Loss) -> bool:
    if not (loss.is_of_residual and loss.facts.unimodal):
        return False
    residuals = np.concatenate([[0.0], _SIZES, -_SIZES])
    with np.errstate(all="ignore"):
        values = loss(np.zeros(residuals.shape), residuals, reduction="none")
    return bool(values[0] <= np.nanmin(values))


def _of_rising(costs: _Costs) -> float:
    labels, facts = costs.labels, costs.loss.facts
    if facts.smoothness == math.inf:
        # Without a scale of its own, a loss is steepest at 0: its minima lie on labels.
        places = _promising(costs, (labels[-1] - labels[0]) * 2.0**-40)
        inside = labels[(labels >= places[0]) & (labels <= places[-1])]
        return _best_of(costs, np.union1d(places, inside).tolist())
    narrow = facts.lipschitz / facts.smoothness / 8
    # No valley this narrow is deeper below both of its ends.
    depth = facts.smoothness * costs.weights.sum() * narrow**2 / 2
    return _lowest_valley(costs, _promising(costs, narrow), depth)


def _promising(costs: _Costs, narrow: float) -> Floats:
    """The ends of all intervals, not wider than ``narrow``, that may hold the least sum."""
    labels = costs.labels
    best = costs.along(np.quantile(labels, np.linspace(0, 1, 33), method="lower")).min()
    low, high = labels[:1], labels[-1:]
    while (high - low).max() > narrow:
        middle = low / 2 + high / 2
        if not ((low < middle) & (middle < high)).any():
            break
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
        bounds = _bounds(costs, low, high)
        lowest = np.argsort(bounds, kind="stable")[:_MOST_INTERVALS]
        low, high, bounds = low[lowest], high[lowest], bounds[lowest]
        best = min(best, costs.along(low[:8] / 2 + high[:8] / 2).min())
        kept = bounds <= best + 1e-12 * abs(best)
        low, high = low[kept], high[kept]
    return np.unique(np.concatenate([low, high]))


def _bounds(costs: _Costs, low: Floats, high: Floats) -> Floats:
    """On each of many intervals: what all labels cost if the constant is as near as it can be.

    Labels that are close together beside the intervals' width count as one, which lies wherever it
    is nearest.
    """
    labels = costs.labels
    width = (high - low).max() / 4
    with np.errstate(over="ignore"):
        bins = np.floor(labels / width - labels[0] / width)
    starts = np.flatnonzero(np.diff(bins, prepend=-1.0))
    first, last = labels[starts], labels[np.append(starts[1:], len(labels)) - 1]
    weights = np.add.reduceat(costs.weights, starts)

    def bounds(part: slice) -> Floats:
        a, b = low[part, None], high[part, None]
        nearest = np.clip(a, first, last)
        return _weighed(costs.loss, nearest, np.clip(nearest, a, b), weights)

    return _in_parts(len(low), len(first), bounds)


# -- any loss -----------------------------------------------------------------------------------


def _of_any(costs: _Costs) -> float:
    places = _everywhere(costs)
    best = _lowest_valley(costs, places, math.inf)
    for end, inwards in ((costs.low, places), (costs.high, places[::-1])):
        if math.isinf(end) and _falls_towards(costs, end, inwards, costs(best)):
            return end
    return best


def _everywhere(costs: _Costs) -> Floats:
    """Finite predictions of all sizes: around 0, around the ends of the domain, at labels."""
    labels = np.quantile(costs.labels, np.linspace(0, 1, 256), method="lower")
    with np.errstate(all="ignore"):
        linked = np.asarray(costs.loss.link(labels), np.float64)
    centres = [0.0, *(end for end in (costs.low, costs.high) if math.isfinite(end))]
    around = [centre + sign * _SIZES for centre in centres for sign in (-1, 1)]
    places = np.unique(np.concatenate([centres, labels, linked, *around]))
    inside = np.isfinite(places) & (places >= costs.low) & (places <= costs.high)
    return np.asarray(places[inside])


def _falls_towards(costs: _Costs, end: float, inwards: Floats, least: float) -> bool:
    """Whether the sum is lowest at an infinite end, or equal there only because it fades."""
    at_end = costs(end)
    if at_end != least:
        return at_end < least
    sums = costs.along(inwards)
    room = 1e-6 * float(sums[np.isfinite(sums)].max() - least)
    return least < float(sums[np.argmax(sums > least)]) <= least + room


def _lowest_valley(costs: _Costs, places: Floats, depth: float) -> float:
    """The best of some places, and of the valleys between neighbours that may be lower."""
    if len(places) == 1:
        return float(places[0])  # all labels are one
    sums = costs.along(places)
    may_be_lower = np.flatnonzero(np.minimum(sums[:-1], sums[1:]) - depth <= sums.min())
    slopes = np.full(len(places), np.nan)
    ends = np.union1d(may_be_lower, may_be_lower + 1)
    slopes[ends] = costs.slopes_along(places[ends])
    valleys = np.flatnonzero((slopes[:-1] < 0) & (slopes[1:] >= 0))
    lowest_first = np.argsort(np.minimum(sums[valleys], sums[valleys + 1]), kind="stable")
    valleys = valleys[lowest_first[:_MOST_VALLEYS]]
    turns = [costs.turn(float(places[i]), float(places[i + 1])) for i in valleys]
    return _best_of(costs, [*places[sums == sums.min()].tolist(), *turns])


def _best_of(costs: _Costs, constants: list[float]) -> float:
    """The one of the smallest sum."""
    return min((costs(constant), abs(constant), constant) for constant in constants)[2]
