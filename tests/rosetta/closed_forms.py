"""scikit-learn, SciPy and statsmodels: the functions that they minimise, as they compute them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import lossbook as lb
from lossbook.rosetta import Counterpart

from .answers import CLASSES, Answers, Array


def ask_sklearn(theirs: Counterpart, _loss: lb.Loss, y: Array, p: Array) -> Answers:
    import sklearn.metrics
    from sklearn._loss import loss as of_trees
    from sklearn.linear_model import SGDClassifier, SGDRegressor

    if hasattr(of_trees, theirs.name):
        return _of_trees(getattr(of_trees, theirs.name), y, p)
    if hasattr(sklearn.metrics, theirs.name):
        return _of_metric(getattr(sklearn.metrics, theirs.name), theirs.name, y, p)
    linear = {**SGDClassifier.loss_functions, **SGDRegressor.loss_functions}
    make, *defaults = linear[theirs.name]
    return _of_linear_model(make(*defaults), y, p)


def _of_trees(make: Any, y: Array, p: Array) -> Answers:
    peer = make(n_classes=CLASSES) if make.__name__ == "HalfMultinomialLoss" else make()
    y = y.astype(np.float64)
    y = (y + 1) / 2 if make.__name__ == "ExponentialLoss" else y
    gradient, hessian = peer.gradient_hessian(y, p)
    return Answers(peer.loss(y, p), gradient, hessian)


def _of_metric(metric: Callable[..., float], name: str, y: Array, p: Array) -> Answers:
    known: dict[str, Any] = {
        "mean_tweedie_deviance": {"power": 1.5},
        "log_loss": {"labels": [0, 1]},
    }
    options = known.get(name, {})
    p = np.sign(p) if name == "zero_one_loss" else p
    return Answers(np.asarray([metric([a], [b], **options) for a, b in zip(y, p, strict=True)]))


def _of_linear_model(peer: Any, y: Array, p: Array) -> Answers:
    if not hasattr(peer, "py_loss"):
        value, gradient = np.empty_like(p), np.empty_like(p)
        peer.loss_gradient(y, p, None, value, gradient, 1)
        return Answers(value, gradient)
    each = [(peer.py_loss(b, a), peer.py_dloss(b, a)) for a, b in zip(y, p, strict=True)]
    value, gradient = np.asarray(each).T
    return Answers(value, gradient)


def ask_scipy(theirs: Counterpart, _loss: lb.Loss, y: Array, p: Array) -> Answers:
    from scipy.optimize import least_squares

    def at(label: float, prediction: float) -> tuple[float, float]:
        step = least_squares(lambda x: x - label, [prediction], loss=theirs.name, max_nfev=1)
        return step.cost, step.grad[0]

    value, gradient = np.asarray([at(a, b) for a, b in zip(y, p, strict=True)]).T
    return Answers(value, gradient)


def ask_statsmodels(theirs: Counterpart, _loss: lb.Loss, y: Array, p: Array) -> Answers:
    import statsmodels.api as sm

    if hasattr(sm.robust.norms, theirs.name):
        norm = getattr(sm.robust.norms, theirs.name)()
        return Answers(norm.rho(p - y), norm.psi(p - y), norm.psi_deriv(p - y))
    if theirs.name == "Tweedie":
        family = sm.families.Tweedie(var_power=1.5)
        deviances = [
            family.deviance(np.asarray([a]), np.asarray([b])) for a, b in zip(y, p, strict=True)
        ]
        return Answers(np.asarray(deviances))
    family = getattr(sm.families, theirs.name)
    peer = family(alpha=1.0) if theirs.name == "NegativeBinomial" else family()
    return Answers(-peer.loglike_obs(y, p))
