"""Losses of label and prediction, one number each."""

from __future__ import annotations

from typing import Any

from lossbook.loss import Loss
from lossbook.maths.namespace import Term


class PointwiseLoss(Loss, family=True):
    """A function of ``y_true`` and ``y_pred``; derivatives are by ``y_pred``."""

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        """The loss of one sample."""
        raise NotImplementedError

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        """Its first derivative by the prediction."""
        raise NotImplementedError

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        """Its second derivative by the prediction."""
        raise NotImplementedError

    def derivative(self, m: Any, order: int, y_true: Term, y_pred: Term) -> Term:
        return (self.value, self.deriv, self.deriv2)[order](m, y_true, y_pred)
