"""Losses of classes: definitions in 50 digits, the losses they reduce to, ties and far scores."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

import lossbook as lb

RNG = np.random.default_rng(0)
SCORES = RNG.normal(0, 3, (300, 4))
INDEX = RNG.integers(0, 4, 300)
ROWS = RNG.dirichlet(np.ones(4), 300)
PLAIN = lb.CrossEntropy(from_logits=True)


def _all(loss: lb.Loss, y: Any = INDEX, z: Any = SCORES) -> Any:
    return loss.value_gradient_hessian(y, z, reduction="none")


def _alike(one: Any, other: Any, relative: float, factor: float = 1.0) -> None:
    for first, second in zip(one, other, strict=True):
        size = np.maximum(abs(second), abs(second).max(axis=-1, keepdims=True) * 1e-3)
        assert (abs(factor * first - second) <= relative * size).all()


# -- what families reduce to ----------------------------------------------------------------------


@pytest.mark.parametrize("labels", [INDEX, ROWS], ids=["index", "rows"])
@pytest.mark.parametrize(
    ("loss", "relative"),
    [
        (lb.Focal(gamma=0), 1e-11),
        (lb.Poly1(epsilon=0), 1e-11),
        (lb.GeneralizedCrossEntropy(q=1e-20), 1e-11),
    ],
    ids=repr,
)
def test_parametric_families_start_at_cross_entropy(
    loss: lb.Loss, relative: float, labels: Any
) -> None:
    _alike(_all(loss, labels), _all(PLAIN, labels), relative)


def test_generalized_cross_entropy_of_1_is_half_the_absolute_error() -> None:
    p = PLAIN.inverse_link(SCORES)
    half = abs(p - np.eye(4)[INDEX]).sum(axis=1) / 2
    value = lb.GeneralizedCrossEntropy(q=1)(INDEX, SCORES, reduction="none")
    np.testing.assert_allclose(value, half, rtol=1e-13, atol=0)


def test_two_classes_are_binary_losses_of_the_difference() -> None:
    z = SCORES[:, 0]
    pairs = np.stack([np.zeros_like(z), z], axis=1)
    y = INDEX % 2
    signs = 2 * y - 1
    hinge = lb.Hinge()(signs, z, reduction="none")
    for loss in (lb.MulticlassHinge(), lb.WestonWatkins()):
        np.testing.assert_allclose(loss(y, pairs, reduction="none"), hinge, rtol=1e-14, atol=0)
    p = lb.BinaryCrossEntropy(from_logits=True).inverse_link(z)
    brier = lb.MulticlassBrier(from_logits=True)(y, pairs, reduction="none")
    np.testing.assert_allclose(brier, 2 * (p - y) ** 2, rtol=1e-12, atol=0)


def test_one_versus_rest_is_a_binary_loss_per_class() -> None:
    binary = lb.BinaryCrossEntropy(from_logits=True)
    one, rest = np.eye(4)[INDEX], SCORES
    expected = binary(one, rest, reduction="none").sum(axis=1)
    np.testing.assert_allclose(
        lb.OneVsRest()(INDEX, SCORES, reduction="none"), expected, rtol=1e-14, atol=0
    )


def test_kl_divergence_of_certain_labels_is_cross_entropy() -> None:
    _alike(_all(lb.KLDivergence(from_logits=True)), _all(PLAIN), 1e-11)


def test_jensen_shannon_is_the_mean_divergence_from_the_middle() -> None:
    p = RNG.dirichlet(np.ones(4), 300)
    middle = (p + ROWS) / 2
    kl = lb.KLDivergence()
    halves = (kl(labels, middle, reduction="none") / 2 for labels in (ROWS, p))
    np.testing.assert_allclose(
        lb.JensenShannon()(ROWS, p, reduction="none"), sum(halves), rtol=1e-12, atol=0
    )
    np.testing.assert_allclose(
        lb.JensenShannon()(ROWS, p), lb.JensenShannon()(p, ROWS), rtol=1e-14, atol=0
    )


# -- thresholds, by their definitions -------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "power", "scale"), [(lb.Sparsemax(), 1, 1), (lb.Entmax15(), 2, 0.5)], ids=str
)
def test_predictions_above_a_threshold(loss: lb.Loss, power: int, scale: float) -> None:
    for row in (SCORES / 3)[:40]:
        with mpmath.workdps(50):
            z = [mpmath.mpf(float(entry)) * scale for entry in row]

            def excess(tau: Any, z: Any = z) -> Any:
                return sum(max(entry - tau, 0) ** power for entry in z) - 1

            tau = mpmath.findroot(excess, (max(z) - 1, max(z)), solver="anderson", tol=1e-40)
            p = np.array([float(max(entry - tau, 0) ** power) for entry in z])
        np.testing.assert_allclose(loss.inverse_link(row), p, rtol=1e-15, atol=1e-40)


@pytest.mark.parametrize("loss", [lb.Sparsemax(), lb.Entmax15()], ids=repr)
def test_a_fenchel_young_loss(loss: lb.Loss) -> None:
    """The value is ``Omega(y) - Omega(p) + (p - y) z`` with the loss's own negative entropy."""

    def negative_entropy(p: Any) -> Any:
        if isinstance(loss, lb.Sparsemax):
            return (p**2).sum(axis=-1) / 2
        return 4 / 3 * (p**1.5 - p).sum(axis=-1)

    p = loss.inverse_link(SCORES)
    expected = negative_entropy(ROWS) - negative_entropy(p) + ((p - ROWS) * SCORES).sum(axis=-1)
    np.testing.assert_allclose(loss(ROWS, SCORES, reduction="none"), expected, rtol=1e-11, atol=0)


def test_losses_with_margins_are_exactly_0_beyond() -> None:
    for loss, lead in ((lb.Sparsemax(), 1), (lb.Entmax15(), 2), (lb.MulticlassHinge(), 1)):
        for size in (lead, lead + 1, 1e300):
            results = loss.value_gradient_hessian([0], [[size, 0.0, -3.0]], reduction="none")
            assert not any(np.any(result) for result in results), loss


def test_ties_of_hinges() -> None:
    gradient = lb.MulticlassHinge().gradient([0, 0], [[0.0, 2.0, 2.0], [1.0, 0.0, -1.0]])
    np.testing.assert_array_equal(2 * gradient, [[-1, 1, 0], [0, 0, 0]])
    gradient = lb.WestonWatkins().gradient([0, 0], [[0.0, 2.0, 2.0], [1.0, 0.0, 0.5]])
    np.testing.assert_array_equal(2 * gradient, [[-2, 1, 1], [-1, 0, 1]])


# -- far scores ----------------------------------------------------------------------------------

FAR = [lb.Focal(), lb.GeneralizedCrossEntropy(), lb.Poly1(), lb.MulticlassBrier(from_logits=True)]
FAR += [lb.KLDivergence(from_logits=True), lb.JensenShannon(from_logits=True), lb.OneVsRest()]
FAR += [lb.MulticlassHinge(), lb.WestonWatkins(), lb.Sparsemax(), lb.Entmax15(), PLAIN]
FAR += [lb.CrossEntropy(from_logits=True, soft_cap=30.0, temperature=0.5, label_smoothing=0.1)]


@pytest.mark.parametrize("loss", FAR, ids=repr)
@pytest.mark.parametrize("size", [1000.0, 1e300])
def test_far_scores_give_numbers(loss: lb.Loss, size: float) -> None:
    rows = [[size, -size, 0.0], [-size, -size, -size], [size, size, 0.0], [0.0, -size, 1.0]]
    for labels in ([0, 0, 0, 0], [1, 1, 1, 1], [[0.5, 0.25, 0.25]] * 4):
        for result in loss.value_gradient_hessian(labels, rows, reduction="none"):
            assert not np.isnan(result).any(), labels


def test_jensen_shannon_never_exceeds_log_2() -> None:
    value = lb.JensenShannon(from_logits=True)([1], [[1e5, -1e5]])
    assert value == np.log(2)


# -- best constants ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "scores"),
    [([0.6, 0.3, 0.1], [1, 0, 0]), ([0.4, 0.3, 0.3], [0, 0, 0])],
    ids=["a majority", "none"],
)
def test_crammer_and_singer_follow_a_majority_alone(share: Any, scores: Any) -> None:
    best = lb.MulticlassHinge().optimal_constant([0, 1, 2], share)
    np.testing.assert_array_equal(best, scores)


@pytest.mark.parametrize("seed", range(6))
def test_weston_watkins_levels_are_the_best_of_all(seed: int) -> None:
    share = np.random.default_rng(seed).dirichlet(np.full(4, 0.6))
    loss = lb.WestonWatkins()
    grid = np.stack(np.meshgrid(*[np.arange(4.0)] * 4), axis=-1).reshape(-1, 4)
    costs = [loss([0, 1, 2, 3], np.tile(row, (4, 1)), sample_weight=share) for row in grid]
    best = loss.optimal_constant([0, 1, 2, 3], share)
    cost = loss([0, 1, 2, 3], np.tile(best, (4, 1)), sample_weight=share)
    assert cost <= min(costs) * (1 + 1e-14)


def test_a_class_that_never_occurs_gets_no_chance() -> None:
    best = lb.Focal().optimal_constant([0, 0, 2])
    assert best[1] == -np.inf
    assert best[0] == 0
    np.testing.assert_array_equal(lb.GeneralizedCrossEntropy(q=1).optimal_constant([0, 0, 2])[0], 0)


# -- options of cross entropy --------------------------------------------------------------------


def test_ignored_samples_are_as_if_they_were_not_there() -> None:
    y = INDEX.copy()
    y[::3] = 255
    kept = y != 255
    loss = lb.CrossEntropy(from_logits=True, ignore_index=255)
    for reduction in ("mean", "sum"):
        with_ = loss.value_gradient_hessian(y, SCORES, reduction=reduction)
        without = PLAIN.value_gradient_hessian(y[kept], SCORES[kept], reduction=reduction)
        np.testing.assert_allclose(with_[0], without[0], rtol=1e-14, atol=0)
        for one, other in zip(with_[1:], without[1:], strict=True):
            np.testing.assert_allclose(one[kept], other, rtol=1e-14, atol=0)
            assert not one[~kept].any()
    assert not loss(y, SCORES, reduction="none")[~kept].any()
    assert not loss.full_hessian(y, SCORES)[~kept].any()
    np.testing.assert_allclose(
        loss.optimal_constant(y), PLAIN.optimal_constant(y[kept]), rtol=1e-14, atol=0
    )
    with pytest.raises(lb.InputError, match="255 everywhere"):
        loss([255, 255], SCORES[:2])


@pytest.mark.parametrize("name", ["temperature", "z_loss", "soft_cap"])
def test_options_of_scores_want_scores(name: str) -> None:
    with pytest.raises(lb.InputError, match=f"{name} changes raw scores"):
        lb.CrossEntropy(**{name: 0.5})


def test_class_weights_want_their_number_of_classes() -> None:
    loss = lb.CrossEntropy(from_logits=True, class_weight=(1, 2))
    with pytest.raises(lb.InputError, match="2 classes, as in class_weight"):
        loss([0], [[0.0, 1.0, 2.0]])


def test_the_prediction_is_that_of_the_scores_as_they_are_seen() -> None:
    loss = lb.CrossEntropy(from_logits=True, temperature=2.0, soft_cap=3.0)
    seen = 3 * np.tanh(SCORES / 3) / 2
    np.testing.assert_allclose(
        loss.inverse_link(SCORES), PLAIN.inverse_link(seen), rtol=1e-14, atol=0
    )
