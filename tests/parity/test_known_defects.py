"""Where other libraries are wrong: what they return, what is true; lossbook is right there.

Each entry was run. A test that fails with "is mended" is good news: take the entry out. The true
values come from textbook formulas in mpmath at 60 digits, written here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import pytest
import sklearn.metrics
import torch
from sklearn._loss import HalfBinomialLoss, HalfMultinomialLoss
from torch.nn import functional

import lossbook as lb
from lossbook.checks.truth import ulp_errors

DIGITS = 60
# ULP: whatever is further off has lost at least ten bits.
WRONG = 1000.0

BINARY = lb.BinaryCrossEntropy()
BINARY_LOGITS = lb.BinaryCrossEntropy(from_logits=True)
CLASS_LOGITS = lb.CrossEntropy(from_logits=True)
CONFIDENT = [[40.0, 0.0, 0.0]]


@dataclass(frozen=True)
class Defect:
    """One input for which a library returns something else than the truth."""

    library: str
    output: str
    loss: lb.Loss
    y_true: list[Any]
    y_pred: list[Any]
    dtype: Any
    ask: Callable[[Any, Any], float]
    returns: float
    true: Callable[[Any], Any]
    source: str

    @property
    def inputs(self) -> tuple[Any, Any]:
        labels = np.asarray(self.y_true)
        return labels if self.loss.is_row else labels.astype(self.dtype), np.asarray(
            self.y_pred, self.dtype
        )

    def truth(self) -> Any:
        """The true value for the input as its dtype has it."""
        with mpmath.workdps(DIGITS):
            first = mpmath.mpf(float(self.inputs[1].flat[0]))
            return np.asarray([self.true(first)], dtype=object)

    def ours(self) -> Any:
        call = {"value": self.loss, "gradient": self.loss.gradient, "hessian": self.loss.hessian}
        result = call[self.output](*self.inputs, reduction="none")
        return result.reshape(-1)[:1]


# -- true values, of label 1 or class 0 -----------------------------------------------------------


def softplus_of_minus(z: Any) -> Any:
    return mpmath.log1p(mpmath.exp(-z))


def minus_sigmoid_of_minus(z: Any) -> Any:
    return -1 / (1 + mpmath.exp(z))


def softplus(z: Any) -> Any:
    return mpmath.log1p(mpmath.exp(z))


def cost_of_the_top(z: Any) -> Any:
    return mpmath.log1p(2 * mpmath.exp(-z))


def slope_at_the_top(z: Any) -> Any:
    return -2 * mpmath.exp(-z) / (1 + 2 * mpmath.exp(-z))


def minus_log(p: Any) -> Any:
    return -mpmath.log(p)


def minus_one_over(p: Any) -> Any:
    return -1 / p


def one_over_square(p: Any) -> Any:
    return 1 / (p * p)


# -- the peers' answers ---------------------------------------------------------------------------


def sklearn_value(y: Any, z: Any) -> float:
    return float(HalfBinomialLoss().loss(y, z)[0])


def sklearn_value_with_gradient(y: Any, z: Any) -> float:
    return float(HalfBinomialLoss().loss_gradient(y, z)[0][0])


def sklearn_rows(y: Any, z: Any) -> float:
    return float(HalfMultinomialLoss(n_classes=3).loss(y.astype(z.dtype), z)[0])


def sklearn_log_loss(y: Any, p: Any) -> float:
    return float(sklearn.metrics.log_loss(y, p, labels=[0, 1]))


def torch_derivative(peer: Any, order: int) -> Callable[[Any, Any], float]:
    """The value (order 0) or a derivative by the first prediction, as autograd gives it."""

    def ask(y: Any, p: Any) -> float:
        prediction = torch.tensor(p, requires_grad=True)
        result = peer(prediction, torch.tensor(y), reduction="sum")
        for _ in range(order):
            (slopes,) = torch.autograd.grad(result, prediction, create_graph=True)
            result = slopes.reshape(-1)[0]
        return float(result.detach())

    return ask


BCE, BCE_LOGITS, CE = (
    functional.binary_cross_entropy,
    functional.binary_cross_entropy_with_logits,
    functional.cross_entropy,
)

SKLEARN = "scikit-learn 1.9.1, HalfBinomialLoss.loss: log1p(exp(z)) - y z cancels"
SKLEARN_BRANCH = "scikit-learn 1.9.1, loss_gradient: beyond z = 18, log1p(exp(-z)) is exp(-z)"
SKLEARN_CLIP = "scikit-learn 1.9.1, log_loss clips to the epsilon of the dtype; issue 24315"
SKLEARN_ROW = "scikit-learn 1.9.1, HalfMultinomialLoss.loss: log of the sum, minus the score"
TORCH_VALUE = "PyTorch 2.13, binary_cross_entropy_with_logits: (1 - y) z - log_sigmoid(z) cancels"
TORCH_LOGITS = "PyTorch 2.13, binary_cross_entropy_with_logits: the gradient is sigmoid(z) - y"
TORCH_ROW = "PyTorch 2.13, log_softmax: z - log(sum) rounds the others away; issue 113708"
TORCH_CLAMP = "PyTorch 2.13, BCELoss: log is held above -100, as its documentation says"
TORCH_FLOOR = "PyTorch 2.13, BCELoss backward: denominators of at least 1e-12; issue 103316"
TORCH_EPS = "PyTorch 2.13, BCELoss double backward: 1e-12 is added to p (1 - p)"

F32, F64 = np.float32, np.float64


def logits(output: str, z: float, dtype: Any, *rest: Any) -> Defect:
    return Defect(rest[0], output, BINARY_LOGITS, [1], [z], dtype, *rest[1:])


def probability(output: str, p: float, dtype: Any, *rest: Any) -> Defect:
    return Defect(rest[0], output, BINARY, [1], [p], dtype, *rest[1:])


def row(output: str, dtype: Any, *rest: Any) -> Defect:
    return Defect(rest[0], output, CLASS_LOGITS, [0], CONFIDENT, dtype, *rest[1:])


# library, what it computes, what it returns, the truth, source
DEFECTS = [
    logits("value", 20, F64, "sklearn", sklearn_value, 2.061153e-9, softplus_of_minus, SKLEARN),
    logits("value", 40, F64, "sklearn", sklearn_value, 0, softplus_of_minus, SKLEARN),
    logits("value", 40, F32, "sklearn", sklearn_value, 0, softplus_of_minus, SKLEARN),
    logits(
        *("value", 18.001, F64, "sklearn", sklearn_value_with_gradient),
        *(1.521476e-8, softplus_of_minus, SKLEARN_BRANCH),
    ),
    probability(
        "value", 1e-30, F64, "sklearn", sklearn_log_loss, 36.04365, minus_log, SKLEARN_CLIP
    ),
    probability("value", 0, F64, "sklearn", sklearn_log_loss, 36.04365, minus_log, SKLEARN_CLIP),
    row("value", F64, "sklearn", sklearn_rows, 0, cost_of_the_top, SKLEARN_ROW),
    Defect(
        *("torch", "value", BINARY_LOGITS, [0], [-40.0], F64, torch_derivative(BCE_LOGITS, 0)),
        *(0, softplus, TORCH_VALUE),
    ),
    *(
        logits(
            *("gradient", z, dtype, "torch", torch_derivative(BCE_LOGITS, 1)),
            *(0, minus_sigmoid_of_minus, TORCH_LOGITS),
        )
        for z, dtype in ((20, F32), (40, F32), (40, F64))
    ),
    *(
        row(output, dtype, "torch", torch_derivative(CE, order), 0, true, TORCH_ROW)
        for dtype in (F32, F64)
        for order, output, true in (
            (0, "value", cost_of_the_top),
            (1, "gradient", slope_at_the_top),
        )
    ),
    *(
        probability(
            *("value", p, dtype, "torch", torch_derivative(BCE, 0), 100, minus_log, TORCH_CLAMP)
        )
        for p, dtype in ((1e-45, F32), (1e-45, F64), (1e-300, F64), (0, F64))
    ),
    *(
        probability(
            *("gradient", p, dtype, "torch", torch_derivative(BCE, 1)),
            *(-1e12, minus_one_over, TORCH_FLOOR),
        )
        for p, dtype in ((1e-30, F32), (1e-30, F64), (1e-45, F64))
    ),
    probability(
        *("gradient", 1, F64, "torch", torch_derivative(BCE, 1), 0, minus_one_over, TORCH_FLOOR)
    ),
    probability(
        *("hessian", 1e-4, F64, "torch", torch_derivative(BCE, 2)),
        *(99999998.0, one_over_square, TORCH_EPS),
    ),
]


def name(defect: Defect) -> str:
    first = np.asarray(defect.y_pred).flat[0]
    return f"{defect.library} {defect.output} {type(defect.loss).__name__} {first:g} " + str(
        np.dtype(defect.dtype)
    )


@pytest.mark.parametrize("defect", DEFECTS, ids=name)
def test_lossbook_is_right(defect: Defect) -> None:
    ours = defect.ours()
    assert ours.dtype == defect.dtype
    assert ulp_errors(ours, defect.truth()).item() <= getattr(defect.loss.accuracy, defect.output)


@pytest.mark.parametrize("defect", DEFECTS, ids=name)
def test_the_other_library_is_still_wrong(defect: Defect) -> None:
    answer = np.asarray([defect.ask(*defect.inputs)]).astype(defect.dtype)
    error = ulp_errors(answer, defect.truth()).item()
    assert error > WRONG, f"{defect.library} is mended, take it out: {defect.source}"
    # ... and in the way that is written down.
    written = np.float32(defect.returns)
    assert abs(np.float32(answer.item()) - written) <= 1e-6 * abs(written), answer


def test_a_truth_is_not_infinite_by_mistake() -> None:
    """Where the truth is infinite the prediction is 0 exactly; everywhere else it is a number."""
    for defect in DEFECTS:
        assert mpmath.isinf(defect.truth()[0]) == (defect.inputs[1].flat[0] == 0), name(defect)
