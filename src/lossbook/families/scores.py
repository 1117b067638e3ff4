"""Losses of a row of class scores per sample, classes on the last axis."""

from __future__ import annotations

from typing import Any, ClassVar

from lossbook.domains import ClassLabels, Domain
from lossbook.loss import Loss
from lossbook.maths.namespace import Term

_CLASSES = ClassLabels()


class ScoresLoss(Loss, family=True):
    """A function of K scores and a row of K target probabilities (an index is a one-hot row).

    The formulas see whole rows. ``value`` returns one number per row, with the class axis kept at
    length 1; ``deriv`` and ``deriv2`` one per class. ``y_true`` holds class indices (the shape of
    ``y_pred`` without its last axis) or rows (the shape of ``y_pred``).
    """

    is_multiclass: ClassVar[bool] = True

    def value(self, m: Any, y: Term, scores: Term) -> Term:
        """The loss of each row."""
        raise NotImplementedError

    def deriv(self, m: Any, y: Term, scores: Term) -> Term:
        """Its gradient by the scores."""
        raise NotImplementedError

    def deriv2(self, m: Any, y: Term, scores: Term) -> Term:
        """The diagonal of its Hessian by the scores."""
        raise NotImplementedError

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        """Its Hessian by the scores: a K x K matrix per row, on two last axes."""
        raise NotImplementedError(f"{type(self).__name__} gives no hessian_matrix.")

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        """Its Hessian times ``vector``, without forming the matrix."""
        raise NotImplementedError(f"{type(self).__name__} gives no hessian_product.")

    @property
    def label_domain(self) -> Domain:
        return _CLASSES

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
        from lossbook.engine.hessians import full_hessian

        return full_hessian(self, y_true, y_pred, sample_weight, reduction)

    def hessian_vector_product(
        self,
        y_true: Any,
        y_pred: Any,
        vector: Any,
        *,
        sample_weight: Any = None,
        reduction: str = "mean",
    ) -> Any:
        """The Hessian times ``vector``, both in the shape of ``y_pred``; K x K is never formed.

        Examples
        --------
        >>> import lossbook
        >>> loss = lossbook.CrossEntropy(from_logits=True)
        >>> loss.hessian_vector_product([0], [[0.0, 0.0]], [[1.0, 0.0]])
        array([[ 0.25, -0.25]])
        """
        from lossbook.engine.hessians import hessian_vector_product

        return hessian_vector_product(self, y_true, y_pred, vector, sample_weight, reduction)
