"""Losses of a logit, for labels 0 and 1."""

from __future__ import annotations

from typing import Any

from lossbook.domains import Domain, Labels
from lossbook.families.pointwise import PointwiseLoss
from lossbook.links import LOGIT, Link
from lossbook.maths.namespace import Term

_LABELS = Labels(0, 1, hint="for labels -1 and 1, pass (y_true + 1) / 2")


class LogitLoss(PointwiseLoss, family=True):
    """A function of the raw score of class 1, one for each class."""

    @property
    def label_domain(self) -> Domain:
        return _LABELS

    @property
    def prediction_symbol(self) -> str:
        return "z"

    @property
    def predicts_probability(self) -> bool:
        return True

    @property
    def link(self) -> Link:
        return LOGIT

    @staticmethod
    def of_class(m: Any, y: Term, one: Term, zero: Term) -> Term:
        """What belongs to the label."""
        return m.where(y > 0.5, one, zero)
