"""Losses of a row of predictions per sample, on the last axis."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from lossbook.loss import Loss
from lossbook.maths.namespace import Term


class RowLoss(Loss, family=True):
    """A function of a row of K predictions and of what the label says about the row.

    ``columns`` says what a row holds, ``label_domain`` what a label is: one number per row (an
    interval), a row of numbers, an index of a class. The formulas see whole rows, and labels with
    the row's axis: of length 1 where a label is one number. ``value`` returns one number per row,
    with the axis kept at length 1; ``deriv`` and ``deriv2`` one per column. One row is one sample.
    """

    is_row: ClassVar[bool] = True

    @property
    def is_separable(self) -> bool:
        """Whether each column pays for itself, so that the Hessian is its diagonal.

        The constants among the facts are then those of one column.
        """
        return False

    @property
    def ignores_shifts(self) -> bool:
        """Whether adding a number to all predictions of a row changes nothing."""
        return False

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        """The loss of each row."""
        raise NotImplementedError

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        """Its gradient by the predictions."""
        raise NotImplementedError

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        """The diagonal of its Hessian by the predictions."""
        raise NotImplementedError

    def sizes(self, m: Any, order: int, y: Term, prediction: Term) -> Term:
        """How large the terms of a result are where they may cancel; None where they do not.

        Errors are measured against them, and against the result where nothing cancels; where they
        are infinite, nothing is claimed.
        """
        return None

    def guess(self, y: Any, weight: Any) -> Any:
        """Where to start looking for the best constant row, where no functional gives it."""
        columns = self.columns.count or self.label_domain.columns_of(y, self.columns.fewest)
        return np.zeros(columns)

    def hessian_matrix(self, m: Any, y: Term, prediction: Term) -> Term:
        """Its Hessian by the predictions: a K x K matrix per row, on two last axes."""
        if self.is_separable:
            return m.diagonal(self.deriv2(m, y, prediction) + 0 * prediction, 0.0)
        raise NotImplementedError(f"{type(self).__name__} gives no hessian_matrix.")

    def hessian_product(self, m: Any, y: Term, prediction: Term, vector: Term) -> Term:
        """Its Hessian times ``vector``; a loss overrides it where the matrix need not be formed."""
        if self.is_separable:
            return self.deriv2(m, y, prediction) * vector
        matrix = self.hessian_matrix(m, y, prediction)
        return m.sum(matrix * vector[..., None, :])[..., 0]

    def derivative(self, m: Any, order: int, y_true: Term, y_pred: Term) -> Term:
        return (self.value, self.deriv, self.deriv2)[order](m, y_true, y_pred)

    def full_hessian(
        self, y_true: Any, y_pred: Any, *, sample_weight: Any = None, reduction: str = "mean"
    ) -> Any:
        """The K x K Hessian of every sample, shape ``y_pred.shape + (K,)``.

        Between samples the Hessian is zero, so these blocks are all of it. Arguments as in the
        other calls.

        Examples
        --------
        >>> import lossbook
        >>> loss = lossbook.CrossEntropy(from_logits=True)
        >>> loss.full_hessian([0], [[0.0, 0.0]])
        array([[[ 0.25, -0.25],
                [-0.25,  0.25]]])
        """
        from lossbook.engine.hessians import whole_hessian

        return whole_hessian(self, y_true, y_pred, sample_weight, reduction)

    def hessian_vector_product(
        self,
        y_true: Any,
        y_pred: Any,
        vector: Any,
        *,
        sample_weight: Any = None,
        reduction: str = "mean",
    ) -> Any:
        """The Hessian times ``vector``, both in the shape of ``y_pred``.

        Examples
        --------
        >>> import lossbook
        >>> loss = lossbook.CrossEntropy(from_logits=True)
        >>> loss.hessian_vector_product([0], [[0.0, 0.0]], [[1.0, 0.0]])
        array([[ 0.25, -0.25]])
        """
        from lossbook.engine.hessians import hessian_vector_product

        return hessian_vector_product(self, y_true, y_pred, vector, sample_weight, reduction)
