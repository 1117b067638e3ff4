"""Losses of the residual r = y_pred - y_true."""

from __future__ import annotations

from typing import Any, ClassVar

from lossbook.loss import Loss
from lossbook.maths.namespace import Term


class ResidualLoss(Loss, family=True):
    """A function of the residual alone; as dr / dy_pred = 1, derivatives carry over unchanged."""

    is_of_residual: ClassVar[bool] = True

    def value(self, m: Any, r: Term) -> Term:
        """The loss of the residual ``r``."""
        raise NotImplementedError

    def deriv(self, m: Any, r: Term) -> Term:
        """Its first derivative by ``r``."""
        raise NotImplementedError

    def deriv2(self, m: Any, r: Term) -> Term:
        """Its second derivative by ``r``."""
        raise NotImplementedError

    def derivative(self, m: Any, order: int, y_true: Term, y_pred: Term) -> Term:
        return (self.value, self.deriv, self.deriv2)[order](m, y_pred - y_true)

    def prox_over(self, m: Any, y_true: Term, point: Term, step: Term) -> Term:
        return y_true + self.proximal(m, point - y_true, step)

    def conjugate_over(self, m: Any, y_true: Term, dual: Term) -> Term:
        return self.conjugated(m, dual) + dual * y_true
