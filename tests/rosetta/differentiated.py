"""PyTorch, Keras and Optax: values as they give them, gradients as they differentiate them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import lossbook as lb
from lossbook.rosetta import Counterpart

from .answers import CLASSES, Answers, Array


def one_hot(labels: Array) -> Array:
    return np.eye(CLASSES)[labels.astype(int)]


# What a loss takes in place of our labels and predictions, where that is something else.
Arguments = Callable[[Array, Array], tuple[Array, Array]]
_SIGNS: Arguments = lambda y, p: (2 * y - 1, p)  # noqa: E731
_ROWS: Arguments = lambda y, p: (one_hot(y), p)  # noqa: E731
ARGUMENTS: dict[str, Arguments] = {
    "torch.nn.SoftMarginLoss": _SIGNS,
    "torch.nn.MultiLabelSoftMarginLoss": _ROWS,
    "CategoricalCrossentropy": _ROWS,
    "CategoricalFocalCrossentropy": _ROWS,
    "CategoricalGeneralizedCrossEntropy": _ROWS,
    "CategoricalHinge": _ROWS,
    "KLDivergence": _ROWS,
    "softmax_cross_entropy": _ROWS,
    "poly_loss_cross_entropy": _ROWS,
    "torch.nn.KLDivLoss": _ROWS,
    "kl_divergence": _ROWS,
}

# Losses of logarithms of probabilities: differentiated through them.
OF_LOGARITHMS = {"torch.nn.KLDivLoss", "kl_divergence"}
# Losses that are divided by the number of classes, as their rows say in words.
OVER_CLASSES = {"torch.nn.MultiLabelSoftMarginLoss", "torch.nn.MultiMarginLoss"}
# Losses with one value per entry, which ours sums over the row.
PER_ENTRY = {"torch.nn.KLDivLoss"}


def _torch_value(theirs: Counterpart, y: Array, prediction: Any, **options: str) -> Any:
    import torch

    y, _ = ARGUMENTS.get(theirs.name, lambda *both: both)(y, y)
    peer = getattr(torch.nn, theirs.name.removeprefix("torch.nn."))(**options)
    if theirs.name == "torch.nn.GaussianNLLLoss":
        return peer(prediction[:, 0], torch.tensor(y), torch.exp(prediction[:, 1]))
    if theirs.name == "torch.nn.CosineEmbeddingLoss":
        return peer(prediction, torch.tensor(y), torch.ones(len(y)))
    inside = torch.log(prediction) if theirs.name in OF_LOGARITHMS else prediction
    value = peer(inside, torch.tensor(y))
    return CLASSES * value if theirs.name in OVER_CLASSES else value


def torch_default(theirs: Counterpart, y: Array, p: Array) -> float:
    """What the loss gives as it is made without any argument."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # KLDivLoss is not sure of its default
        return float(_torch_value(theirs, y, torch.tensor(p)))


def ask_torch(theirs: Counterpart, _loss: lb.Loss, y: Array, p: Array) -> Answers:
    import torch

    prediction = torch.tensor(p, requires_grad=True)
    value = _torch_value(theirs, y, prediction, reduction="none")
    if theirs.name in PER_ENTRY:
        value = value.sum(dim=-1)
    (gradient,) = torch.autograd.grad(value.sum(), prediction)
    return Answers(value.detach().numpy(), gradient.numpy())


def ask_keras(theirs: Counterpart, loss: lb.Loss, y: Array, p: Array) -> Answers:
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import keras

    y, p = ARGUMENTS.get(theirs.name, lambda *both: both)(y, p)
    of_logits = loss.parameters.get("from_logits") or "FocalCrossentropy" in theirs.name
    given = {"from_logits": True} if of_logits else {}
    peer = getattr(keras.losses, theirs.name)(reduction=None, dtype="float64", **given)
    if loss.is_row:
        return _by_jax(lambda prediction: peer(y, prediction), p)
    # Keras takes the mean along the last axis.
    return _by_jax(lambda prediction: peer(y[:, None], prediction[:, None]), p)


def ask_optax(theirs: Counterpart, _loss: lb.Loss, y: Array, p: Array) -> Answers:
    import jax.numpy as jnp
    import optax

    y, p = ARGUMENTS.get(theirs.name, lambda *both: both)(y, p)
    peer = getattr(optax.losses, theirs.name)
    if theirs.name in OF_LOGARITHMS:
        return _by_jax(lambda prediction: peer(jnp.log(prediction), y), p)
    if theirs.name == "multiclass_sparsemax_loss" or theirs.name == "multiclass_hinge_loss":
        y = y.astype(int)
    return _by_jax(lambda prediction: peer(prediction, jnp.asarray(y)), p)


def _by_jax(function: Callable[[Any], Any], p: Array) -> Answers:
    import jax

    with jax.enable_x64(True):
        value = function(jax.numpy.asarray(p))
        gradient = jax.grad(lambda prediction: function(prediction).sum())(jax.numpy.asarray(p))
        return Answers(np.asarray(value), np.asarray(gradient))
