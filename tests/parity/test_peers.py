"""Beside scikit-learn and PyTorch, where they are right: the same values and derivatives.

A peer answers per sample, in float64. Its range is where its formulas keep their digits (what
happens outside is in ``test_known_defects``), and conventions that differ are data, with the
reason: a factor, a rule for ties, what a weighted mean is divided by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
import torch
from sklearn._loss import loss as sklearn_loss
from torch.nn import functional

import lossbook as lb

COUNT = 2000
Answers = dict[str, Any]


# -- how a peer is asked --------------------------------------------------------------------------


def sklearn_private(make: Callable[[], Any]) -> Callable[[Any, Any], Answers]:
    """``sklearn._loss``: the value from ``loss_gradient``, whose formula is the better one."""

    def ask(y: Any, p: Any) -> Answers:
        peer = make()
        y = y.astype(np.float64)
        value, _ = peer.loss_gradient(y, p)
        gradient, hessian = peer.gradient_hessian(y, p)
        return {"value": value, "gradient": gradient, "hessian": hessian}

    return ask


def torch_functional(peer: Any) -> Callable[[Any, Any], Answers]:
    """A loss of PyTorch; derivatives by its own backward and double backward."""

    def ask(y: Any, p: Any) -> Answers:
        prediction = torch.tensor(p, requires_grad=True)
        value = peer(prediction, torch.tensor(y), reduction="none")
        (gradient,) = torch.autograd.grad(value.sum(), prediction, create_graph=True)
        return {
            "value": value.detach().numpy(),
            "gradient": gradient.detach().numpy(),
            "hessian": _diagonal(gradient, prediction),
        }

    return ask


def _diagonal(gradient: Any, prediction: Any) -> Any:
    """The second derivatives, column by column: samples do not mix, classes do."""
    if gradient.ndim == 1:
        return torch.autograd.grad(gradient.sum(), prediction)[0].numpy()
    columns = [
        torch.autograd.grad(column.sum(), prediction, retain_graph=True)[0][:, place]
        for place, column in enumerate(gradient.unbind(dim=1))
    ]
    return torch.stack(columns, dim=1).numpy()


# -- the peers ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Peer:
    """A loss of another library, the samples for which it is right, and what differs."""

    loss: lb.Loss
    ask: Callable[[Any, Any], Answers]
    labels: str
    low: float
    high: float
    relative: float = 1e-12
    factor: float = 1.0
    outputs: tuple[str, ...] = ("value", "gradient", "hessian")
    reason: str = ""


LOGITS = lb.BinaryCrossEntropy(from_logits=True)
FLOOR = "PyTorch adds 1e-12 to the denominator of the Hessian"
CLASS_LOGITS = lb.CrossEntropy(from_logits=True)

PEERS = {
    "sklearn HalfSquaredError": Peer(
        lb.SquaredError(),
        sklearn_private(sklearn_loss.HalfSquaredError),
        "real",
        -1e6,
        1e6,
        1e-15,
        factor=2.0,
        reason="scikit-learn halves the square, so that the gradient is the residual",
    ),
    "sklearn PinballLoss(0.3)": Peer(
        lb.Quantile(tau=0.3),
        sklearn_private(lambda: sklearn_loss.PinballLoss(quantile=0.3)),
        "real",
        -1e6,
        1e6,
        1e-15,
        outputs=("value", "gradient"),
        reason="scikit-learn gives 1 for the Hessian, which is 0, as its trees divide by it",
    ),
    "sklearn AbsoluteError": Peer(
        lb.Quantile(tau=0.5),
        sklearn_private(sklearn_loss.AbsoluteError),
        "real",
        -1e6,
        1e6,
        1e-15,
        factor=0.5,
        outputs=("value", "gradient"),
        reason="half the absolute error is the median's loss; its Hessian as above",
    ),
    "sklearn HalfBinomialLoss": Peer(
        LOGITS,
        sklearn_private(sklearn_loss.HalfBinomialLoss),
        "two classes",
        -17,
        17,
        2e-15,
    ),
    "sklearn HalfBinomialLoss, tails": Peer(
        LOGITS,
        sklearn_private(sklearn_loss.HalfBinomialLoss),
        "two classes",
        -700,
        700,
        2e-15,
        outputs=("gradient", "hessian"),
        reason="its value loses digits beyond 18, its derivatives do not",
    ),
    "sklearn HalfBinomialLoss, soft labels": Peer(
        LOGITS, sklearn_private(sklearn_loss.HalfBinomialLoss), "shares", -30, 30
    ),
    "sklearn HalfMultinomialLoss": Peer(
        CLASS_LOGITS,
        sklearn_private(lambda: sklearn_loss.HalfMultinomialLoss(n_classes=4)),
        "class indices",
        -3,
        3,
    ),
    "torch mse_loss": Peer(
        lb.SquaredError(), torch_functional(functional.mse_loss), "real", -1e6, 1e6, 1e-15
    ),
    "torch binary_cross_entropy": Peer(
        lb.BinaryCrossEntropy(),
        torch_functional(functional.binary_cross_entropy),
        "two classes",
        1e-4,
        1 - 1e-4,
        outputs=("value", "gradient"),
        reason=FLOOR,
    ),
    "torch binary_cross_entropy, soft labels": Peer(
        lb.BinaryCrossEntropy(),
        torch_functional(functional.binary_cross_entropy),
        "shares",
        1e-4,
        1 - 1e-4,
        outputs=("value", "gradient"),
        reason=FLOOR,
    ),
    "torch binary_cross_entropy_with_logits": Peer(
        LOGITS,
        torch_functional(functional.binary_cross_entropy_with_logits),
        "two classes",
        -6,
        6,
    ),
    "torch cross_entropy, indices": Peer(
        CLASS_LOGITS, torch_functional(functional.cross_entropy), "class indices", -3, 3
    ),
    "torch cross_entropy, rows": Peer(
        CLASS_LOGITS, torch_functional(functional.cross_entropy), "rows", -3, 3
    ),
}


def samples(peer: Peer) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    shape = (COUNT, 4) if peer.loss.is_row else (COUNT,)
    p = rng.uniform(peer.low, peer.high, shape)
    # Half of them near the middle of the range, where most of the curves happen.
    p[::2] = (peer.low + peer.high) / 2 + (p[::2] - (peer.low + peer.high) / 2) / 100
    labels = {
        "real": lambda: rng.uniform(peer.low, peer.high, COUNT),
        "two classes": lambda: rng.integers(0, 2, COUNT).astype(float),
        "shares": lambda: rng.uniform(0, 1, COUNT),
        "class indices": lambda: rng.integers(0, 4, COUNT),
        "rows": lambda: rng.dirichlet(np.ones(4), COUNT),
    }[peer.labels]()
    return labels, p


def distance(ours: Any, theirs: Any) -> float:
    """The largest relative difference; 0 differs from 0 by nothing."""
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    assert ours.shape == theirs.shape
    size = np.maximum(abs(ours), abs(theirs))
    return float(np.max(abs(ours - theirs) / np.where(size == 0, 1, size)))


def gradient_size(peer: Peer, y: Any, p: Any) -> Any:
    """For soft labels, the sizes of the gradient's two terms: between them it changes sign."""
    if peer.labels not in ("shares", "rows"):
        return None
    if peer.loss.is_row:
        prediction = np.exp(p) / np.exp(p).sum(axis=1, keepdims=True)
        return y * (1 - prediction) + (1 - y) * prediction
    ends = [abs(peer.loss.gradient(np.full(COUNT, e), p, reduction="none")) for e in (0.0, 1.0)]
    return (1 - y) * ends[0] + y * ends[1]


@pytest.mark.parametrize("name", PEERS)
def test_value_gradient_and_hessian(name: str) -> None:
    peer = PEERS[name]
    y, p = samples(peer)
    theirs = peer.ask(y, p)
    ours = peer.loss.value_gradient_hessian(y, p, reduction="none")
    plain = peer.factor == 1 and len(peer.outputs) == 3
    assert plain == (peer.reason == "")
    for output, got in zip(("value", "gradient", "hessian"), ours, strict=True):
        if output not in peer.outputs:
            continue
        expected = peer.factor * theirs[output]
        size = gradient_size(peer, y, p) if output == "gradient" else None
        if size is None:
            assert distance(got, expected) <= peer.relative, output
        else:
            assert np.max(abs(got - expected) / size) <= peer.relative, output


@pytest.mark.parametrize("name", [name for name in PEERS if name.startswith("torch")])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_reductions_and_their_gradients(name: str, reduction: str) -> None:
    """The gradient is that of the reduced value, 1/N included."""
    peer = PEERS[name]
    y, p = samples(peer)
    prediction = torch.tensor(p, requires_grad=True)
    call = getattr(functional, name.split()[1].rstrip(","))
    value = call(prediction, torch.tensor(y), reduction=reduction)
    value.backward()
    ours, gradient = peer.loss.value_and_gradient(y, p, reduction=reduction)
    assert distance(ours, value.item()) <= 1e-12
    size = gradient_size(peer, y, p)
    error = abs(gradient - prediction.grad.numpy())
    scale = COUNT if reduction == "mean" else 1
    assert np.max(error / (abs(gradient) if size is None else size / scale)) <= 1e-12


@pytest.mark.parametrize("reduction", ["mean", "none"])
@pytest.mark.parametrize(
    ("ours", "peer", "factor"),
    [
        (lb.SquaredError(), sklearn_loss.HalfSquaredError(), 2),
        (lb.Quantile(tau=0.3), sklearn_loss.PinballLoss(quantile=0.3), 1),
        (LOGITS, sklearn_loss.HalfBinomialLoss(), 1),
    ],
    ids=lambda part: type(part).__name__,
)
def test_weights_of_scikit_learn(ours: lb.Loss, peer: Any, factor: float, reduction: str) -> None:
    rng = np.random.default_rng(2)
    y, p = rng.integers(0, 2, COUNT).astype(float), rng.uniform(-2, 2, COUNT)
    weights = np.where(rng.random(COUNT) < 0.2, 0, rng.exponential(size=COUNT))
    theirs = peer(y, p, weights) if reduction == "mean" else peer.loss(y, p, weights)
    got = ours(y, p, sample_weight=weights, reduction=reduction)
    assert distance(got, factor * theirs) <= 1e-12
    slopes = ours.gradient(y, p, sample_weight=weights, reduction="sum")
    assert distance(slopes, factor * peer.gradient(y, p, weights)) <= 1e-12


# -- scikit-learn's metrics: means, with weights --------------------------------------------------

METRICS = {
    "mean_squared_error": (lb.SquaredError(), "real", {}),
    "mean_pinball_loss": (lb.Quantile(tau=0.8), "real", {"alpha": 0.8}),
    "hinge_loss": (lb.Hinge(), "signs", {}),
    "log_loss": (lb.BinaryCrossEntropy(), "two classes", {"labels": [0, 1]}),
    "log_loss, four classes": (lb.CrossEntropy(), "class indices", {"labels": [0, 1, 2, 3]}),
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", METRICS)
def test_metrics_of_scikit_learn(name: str, weighted: bool) -> None:
    loss, labels, options = METRICS[name]
    rng = np.random.default_rng(1)
    y, p = {
        "real": lambda: (rng.normal(0, 3, COUNT), rng.normal(0, 3, COUNT)),
        "signs": lambda: (rng.choice([-1, 1], COUNT), rng.normal(0, 2, COUNT)),
        "two classes": lambda: (rng.integers(0, 2, COUNT), rng.uniform(0, 1, COUNT)),
        "class indices": lambda: (rng.integers(0, 4, COUNT), rng.dirichlet(np.ones(4), COUNT)),
    }[labels]()
    weights = rng.exponential(size=COUNT) if weighted else None
    metric = getattr(sklearn.metrics, name.split(",")[0])
    theirs = metric(y, p, sample_weight=weights, **options)
    assert distance(loss(y, p, sample_weight=weights), theirs) <= 1e-12


# -- conventions that differ ----------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """A question that both answer, each by its own rule; neither answer is an error."""

    ours: Callable[[], float]
    theirs: Callable[[], float]
    answers: tuple[float, float]
    reason: str


def sklearn_gradient(peer: Any, y: float, p: float) -> float:
    return float(peer.gradient(np.array([y]), np.array([p]))[0])


W = [1.0, 3.0]

DIFFERENCES = {
    "pinball at the label": Difference(
        lambda: lb.Quantile(tau=0.3).gradient([1.0], [1.0]).item(),
        lambda: sklearn_gradient(sklearn_loss.PinballLoss(quantile=0.3), 1.0, 1.0),
        (0.0, -0.3),
        "the subdifferential there is [-0.3, 0.7]: 0 leaves a perfect prediction alone, "
        "scikit-learn takes the end that belongs to predictions below",
    ),
    "weighted mean of torch": Difference(
        lambda: lb.BinaryCrossEntropy()([1, 1], [0.5, 0.5], sample_weight=W),
        lambda: functional.binary_cross_entropy(
            torch.tensor([0.5, 0.5]), torch.ones(2), weight=torch.tensor(W)
        ).item(),
        (float(np.log(2)), 2 * float(np.log(2))),
        "PyTorch divides by the number of samples and not by the sum of their weights, "
        "so its mean grows with the weights",
    ),
    "curvature of the pinball loss": Difference(
        lambda: lb.Quantile(tau=0.3).hessian([1.0], [2.0]).item(),
        lambda: float(
            sklearn_loss.PinballLoss(quantile=0.3).gradient_hessian(
                np.array([1.0]), np.array([2.0])
            )[1][0]
        ),
        (0.0, 1.0),
        "a straight line has no curvature; scikit-learn's trees need a number to divide by",
    ),
    "half squared error": Difference(
        lambda: lb.SquaredError()([0.0], [3.0]),
        lambda: float(sklearn_loss.HalfSquaredError()(np.array([0.0]), np.array([3.0]))),
        (9.0, 4.5),
        "half of the square",
    ),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_differences_are_as_described(name: str) -> None:
    difference = DIFFERENCES[name]
    assert difference.reason
    ours, theirs = difference.answers
    assert distance(difference.ours(), ours) <= 1e-15
    assert distance(difference.theirs(), theirs) <= 1e-7
    assert ours != theirs
