"""Losses of the margin a = y_true * y_pred, for labels -1 and 1."""

from __future__ import annotations

from typing import Any

from lossbook.domains import Domain, Labels
from lossbook.loss import Loss
from lossbook.maths.namespace import Term

_SIGNS = Labels(-1, 1, hint="for labels 0 and 1, pass 2 * y_true - 1")


class MarginLoss(Loss, family=True):
    """A function of the margin alone; da / dy_pred = y_true, and its square is 1."""

    def value(self, m: Any, a: Term) -> Term:
        """The loss of the margin ``a``."""
        raise NotImplementedError

    def deriv(self, m: Any, a: Term) -> Term:
        """Its first derivative by ``a``."""
        raise NotImplementedError

    def deriv2(self, m: Any, a: Term) -> Term:
        """Its second derivative by ``a``."""
        raise NotImplementedError

    @property
    def label_domain(self) -> Domain:
        return _SIGNS

    def derivative(self, m: Any, order: int, y_true: Term, y_pred: Term) -> Term:
        a = y_true * y_pred
        if order == 1:
            # A flat stretch gives -1 * 0 = -0 for negative labels; adding 0 makes it 0.
            return y_true * self.deriv(m, a) + 0
        return (self.value, self.deriv, self.deriv2)[order](m, a)

    def prox_over(self, m: Any, y_true: Term, point: Term, step: Term) -> Term:
        return y_true * self.proximal(m, y_true * point, step)

    def conjugate_over(self, m: Any, y_true: Term, dual: Term) -> Term:
        return self.conjugated(m, y_true * dual)
