"""Losses of two classes beside scikit-learn's SGD, optax and PyTorch, where those are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import optax
import pytest
import torch
from sklearn._loss import loss as sklearn_loss
from sklearn.linear_model import _sgd_fast as sgd
from torch.nn import functional

import lossbook as lb
from parity.test_peers import distance

RNG = np.random.default_rng(0)
LABELS = RNG.choice([-1.0, 1.0], 500)
SCORES = RNG.normal(0, 3, 500)

Pair = tuple[Any, Any]


def of_sgd(peer: Any) -> Callable[[Any, Any], Pair]:
    """Value and slope, one sample at a time."""

    def ask(y: Any, p: Any) -> Pair:
        pairs = zip(p.tolist(), y.tolist(), strict=True)
        both = [(peer.py_loss(one, label), peer.py_dloss(one, label)) for one, label in pairs]
        value, slope = np.asarray(both).T
        return value, slope

    return ask


def of_optax(peer: Any) -> Callable[[Any, Any], Pair]:
    def ask(y: Any, p: Any) -> Pair:
        with jax.enable_x64(True):
            slope = jax.vmap(jax.grad(peer))(jax.numpy.asarray(p), jax.numpy.asarray(y))
            return np.asarray(peer(jax.numpy.asarray(p), jax.numpy.asarray(y))), np.asarray(slope)

    return ask


def of_torch(peer: Any) -> Callable[[Any, Any], Pair]:
    def ask(y: Any, p: Any) -> Pair:
        prediction = torch.tensor(p, requires_grad=True)
        value = peer(prediction, torch.tensor(y))
        value.sum().backward()
        return value.detach().numpy(), prediction.grad.numpy()

    return ask


PEERS: dict[str, tuple[lb.Loss, Callable[[Any, Any], Pair]]] = {
    "sklearn hinge": (lb.Hinge(), of_sgd(sgd.Hinge(1.0))),
    "sklearn perceptron": (lb.Perceptron(), of_sgd(sgd.Hinge(0.0))),
    "sklearn squared_hinge": (lb.SquaredHinge(), of_sgd(sgd.SquaredHinge(1.0))),
    "sklearn modified_huber": (lb.ModifiedHuber(), of_sgd(sgd.ModifiedHuber())),
    "optax hinge_loss": (lb.Hinge(), of_optax(optax.hinge_loss)),
    "optax perceptron_loss": (lb.Perceptron(), of_optax(optax.losses.perceptron_loss)),
}


@pytest.mark.parametrize("name", PEERS)
def test_values_and_slopes_agree(name: str) -> None:
    loss, ask = PEERS[name]
    for got, theirs in zip(
        loss.value_and_gradient(LABELS, SCORES, reduction="none"), ask(LABELS, SCORES), strict=True
    ):
        assert distance(got, theirs) <= 1e-12


def test_exponential_of_scikit_learn() -> None:
    """Its labels are 0 and 1."""
    peer = sklearn_loss.ExponentialLoss()
    zero_one = (LABELS + 1) / 2
    ours = lb.Exponential().value_gradient_hessian(LABELS, SCORES, reduction="none")
    theirs = peer.loss(zero_one, SCORES), *peer.gradient_hessian(zero_one, SCORES)
    for one, other in zip(ours, theirs, strict=True):
        assert distance(one, other) <= 1e-12
    best = peer.link.link(peer.fit_intercept_only(zero_one) * 0 + np.mean(zero_one))
    assert lb.Exponential().optimal_constant(LABELS) == pytest.approx(float(best), rel=1e-12)


def test_soft_margin_of_torch() -> None:
    """The logistic loss with labels -1 and 1."""
    value, slope = of_torch(lambda p, y: functional.soft_margin_loss(p, y, reduction="none"))(
        LABELS, np.clip(SCORES, -6, 6)
    )
    ours = lb.get("torch.nn.SoftMarginLoss").value_and_gradient(
        (LABELS + 1) / 2, np.clip(SCORES, -6, 6), reduction="none"
    )
    assert distance(ours[0], value) <= 1e-12
    assert distance(ours[1], slope) <= 1e-12


ZERO_ONE, LOGITS = (LABELS + 1) / 2, np.clip(SCORES, -6, 6)


@pytest.mark.parametrize("alpha", [None, 0.25])
def test_focal_of_optax(alpha: float | None) -> None:
    peer = of_optax(lambda p, y: optax.losses.sigmoid_focal_loss(p, y, alpha=alpha, gamma=2.0))
    ours = lb.BinaryFocal(gamma=2.0, alpha=alpha).value_and_gradient(
        ZERO_ONE, LOGITS, reduction="none"
    )
    for one, other in zip(ours, peer(ZERO_ONE, LOGITS), strict=True):
        assert distance(one, other) <= 1e-11


def test_positive_weight_of_torch() -> None:
    ask = of_torch(
        lambda p, y: functional.binary_cross_entropy_with_logits(
            p, y, pos_weight=torch.tensor(3.0, dtype=p.dtype), reduction="none"
        )
    )
    ours = lb.BinaryCrossEntropy(from_logits=True, pos_weight=3.0).value_and_gradient(
        ZERO_ONE, LOGITS, reduction="none"
    )
    for one, other in zip(ours, ask(ZERO_ONE, LOGITS), strict=True):
        assert distance(one, other) <= 1e-11


@pytest.mark.parametrize(
    ("loss", "theirs", "ours"),
    [(lb.Hinge(), sgd.Hinge(1.0), 1.0), (lb.Perceptron(), sgd.Hinge(0.0), 0.0)],
    ids=["hinge", "perceptron"],
)
def test_ties_of_scikit_learn_push_and_ours_do_not(loss: lb.Loss, theirs: Any, ours: float) -> None:
    assert theirs.py_dloss(ours, 1.0) == -1
    assert loss.gradient([1.0], [ours]).item() == 0
