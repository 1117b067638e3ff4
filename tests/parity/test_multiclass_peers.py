"""Losses of classes beside PyTorch, and beside numbers that optax and Keras have given."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

import lossbook as lb

COUNT, CLASSES = 200, 4
WEIGHTS = (0.5, 1.0, 2.0, 0.25)
CLOSE = 1e-13

OPTIONS = list(itertools.product((None, WEIGHTS), (0.0, 0.1, 1.0), (None, -100, 2)))


def _scores(seed: int) -> Any:
    return np.random.default_rng(seed).normal(0, 3, (COUNT, CLASSES))


def _with_gradient(peer: Any, scores: Any) -> tuple[float, Any]:
    prediction = torch.tensor(scores, requires_grad=True)
    value = peer(prediction)
    value.backward()
    return float(value.detach()), prediction.grad.numpy()  # type: ignore[union-attr]


def _same(one: Any, other: Any, size: float = 1.0) -> None:
    assert np.max(abs(np.asarray(one) - np.asarray(other))) <= CLOSE * size


@pytest.mark.parametrize(("weight", "smoothing", "ignored"), OPTIONS)
@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_cross_entropy_of_pytorch(
    weight: Any, smoothing: float, ignored: int | None, reduction: str
) -> None:
    z = _scores(1)
    y = np.random.default_rng(2).integers(0, CLASSES, COUNT)
    if ignored is not None:
        y[::5] = ignored
    loss = lb.CrossEntropy(
        from_logits=True, class_weight=weight, label_smoothing=smoothing, ignore_index=ignored
    )
    peer = torch.nn.CrossEntropyLoss(
        None if weight is None else torch.tensor(weight, dtype=torch.float64),
        ignore_index=-100 if ignored is None else ignored,
        label_smoothing=smoothing,
        reduction=reduction,
    )
    targets = torch.tensor(y)
    if reduction == "none":
        _same(loss(y, z, reduction="none"), peer(torch.tensor(z), targets).numpy(), 20)
        return
    value, gradient = _with_gradient(lambda p: peer(p, targets), z)
    # What PyTorch divides by: the weights of the targets' classes.
    whole = loss.class_weights_of(y).sum() if reduction == "mean" else 1.0
    ours = loss.value_and_gradient(y, z, reduction="sum")
    _same(ours[0] / whole, value, max(1, abs(value)))
    _same(ours[1] / whole, gradient)
    if weight is None and reduction == "mean":
        _same(loss(y, z), value, abs(value))
        _same(loss.gradient(y, z), gradient)


@pytest.mark.parametrize(
    ("weight", "smoothing"), list(itertools.product((None, WEIGHTS), (0.0, 0.3)))
)
def test_cross_entropy_of_pytorch_with_rows(weight: Any, smoothing: float) -> None:
    z, y = _scores(3), np.random.default_rng(4).dirichlet(np.ones(CLASSES), COUNT)
    loss = lb.CrossEntropy(from_logits=True, class_weight=weight, label_smoothing=smoothing)
    peer = torch.nn.CrossEntropyLoss(
        None if weight is None else torch.tensor(weight, dtype=torch.float64),
        label_smoothing=smoothing,
    )
    value, gradient = _with_gradient(lambda p: peer(p, torch.tensor(y)), z)
    _same(loss(y, z), value, abs(value))
    _same(loss.gradient(y, z), gradient)


def test_every_option_at_once_against_automatic_differentiation() -> None:
    z = _scores(5)
    y = np.random.default_rng(6).integers(0, CLASSES, COUNT)
    loss = lb.CrossEntropy(
        from_logits=True,
        class_weight=WEIGHTS,
        label_smoothing=0.1,
        temperature=1.5,
        z_loss=0.01,
        soft_cap=5.0,
    )

    def one(row: Any, label: Any) -> Any:
        seen = 5 * torch.tanh(row / 5) / 1.5
        peer = functional.cross_entropy(
            seen,
            label,
            weight=torch.tensor(WEIGHTS, dtype=torch.float64),
            label_smoothing=0.1,
            reduction="sum",
        )
        return peer + 0.01 * torch.logsumexp(seen, dim=0) ** 2

    for sample in range(0, COUNT, 20):
        row, label = torch.tensor(z[sample]), torch.tensor(y[sample])
        hessian = torch.autograd.functional.hessian(lambda r: one(r, label), row)  # noqa: B023
        arguments = (y[sample : sample + 1], z[sample : sample + 1])
        _same(loss.full_hessian(*arguments)[0], hessian.numpy(), 10)
        _same(loss.hessian(*arguments)[0], np.diagonal(hessian.numpy()), 10)
        vector = np.arange(4.0)[None]
        product = loss.hessian_vector_product(*arguments, vector)
        _same(product[0], hessian.numpy() @ vector[0], 50)
        _same(loss(*arguments), one(row, label).item(), 20)


def test_multi_margin_loss_is_weston_watkins_over_the_classes() -> None:
    z, y = _scores(7), np.random.default_rng(8).integers(0, CLASSES, COUNT)
    value, gradient = _with_gradient(lambda p: functional.multi_margin_loss(p, torch.tensor(y)), z)
    loss = lb.WestonWatkins()
    _same(loss(y, z) / CLASSES, value, value)
    _same(loss.gradient(y, z) / CLASSES, gradient)


def test_kl_div_loss() -> None:
    rng = np.random.default_rng(9)
    y, p = (rng.dirichlet(np.ones(CLASSES), COUNT) for _ in range(2))
    theirs = functional.kl_div(torch.tensor(np.log(p)), torch.tensor(y), reduction="batchmean")
    _same(lb.KLDivergence()(y, p), theirs.item())
    scores = np.log(p) + 3
    _same(lb.KLDivergence(from_logits=True)(y, scores), theirs.item(), 10)


def test_multi_label_soft_margin_loss_is_one_versus_rest_over_the_classes() -> None:
    z, y = _scores(10), np.eye(CLASSES)[np.random.default_rng(11).integers(0, CLASSES, COUNT)]
    value, gradient = _with_gradient(
        lambda p: functional.multilabel_soft_margin_loss(p, torch.tensor(y)), z
    )
    _same(lb.OneVsRest()(y, z) / CLASSES, value, value)
    _same(lb.OneVsRest().gradient(y, z) / CLASSES, gradient)


SCORES = [[1.0, 0.5, -1.0], [0.0, 2.0, 0.25]]
SHARES = [[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]]
LABELS = [[0.25, 0.25, 0.5], [0.0, 0.5, 0.5]]

#: What optax 0.2.8 (float64) and Keras 3.15.1 (float64) give, labels 0 and 2; Keras clips to 1e-7.
NUMBERS = {
    "optax multiclass_sparsemax_loss": (lb.Sparsemax(), [0, 2], SCORES, [0.0625, 1.75], 1e-15),
    "optax multiclass_hinge_loss": (lb.MulticlassHinge(), [0, 2], SCORES, [0.5, 2.75], 1e-15),
    "optax poly_loss_cross_entropy": (
        lb.Poly1(epsilon=2),
        [0, 2],
        SCORES,
        [1.4067629337066014, 3.753862671950602],
        1e-14,
    ),
    "optax kl_divergence": (
        lb.KLDivergence(),
        LABELS,
        SHARES,
        [0.17328679513998632, 0.490414626505863],
        1e-14,
    ),
    "keras CategoricalFocalCrossentropy, alpha 1": (
        lb.Focal(gamma=2),
        [0, 2],
        SCORES,
        [0.1006655066351534, 1.5188239599378393],
        1e-14,
    ),
    "keras CategoricalGeneralizedCrossEntropy": (
        lb.GeneralizedCrossEntropy(q=0.5),
        [0, 2],
        np.log(SHARES),
        [0.5857864376269049, 1.2928932188134525],
        1e-14,
    ),
    "keras KLDivergence": (
        lb.KLDivergence(),
        LABELS,
        SHARES,
        [0.17328679513998632, 0.4904132226404522],
        1e-5,
    ),
    "keras CategoricalHinge": (lb.MulticlassHinge(), [0, 2], SCORES, [0.5, 2.75], 1e-15),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_of_optax_and_keras(name: str) -> None:
    loss, y_true, y_pred, values, relative = NUMBERS[name]
    np.testing.assert_allclose(
        loss(y_true, y_pred, reduction="none"), values, rtol=relative, atol=0
    )
