"""Losses of a row of class scores per sample, classes on the last axis."""

from __future__ import annotations

from lossbook.domains import ClassLabels, Columns, Domain
from lossbook.families.rows import RowLoss

_LABELS = ClassLabels()
CLASSES = Columns(
    "classes",
    fewest=2,
    hint="for two classes with one score each, use BinaryCrossEntropy",
)


class ScoresLoss(RowLoss, family=True):
    """A function of K scores and a row of K target probabilities (an index is a one-hot row).

    The formulas see whole rows. ``value`` returns one number per row, with the class axis kept at
    length 1; ``deriv`` and ``deriv2`` one per class. ``y_true`` holds class indices (the shape of
    ``y_pred`` without its last axis) or rows (the shape of ``y_pred``).
    """

    @property
    def label_domain(self) -> Domain:
        return _LABELS

    @property
    def columns(self) -> Columns:
        return CLASSES
