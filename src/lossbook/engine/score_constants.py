"""The best constant row of scores, for losses of classes that name no functional: by Newton."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from lossbook.families import ScoresLoss

Array = np.ndarray[Any, Any]

_STEPS, _HALVINGS = 100, 40

# Entries of the Hessians that are formed at a time.
_ENTRIES = 2**22

# A share to start from where a class is never seen.
_RARE = 1e-9

# Of the largest curvature: what counts as none.
_FLAT = 1e-12


def best_scores(loss: ScoresLoss, labels: Array, weights: Array | None) -> Array:
    """The constant scores (or probabilities) of smallest weighted loss.

    Where only differences of scores count, the largest is 0, and a class that no label mentions
    gets the score -inf, the probability 0.
    """
    if loss.link.name != "softmax":
        scored = type(loss)(**{**loss.parameters, "from_logits": True})
        return np.asarray(scored.inverse_link(best_scores(scored, labels, weights)))
    weights = np.ones(len(labels)) if weights is None else weights
    share = np.average(labels, axis=0, weights=weights)
    if np.isnan(share).any():
        return np.full(labels.shape[-1], np.nan)
    occurs = share > 0 if loss.ignores_shifts else np.full(share.shape, fill_value=True)
    scores = np.where(occurs, 0.0, -np.inf)
    if occurs.sum() > 1:
        rows, place = np.unique(labels[:, occurs], axis=0, return_inverse=True)
        mean = _Mean(loss, rows, np.bincount(place.reshape(-1), weights))
        starts = (np.log(np.maximum(share[occurs], _RARE)), np.zeros(occurs.sum()))
        found = min((_descend(mean, start) for start in starts), key=mean.value)
        scores[occurs] = found - found.max() if loss.ignores_shifts else _far_out(mean, found)
    return scores


@dataclass(frozen=True)
class _Mean:
    """The weighted mean of a loss as a function of a constant row of scores."""

    loss: ScoresLoss
    labels: Array
    weights: Array

    def value(self, scores: Array) -> float:
        return float(self.loss(self.labels, self._filled(scores), sample_weight=self.weights))

    def slope(self, scores: Array) -> Array:
        slopes = self.loss.gradient(
            self.labels, self._filled(scores), sample_weight=self.weights, reduction="mean"
        )
        return np.asarray(slopes.sum(axis=0))

    def curvature(self, scores: Array) -> Array:
        total = np.zeros((len(scores), len(scores)))
        step = max(1, _ENTRIES // total.size)
        for start in range(0, len(self.labels), step):
            some = slice(start, start + step)
            total += self.loss.full_hessian(
                self.labels[some],
                self._filled(scores)[some],
                sample_weight=self.weights[some],
                reduction="sum",
            ).sum(axis=0)
        return np.asarray(total / self.weights.sum())

    def _filled(self, scores: Array) -> Array:
        return np.broadcast_to(scores, self.labels.shape).copy()


def _descend(mean: _Mean, scores: Array) -> Array:
    """Newton's steps, downhill also where the loss is not convex, until they gain nothing."""
    value, slope = mean.value(scores), mean.slope(scores)
    for _ in range(_STEPS):
        step = _newton_step(mean.curvature(scores), slope)
        for _ in range(_HALVINGS):
            tried = mean.value(scores + step)
            if tried < value:
                break
            step = step / 2
        else:
            return _polished(mean, scores)
        scores, value = scores + step, tried
        slope = mean.slope(scores)
    return _polished(mean, scores)


def _far_out(mean: _Mean, scores: Array) -> Array:
    """The scores, infinite where that costs no more: a capped score goes on towards its cap."""
    slope, value = mean.slope(scores), mean.value(scores)
    for place in np.flatnonzero(slope):
        farther = scores.copy()
        farther[place] = -np.copysign(np.inf, slope[place])
        if mean.value(farther) <= value:
            scores, value = farther, mean.value(farther)
    return scores


def _newton_step(curvature: Array, slope: Array) -> Array:
    """Against the slope, along each axis of the curvature by the size of that."""
    sizes, axes = np.linalg.eigh(curvature)
    sizes = abs(sizes)
    steep = sizes > _FLAT * sizes.max()
    along = axes.T @ slope
    return np.asarray(-axes @ np.where(steep, along / np.where(steep, sizes, 1.0), 0.0))


def _polished(mean: _Mean, scores: Array) -> Array:
    """The last digits, which values no longer tell apart: as long as slopes become smaller."""
    slope = mean.slope(scores)
    for _ in range(4):
        better = scores + _newton_step(mean.curvature(scores), slope)
        flatter = mean.slope(better)
        if abs(flatter).max() >= abs(slope).max():
            break
        scores, slope = better, flatter
    return scores
