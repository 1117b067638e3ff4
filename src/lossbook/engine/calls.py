"""The six calls: value, gradient, Hessian, and what is wanted of them in one pass."""

from __future__ import annotations

from typing import Any

from lossbook.engine import GRADIENT, HESSIAN, VALUE, evaluate


class Calls:
    """The calls that every loss answers, whatever its family.

    All calls take ``y_true, y_pred`` in this order, and by keyword:

    sample_weight : array, optional
        One weight per sample, not negative. A sample of weight 0 contributes exactly 0, even where
        its loss is infinite.
    reduction : {"mean", "sum", "none"}
        ``mean`` is the weighted mean, sum(w * loss) / sum(w). Gradients and Hessians are those of
        the value that the same call returns: under ``mean`` they carry the 1 / N.
    out : array, or tuple with an array or None per returned array, optional
        Where to write the arrays that the call returns; the very same array as an input is allowed.

    The dtype of ``y_pred`` decides: float32 and float64 stay, float16 is computed in float32 and
    given back as float16, integers become float64. NaN in, NaN out. Raises
    :class:`lossbook.errors.InputError` for values that break a rule and
    :class:`lossbook.errors.InputTypeError` for arguments that are not real numbers.
    """

    def __call__(
        self: Any,
        y_true: Any,
        y_pred: Any,
        *,
        sample_weight: Any = None,
        reduction: str = "mean",
        out: Any = None,
    ) -> Any:
        """The value: a float, or one number per sample under ``reduction="none"``."""
        return evaluate(self, VALUE, y_true, y_pred, sample_weight, reduction, out)

    def gradient(
        self: Any,
        y_true: Any,
        y_pred: Any,
        *,
        sample_weight: Any = None,
        reduction: str = "mean",
        out: Any = None,
    ) -> Any:
        """The derivative of the value by ``y_pred``, in the shape of ``y_pred``."""
        return evaluate(self, GRADIENT, y_true, y_pred, sample_weight, reduction, out)

    def hessian(
        self: Any,
        y_true: Any,
        y_pred: Any,
        *,
        sample_weight: Any = None,
        reduction: str = "mean",
        out: Any = None,
    ) -> Any:
        """The diagonal of the second derivative by ``y_pred``, in the shape of ``y_pred``."""
        return evaluate(self, HESSIAN, y_true, y_pred, sample_weight, reduction, out)

    def value_and_gradient(
        self: Any,
        y_true: Any,
        y_pred: Any,
        *,
        sample_weight: Any = None,
        reduction: str = "mean",
        out: Any = None,
    ) -> Any:
        """Value and gradient in one pass over the data."""
        return evaluate(self, VALUE | GRADIENT, y_true, y_pred, sample_weight, reduction, out)

    def gradient_and_hessian(
        self: Any,
        y_true: Any,
        y_pred: Any,
        *,
        sample_weight: Any = None,
        reduction: str = "mean",
        out: Any = None,
    ) -> Any:
        """Gradient and Hessian diagonal in one pass over the data."""
        return evaluate(self, GRADIENT | HESSIAN, y_true, y_pred, sample_weight, reduction, out)

    def value_gradient_hessian(
        self: Any,
        y_true: Any,
        y_pred: Any,
        *,
        sample_weight: Any = None,
        reduction: str = "mean",
        out: Any = None,
    ) -> Any:
        """Value, gradient and Hessian diagonal in one pass over the data."""
        want = VALUE | GRADIENT | HESSIAN
        return evaluate(self, want, y_true, y_pred, sample_weight, reduction, out)
