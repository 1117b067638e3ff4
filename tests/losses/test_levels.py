"""Several quantiles or expectiles of one label: plain, and from steps that do not cross."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from sklearn.metrics import mean_pinball_loss

import lossbook as lb

TAUS = (0.1, 0.35, 0.9)
RNG = np.random.default_rng(6)
Y, ROWS = RNG.normal(0, 2, 300), RNG.normal(0, 2, (300, 3))
WEIGHTS = RNG.exponential(size=300)
BOTH = [lb.MultiQuantile, lb.MultiExpectile]


def test_the_sum_of_scikit_learn_s_pinball_losses() -> None:
    loss = lb.MultiQuantile(TAUS)
    each = [
        mean_pinball_loss(Y, ROWS[:, k], alpha=tau, sample_weight=WEIGHTS)
        for k, tau in enumerate(TAUS)
    ]
    np.testing.assert_allclose(loss(Y, ROWS, sample_weight=WEIGHTS), sum(each), rtol=1e-13)


@pytest.mark.parametrize("name", ["Quantile", "Expectile"])
def test_each_column_is_the_loss_of_one_level(name: str) -> None:
    several = getattr(lb, f"Multi{name}")(TAUS)
    got = several.value_gradient_hessian(Y, ROWS, reduction="none")
    each = [
        getattr(lb, name)(tau).value_gradient_hessian(Y, ROWS[:, k], reduction="none")
        for k, tau in enumerate(TAUS)
    ]
    np.testing.assert_allclose(got[0], sum(one[0] for one in each), rtol=1e-14)
    for order in (1, 2):
        columns = np.stack([one[order] for one in each], axis=1)
        np.testing.assert_allclose(got[order], columns, rtol=1e-15, atol=0)
    assert (several.full_hessian(Y, ROWS, reduction="none")[:, 0, 1] == 0).all()


def test_catboost_s_definition() -> None:
    """Per object, the sum over levels of (alpha - [label <= prediction]) (label - prediction)."""
    alphas = np.array(TAUS)
    r = Y[:, None] - ROWS
    theirs = ((alphas - (r <= 0)) * r).sum(axis=1).mean()
    np.testing.assert_allclose(lb.MultiQuantile(TAUS)(Y, ROWS), theirs, rtol=1e-13)


def rising(c: Any) -> Any:
    q = [c[0]]
    for step in c[1:]:
        q.append(q[-1] + mpmath.log(1 + mpmath.exp(step)))
    return q


@pytest.mark.parametrize("cls", BOTH, ids=lambda cls: cls.__name__)
def test_steps_are_the_plain_loss_of_the_levels_they_give(cls: type[lb.Loss]) -> None:
    loss, plain = cls(TAUS, non_crossing=True), cls(TAUS)
    levels = loss.inverse_link(ROWS)
    assert (np.diff(levels, axis=1) > 0).all()
    with mpmath.workdps(40):
        wanted = [[float(q) for q in rising([mpmath.mpf(c) for c in row])] for row in ROWS[:20]]
    size = 2 * abs(ROWS[:20, :1]) + abs(levels[:20])  # of the base and the steps up from it
    assert (abs(levels[:20] - wanted) <= 1e-15 * size).all()
    np.testing.assert_allclose(loss(Y, ROWS), plain(Y, levels), rtol=1e-13)
    # The chain rule by hand: q_k rises by 1 with c_0, by sigmoid(c_j) with c_j for j <= k.
    rates = np.concatenate([np.ones((300, 1)), 1 / (1 + np.exp(-ROWS[:, 1:]))], axis=1)
    jacobian = np.tril(np.ones((3, 3))) * rates[:, None, :]
    slopes = np.einsum("nkj,nk->nj", jacobian, plain.gradient(Y, levels, reduction="none"))
    np.testing.assert_allclose(loss.gradient(Y, ROWS, reduction="none"), slopes, rtol=1e-9)


@pytest.mark.parametrize("non_crossing", [False, True])
@pytest.mark.parametrize("cls", BOTH, ids=lambda cls: cls.__name__)
def test_gauss_newton_is_never_negative(cls: type[lb.Loss], non_crossing: bool) -> None:
    loss: Any = cls(TAUS, non_crossing=non_crossing)
    rows = ROWS * 10.0 ** RNG.uniform(-2, 2, (300, 1))
    matrix = loss.gauss_newton_hessian(Y, rows, reduction="none")
    assert matrix.shape == (300, 3, 3)
    np.testing.assert_array_equal(matrix, matrix.swapaxes(1, 2))
    eigenvalues = np.linalg.eigvalsh(matrix)
    assert (eigenvalues >= -1e-14 * eigenvalues[:, -1:]).all()
    assert (eigenvalues[:, -1] > 0).all()
    # J^T diag(h) J, put together by hand.
    levels = loss.inverse_link(rows)
    model = cls(TAUS).hessian(Y, levels, reduction="none")
    if cls is lb.MultiQuantile:
        model = np.ones_like(levels)
    jacobian = np.broadcast_to(np.eye(3), (300, 3, 3))
    if non_crossing:
        # exp may be 0 where the score is far down, and so may the rate.
        with np.errstate(over="ignore"):
            rates = 1 / (1 + np.exp(-rows[:, 1:]))
        rates = np.concatenate([np.ones((300, 1)), rates], axis=1)
        jacobian = np.tril(np.ones((3, 3))) * rates[:, None, :]
    wanted = np.einsum("nki,nk,nkj->nij", jacobian, model, jacobian)
    np.testing.assert_allclose(matrix, wanted, rtol=1e-9)


def test_gauss_newton_is_the_hessian_where_slopes_vanish() -> None:
    loss = lb.MultiExpectile((0.2, 0.8), non_crossing=True)
    row = [[1.0, -800.0]]  # both levels at the label
    exact, stand_in = (call([1.0], row) for call in (loss.full_hessian, loss.gauss_newton_hessian))
    np.testing.assert_array_equal(exact, stand_in)
    above = loss.full_hessian([5.0], [[0.0, 1.0]])
    assert np.linalg.eigvalsh(above)[0, 0] < 0


@pytest.mark.parametrize("cls", BOTH, ids=lambda cls: cls.__name__)
def test_the_best_row_gives_the_levels_of_the_labels(cls: type[lb.Loss]) -> None:
    plain, steps = cls(TAUS), cls(TAUS, non_crossing=True)
    one = lb.Quantile if cls is lb.MultiQuantile else lb.Expectile
    levels = [one(tau).optimal_constant(Y, WEIGHTS) for tau in TAUS]
    np.testing.assert_array_equal(plain.optimal_constant(Y, WEIGHTS), levels)
    raw = steps.optimal_constant(Y, WEIGHTS)
    np.testing.assert_allclose(steps.inverse_link(raw), levels, rtol=1e-14)
    # Labels that are all the same need no step at all.
    assert steps.optimal_constant([2.0, 2.0]).tolist() == [2.0, -np.inf, -np.inf]
    assert steps([2.0], [[2.0, -np.inf, -np.inf]]) == 0


def test_names_parameters_and_errors() -> None:
    loss = lb.get("multi_quantile", taus=(0.1, 0.9))
    assert loss == lb.MultiQuantile(taus=[0.1, 0.9])
    assert repr(loss) == "MultiQuantile(taus=(0.1, 0.9), non_crossing=False)"
    with pytest.raises(
        lb.InputError, match=r"must hold 2 numbers, one for each of .* 0\.1 and 0\.9"
    ):
        loss([0.0], [[0.0, 1.0, 2.0]])
    with pytest.raises(lb.InputError, match=r"taus must rise, got 0\.1 at index 1 after 0\.9"):
        lb.MultiQuantile((0.9, 0.1))
    assert lb.MultiQuantile((0.5,))([1.0], [[3.0]]) == 1.0
