"""Where the peers are wrong, as data: so that parity is asked for only where they are right.

Each entry was measured against 120 digits. A test sees to it that each is still true, so that the
list shrinks when a peer is mended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sklearn import metrics
from sklearn._loss.loss import HalfBinomialLoss, HalfMultinomialLoss


@dataclass(frozen=True)
class Defect:
    """A call of a peer, what it returns, and what is true."""

    peer: str
    about: str
    call: Callable[[], float]
    returned: float
    true: float


def _tensor(numbers: Any) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


def _torch_gradient(z: float) -> float:
    logit = _tensor([z]).requires_grad_()
    torch.nn.functional.binary_cross_entropy_with_logits(logit, _tensor([1.0])).backward()
    assert logit.grad is not None
    return float(logit.grad)


def _torch_share_gradient(p: float) -> float:
    share = _tensor([p]).requires_grad_()
    torch.nn.functional.binary_cross_entropy(share, _tensor([1.0])).backward()
    assert share.grad is not None
    return float(share.grad)


def _one(array: Any) -> float:
    return float(np.ravel(array)[0])


DEFECTS = [
    Defect(
        "scikit-learn",
        "HalfBinomialLoss.loss of a confident row: log(1 + e^z) - z cancels",
        lambda: _one(HalfBinomialLoss().loss(np.ones(1), np.full(1, 40.0))),
        0.0,
        4.248354255291589e-18,
    ),
    Defect(
        "scikit-learn",
        "HalfMultinomialLoss of a confident row: the log of a softmax",
        lambda: _one(
            HalfMultinomialLoss(n_classes=3).loss(np.zeros(1), np.array([[50.0, 0.0, 0.0]]))
        ),
        0.0,
        3.8574996959278356e-22,
    ),
    Defect(
        "scikit-learn",
        "log_loss clips probabilities to the epsilon of their dtype",
        lambda: float(metrics.log_loss([1, 0], [1e-30, 0.0], normalize=False)),
        36.04365338911715,
        69.07755278982137,
    ),
    Defect(
        "torch",
        "the value of BCEWithLogits at y = 0 is z - log_sigmoid(z): it cancels for negative logits",
        lambda: float(
            torch.nn.functional.binary_cross_entropy_with_logits(_tensor([-40.0]), _tensor([0.0]))
        ),
        0.0,
        4.248354255291589e-18,
    ),
    Defect(
        "torch",
        "the gradient of BCEWithLogits is sigmoid(z) - y",
        lambda: _torch_gradient(40.0),
        0.0,
        -4.248354255291589e-18,
    ),
    Defect(
        "torch",
        "BCELoss clamps the logarithm at -100",
        lambda: float(torch.nn.functional.binary_cross_entropy(_tensor([1e-60]), _tensor([1.0]))),
        100.0,
        138.15510557964274,
    ),
    Defect(
        "torch",
        "BCELoss holds the denominator of its gradient above 1e-12",
        lambda: _torch_share_gradient(1e-30),
        -1e12,
        -1e30,
    ),
    Defect(
        "torch",
        "cross_entropy of a confident row",
        lambda: float(
            torch.nn.functional.cross_entropy(_tensor([[50.0, 0.0, 0.0]]), torch.tensor([0]))
        ),
        0.0,
        3.8574996959278356e-22,
    ),
]
