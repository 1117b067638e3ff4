"""From a call to numbers: check the arguments, choose a path, evaluate, reduce.

Three paths give the same results: compiled kernels (``native``), NumPy in blocks (``blocks``), and
any other array library as a whole (``libraries``). The first try is always the compiled kernel on
the arguments as they are; whatever it does not take at once, it hands back untouched, and the
checked path either prepares the arguments or says what is wrong with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy import ndarray

if TYPE_CHECKING:
    from lossbook.loss import Loss

VALUE, GRADIENT, HESSIAN = 1, 2, 4


def evaluate(
    loss: Loss,
    want: int,
    y_true: Any,
    y_pred: Any,
    sample_weight: Any,
    reduction: str,
    out: Any,
) -> Any:
    """The wanted derivatives of one call: a single result, or a tuple in the order of the bits."""
    kernel = loss._kernel
    # Kernels take NumPy arrays alone; torch.compile, which cannot trace one, must not see the call.
    if kernel is not None and type(y_pred) is ndarray:
        results = kernel(want, y_true, y_pred, sample_weight, reduction, out)
        if results is not NotImplemented:
            return results
    from lossbook.engine.checked import evaluate_checked

    return evaluate_checked(loss, want, y_true, y_pred, sample_weight, reduction, out)
