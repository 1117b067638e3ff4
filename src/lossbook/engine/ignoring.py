"""Samples whose label says that they are to be ignored: they get the weight 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lossbook.engine.libraries import is_traced
from lossbook.errors import InputError
from lossbook.maths.arrays import ArrayMaths

if TYPE_CHECKING:
    from lossbook.loss import Loss


def without_ignored(
    loss: Loss, m: ArrayMaths, labels: Any, row_axes: int, weights: Any
) -> tuple[Any, Any]:
    """Labels and weights with ignored samples as class 0 of weight 0; rows of labels as they are.

    ``row_axes`` is the number of axes that labels have where they are rows.
    """
    ignored_label = loss.parameters.get("ignore_index")
    if ignored_label is None or labels.ndim == row_axes:
        return labels, weights
    ignored = labels == ignored_label
    if not is_traced(labels) and bool(m.xp.all(ignored)):
        raise InputError(
            f"y_true is {ignored_label} everywhere, which is ignore_index: at least one "
            "sample must count.",
            argument="y_true",
        )
    labels = m.xp.where(ignored, m.xp.zeros_like(labels), labels)
    if weights is None:
        return labels, m.where(ignored, 0.0, 1.0)
    return labels, m.xp.where(ignored, m.xp.zeros_like(weights), weights)
