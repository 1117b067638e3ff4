"""Gradient descent on a prediction itself, one step after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lossbook.loss import Loss

__all__ = ["Step", "descend"]


@dataclass(frozen=True)
class Step:
    """Where a descent stands before a push: prediction, its loss, and the gradient there."""

    prediction: NDArray[np.float64]
    loss: float
    gradient: NDArray[np.float64]


def descend(loss: Loss, label: ArrayLike, start: ArrayLike, rate: float, steps: int) -> list[Step]:
    """Push one prediction against the gradient of its loss, again and again.

    Parameters
    ----------
    loss : Loss
        The loss to make small.
    label : number
        The label; the index of the class where predictions are rows of scores.
    start : number or sequence
        The first prediction.
    rate : float
        The learning rate: a push is ``-rate * gradient``.
    steps : int
        How many pushes.

    Returns
    -------
    list of Step
        The start and the state after each push.

    Examples
    --------
    >>> import lossbook
    >>> path = descend(lossbook.SquaredError(), 3.0, 0.0, rate=0.25, steps=2)
    >>> [float(step.prediction) for step in path]
    [0.0, 1.5, 2.25]
    """
    prediction = np.asarray(start, dtype=np.float64)
    labels = np.asarray([label])
    path = []
    for _ in range(steps + 1):
        value, gradient = loss.value_and_gradient(labels, prediction[np.newaxis], reduction="sum")
        path.append(Step(prediction, float(value), np.asarray(gradient)[0]))
        prediction = prediction - rate * path[-1].gradient
    return path
