"""Labels and scores at which a loss is asked what it is like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.errors import InputError
from lossbook.facts import Example, Facts

if TYPE_CHECKING:
    from lossbook.loss import Loss

# Scores beyond are of models that have diverged.
_FAR = 20.0
_CANDIDATES = np.asarray([0.0, 1.0, -1.0, 0.25, 3.0, 20.0])


def facts_of(loss: Loss) -> Facts:
    """What the loss states; of one that states nothing, what its samples show has to do."""
    try:
        return loss.facts
    except NotImplementedError:
        return Facts(convex=True)


def labels_of(loss: Loss) -> list[float]:
    """A few labels that the loss allows, each with a finite slope."""
    classes = loss.label_domain.two_classes
    if classes is not None:
        return list(classes)
    domain: Any = loss.label_domain
    allowed = _CANDIDATES[~domain.outside(_CANDIDATES)]
    # A percentage of 0 has none.
    slopes = loss.gradient(allowed, np.full_like(allowed, 0.5), reduction="none")
    return list(map(float, allowed[np.isfinite(slopes)]))


def scores_of(loss: Loss) -> Any:
    """A row of scores, as long as the loss's example has them."""
    columns = np.shape(_example_of(loss).y_pred)[-1]
    return np.linspace(-1.0, 0.5, columns)[None]


def has_slope(loss: Loss) -> bool:
    """Whether there is anything to learn from."""
    return any(
        loss.gradient(y_true, raw, reduction="sum").any() for y_true, raw in _samples_of(loss)
    )


def is_safe(loss: Loss, formula: Callable[[Any, Any], tuple[Any, Any]]) -> bool:
    """Whether a curvature is positive wherever there is a slope."""
    for y_true, raw in _samples_of(loss):
        gradient, curvature = formula(y_true, raw)
        if not (curvature[gradient != 0] > 0).all():
            return False
    return True


def _example_of(loss: Loss) -> Example:
    try:
        return loss.example
    except NotImplementedError:
        raise InputError(
            f"{loss!r} gives no example, from which its labels and columns could be seen: write "
            "example = lossbook.Example(y_true=[...], y_pred=[[...]]) into its class.",
            argument="loss",
        ) from None


def _samples_of(loss: Loss) -> Iterator[tuple[Any, Any]]:
    if loss.is_row:
        # The labels of its example, each with many rows of scores.
        example = _example_of(loss)
        labels, columns = np.asarray(example.y_true), np.shape(example.y_pred)[-1]
        raw = np.random.default_rng(0).normal(0, _FAR / 4, (64 * len(labels), columns))
        yield np.repeat(labels, 64, axis=0), raw
        return
    raw = np.linspace(-_FAR, _FAR, 201)
    for label in labels_of(loss):
        yield np.full_like(raw, label), raw
