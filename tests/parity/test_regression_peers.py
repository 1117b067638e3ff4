"""Losses for regression beside other frameworks: what each counterpart states, held against it.

The factor and the parameters come from the loss's own ``counterparts``; a peer answers with the
value, the gradient and the Hessian of each residual, or with as many of them as it has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import scipy.optimize
import sklearn.metrics
import torch
from sklearn._loss import loss as sklearn_loss
from sklearn.linear_model import _sgd_fast

import lossbook as lb

# Not among what the tests need: `.ci/run` runs this file again where they are.
norms = pytest.importorskip("statsmodels.robust.norms")
xgboost = pytest.importorskip("xgboost")


Answers = tuple[Any, ...]

RNG = np.random.default_rng(8)
# None at a kink; of all sizes that a formula without care can stand.
Y = RNG.normal(0, 3, 400)
P = Y + RNG.choice([-1, 1], 400) * 10.0 ** RNG.uniform(-2, 1.5, 400)
POSITIVE = abs(Y) + 0.1, abs(P) + 0.1


def by_torch(peer: Any) -> Callable[[lb.Loss, Any, Any], Answers]:
    def ask(loss: lb.Loss, y: Any, p: Any) -> Answers:
        prediction = torch.tensor(p, requires_grad=True)
        value = peer(loss)(prediction, torch.tensor(y))
        (gradient,) = torch.autograd.grad(value.sum(), prediction)
        return value.detach().numpy(), gradient.numpy()

    return ask


def by_scipy(name: str) -> Callable[[lb.Loss, Any, Any], Answers]:
    """The cost that ``least_squares`` states, of one residual each."""

    def cost(scale: float, r: float) -> float:
        found = scipy.optimize.least_squares(
            lambda x: r + 0 * x, [0.0], loss=name, f_scale=scale, max_nfev=1
        )
        return float(found.cost)

    def ask(loss: lb.Loss, y: Any, p: Any) -> Answers:
        scale = next(iter(loss.parameters.values()), 1.0)
        return (np.array([cost(scale, r) for r in p - y]),)

    return ask


def by_statsmodels(make: Any) -> Callable[[lb.Loss, Any, Any], Answers]:
    def ask(loss: lb.Loss, y: Any, p: Any) -> Answers:
        peer = make(*loss.parameters.values())
        return peer.rho(p - y), peer.psi(p - y), peer.psi_deriv(p - y)

    return ask


def by_sgd(name: str) -> Callable[[lb.Loss, Any, Any], Answers]:
    """Scikit-learn's losses of one number: label second."""

    def ask(loss: lb.Loss, y: Any, p: Any) -> Answers:
        peer = getattr(_sgd_fast, name)(*loss.parameters.values())
        pairs = list(zip(p.tolist(), y.tolist(), strict=True))
        return (
            np.array([peer.py_loss(*pair) for pair in pairs]),
            np.array([peer.py_dloss(*pair) for pair in pairs]),
        )

    return ask


def by_sklearn(make: Any) -> Callable[[lb.Loss, Any, Any], Answers]:
    def ask(loss: lb.Loss, y: Any, p: Any) -> Answers:
        peer = make(loss)
        return peer.loss(y, p), peer.gradient(y, p)

    return ask


def by_optax(peer: Any) -> Callable[[lb.Loss, Any, Any], Answers]:
    def ask(loss: lb.Loss, y: Any, p: Any) -> Answers:
        with jax.enable_x64(True):
            return (np.asarray(peer(jnp.asarray(p), jnp.asarray(y), **loss.parameters)),)

    return ask


def mean_of(metric: Any) -> Callable[[lb.Loss, Any, Any], Answers]:
    def ask(_loss: lb.Loss, y: Any, p: Any) -> Answers:
        return (np.array([metric([one], [other]) for one, other in zip(y, p, strict=True)]),)

    return ask


def one_over_beta(loss: lb.Loss) -> Any:
    delta = loss.parameters["delta"]
    peer = torch.nn.SmoothL1Loss(reduction="none", beta=delta)
    return lambda p, y: delta * peer(p, y)


# The loss, the counterpart, how it is asked, how close it comes: some of their forms cancel.
PEERS: dict[str, tuple[lb.Loss, str, Any, float]] = {
    "HuberLoss": (
        lb.Huber(1.7),
        "torch:torch.nn.HuberLoss",
        by_torch(lambda loss: torch.nn.HuberLoss(reduction="none", **loss.parameters)),
        1e-14,
    ),
    "SmoothL1Loss": (lb.Huber(1.7), "torch:torch.nn.SmoothL1Loss", by_torch(one_over_beta), 1e-14),
    "L1Loss": (
        lb.AbsoluteError(),
        "torch:torch.nn.L1Loss",
        by_torch(lambda _: torch.nn.L1Loss(reduction="none")),
        1e-15,
    ),
    "MSELoss": (
        lb.SquaredError(),
        "torch:torch.nn.MSELoss",
        by_torch(lambda _: torch.nn.MSELoss(reduction="none")),
        1e-15,
    ),
    "least_squares linear": (lb.SquaredError(), "scipy:linear", by_scipy("linear"), 1e-15),
    "least_squares huber": (lb.Huber(1.7), "scipy:huber", by_scipy("huber"), 1e-12),
    "least_squares soft_l1": (lb.PseudoHuber(1.7), "scipy:soft_l1", by_scipy("soft_l1"), 1e-10),
    "least_squares cauchy": (lb.Cauchy(1.7), "scipy:cauchy", by_scipy("cauchy"), 1e-13),
    "least_squares arctan": (lb.Arctan(1.7), "scipy:arctan", by_scipy("arctan"), 1e-13),
    "LeastSquares": (
        lb.SquaredError(),
        "statsmodels:LeastSquares",
        by_statsmodels(norms.LeastSquares),
        1e-15,
    ),
    "HuberT": (lb.Huber(1.345), "statsmodels:HuberT", by_statsmodels(norms.HuberT), 1e-12),
    "TukeyBiweight": (
        lb.TukeyBiweight(4.685),
        "statsmodels:TukeyBiweight",
        by_statsmodels(norms.TukeyBiweight),
        1e-9,
    ),
    "AndrewWave": (
        lb.AndrewsWave(1.339),
        "statsmodels:AndrewWave",
        by_statsmodels(norms.AndrewWave),
        1e-9,
    ),
    "EpsilonInsensitive": (
        lb.EpsilonInsensitive(0.25),
        "sklearn:epsilon_insensitive",
        by_sgd("EpsilonInsensitive"),
        1e-12,
    ),
    "SquaredEpsilonInsensitive": (
        lb.SquaredEpsilonInsensitive(0.25),
        "sklearn:squared_epsilon_insensitive",
        by_sgd("SquaredEpsilonInsensitive"),
        1e-12,
    ),
    "HuberLoss of scikit-learn": (
        lb.Huber(1.7),
        "sklearn:HuberLoss",
        by_sklearn(lambda loss: sklearn_loss.HuberLoss(delta=loss.parameters["delta"])),
        1e-14,
    ),
    "PinballLoss": (
        lb.Quantile(0.3),
        "sklearn:PinballLoss",
        by_sklearn(lambda loss: sklearn_loss.PinballLoss(quantile=loss.parameters["tau"])),
        1e-14,
    ),
    "huber_loss": (lb.Huber(1.7), "optax:huber_loss", by_optax(optax.huber_loss), 1e-12),
    "log_cosh": (lb.LogCosh(), "optax:log_cosh", by_optax(optax.log_cosh), 1e-9),
    "l2_loss": (lb.SquaredError(), "optax:l2_loss", by_optax(optax.l2_loss), 1e-14),
    "mean_squared_log_error": (
        lb.SquaredLogError(),
        "sklearn:mean_squared_log_error",
        mean_of(sklearn.metrics.mean_squared_log_error),
        1e-12,
    ),
    "mean_absolute_percentage_error": (
        lb.AbsolutePercentageError(),
        "sklearn:mean_absolute_percentage_error",
        mean_of(sklearn.metrics.mean_absolute_percentage_error),
        1e-14,
    ),
}


@pytest.mark.parametrize("name", PEERS)
def test_what_the_counterpart_states(name: str) -> None:
    loss, spelling, ask, relative = PEERS[name]
    (stated,) = (c for c in loss.counterparts if spelling == f"{c.framework}:{c.name}")
    assert replace(lb.get(spelling), **loss.parameters) == loss
    positive = isinstance(loss, lb.PointwiseLoss)
    y, p = POSITIVE if positive else (Y, P)
    ours = loss.value_gradient_hessian(y, p, reduction="none")
    for got, theirs in zip(ours, ask(loss, y, p), strict=False):
        error = abs(stated.factor * got - theirs)
        assert (error <= relative * np.maximum(abs(stated.factor * got), abs(theirs))).all()


DEFAULTS = {
    "statsmodels:HuberT": (norms.HuberT().t, "delta"),
    "statsmodels:TukeyBiweight": (norms.TukeyBiweight().c, "c"),
    "statsmodels:AndrewWave": (norms.AndrewWave().a, "c"),
    "torch:torch.nn.HuberLoss": (torch.nn.HuberLoss().delta, "delta"),
    "sklearn:epsilon_insensitive": (0.1, "epsilon"),
}


@pytest.mark.parametrize("spelling", DEFAULTS)
def test_defaults_of_frameworks(spelling: str) -> None:
    value, parameter = DEFAULTS[spelling]
    assert lb.get(spelling).parameters[parameter] == value


# -- XGBoost: one tree of one leaf moves to -sum(gradient) / sum(Hessian) --------------------------


def leaf(objective: str, y: Any, start: float, **options: Any) -> float:
    data = xgboost.DMatrix(np.zeros((len(y), 1)), label=y)
    settings = {"objective": objective, "base_score": start, "eta": 1, "lambda": 0, **options}
    settings["min_child_weight"] = 0
    booster = xgboost.train(settings, data, num_boost_round=1)
    return float(booster.predict(data)[0])


@pytest.mark.parametrize(
    ("loss", "objective", "options"),
    [
        (lb.SquaredError(), "reg:squarederror", {}),
        (lb.PseudoHuber(), "reg:pseudohubererror", {}),
        (lb.PseudoHuber(2.5), "reg:pseudohubererror", {"huber_slope": 2.5}),
        (lb.SquaredLogError(), "reg:squaredlogerror", {}),
    ],
    ids=repr,
)
def test_a_newton_step_of_xgboost(loss: lb.Loss, objective: str, options: Any) -> None:
    y = np.array([0.3, 1.0, 2.0, 2.5])
    assert any(c.name == objective for c in loss.counterparts)
    _, gradient, hessian = loss.value_gradient_hessian(y, np.full(4, 1.25), reduction="none")
    step = -gradient.sum() / hessian.sum()
    assert np.isclose(leaf(objective, y, 1.25, **options), 1.25 + step, rtol=2e-6)
