"""The same job in other libraries: the mean loss and its gradient, the way each does it best.

Every function takes labels and predictions and returns (value, gradient).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Job = Callable[[Array, Array], tuple[float, Array]]
TAU = 0.9


# -- NumPy, in forms that neither overflow nor branch (np.where is slow on random signs) -----------


def numpy_logistic(y: Array, z: Array) -> tuple[float, Array]:
    e = np.exp(-np.abs(z))
    value = np.maximum(z, 0) - y * z + np.log1p(e)
    gradient = np.exp(np.minimum(z, 0))
    gradient /= 1 + e
    gradient -= y
    gradient /= len(z)
    return value.mean(), gradient


def numpy_squared(y: Array, p: Array) -> tuple[float, Array]:
    r = p - y
    return (r * r).mean(), r * (2 / len(r))


def numpy_hinge(y: Array, p: Array) -> tuple[float, Array]:
    slack = 1 - y * p
    return np.maximum(slack, 0).mean(), (slack > 0) * (y / -len(p))


def numpy_quantile(y: Array, p: Array) -> tuple[float, Array]:
    r = p - y
    gradient = (r > 0).astype(r.dtype)
    gradient -= TAU
    gradient /= len(r)
    return np.maximum((1 - TAU) * r, -TAU * r).mean(), gradient


def numpy_softmax(y: Array, z: Array) -> tuple[float, Array]:
    shifted = z - z.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=1, keepdims=True)
    rows = np.arange(len(z))
    value = np.log(total[:, 0]) - shifted[rows, y]
    e /= total
    e[rows, y] -= 1
    e /= len(z)
    return value.mean(), e


# -- PyTorch ---------------------------------------------------------------------------------------


def _backward(function: Callable[[Any, Any], Any], y: Array, p: Array) -> tuple[float, Array]:
    import torch

    prediction = torch.from_numpy(p).requires_grad_()
    value = function(prediction, torch.from_numpy(y))
    value.backward()
    return value.item(), prediction.grad.numpy()


def torch_logistic(y: Array, z: Array) -> tuple[float, Array]:
    import torch.nn.functional as F  # noqa: N812 (its usual name)

    return _backward(F.binary_cross_entropy_with_logits, y, z)


def torch_squared(y: Array, p: Array) -> tuple[float, Array]:
    import torch.nn.functional as F  # noqa: N812

    return _backward(F.mse_loss, y, p)


def torch_hinge(y: Array, p: Array) -> tuple[float, Array]:
    return _backward(lambda p, y: (1 - y * p).clamp(min=0).mean(), y, p)


def torch_quantile(y: Array, p: Array) -> tuple[float, Array]:
    import torch

    return _backward(lambda p, y: torch.maximum((1 - TAU) * (p - y), TAU * (y - p)).mean(), y, p)


def torch_softmax(y: Array, z: Array) -> tuple[float, Array]:
    import torch.nn.functional as F  # noqa: N812

    return _backward(F.cross_entropy, y, z)


# -- scikit-learn's private losses -----------------------------------------------------------------


@functools.cache
def _sklearn(name: str, **parameters: float) -> Any:
    from sklearn import _loss

    return getattr(_loss, name)(**parameters)


def _loss_gradient(loss: Any, y: Array, p: Array, factor: float = 1) -> tuple[float, Array]:
    value, gradient = loss.loss_gradient(y_true=y, raw_prediction=p, n_threads=1)
    gradient *= factor / len(p)
    return factor * value.mean(), gradient


def sklearn_logistic(y: Array, z: Array) -> tuple[float, Array]:
    return _loss_gradient(_sklearn("HalfBinomialLoss"), y, z)


def sklearn_squared(y: Array, p: Array) -> tuple[float, Array]:
    return _loss_gradient(_sklearn("HalfSquaredError"), y, p, factor=2)


def sklearn_quantile(y: Array, p: Array) -> tuple[float, Array]:
    return _loss_gradient(_sklearn("PinballLoss", quantile=TAU), y, p)


def sklearn_softmax(y: Array, z: Array) -> tuple[float, Array]:
    loss = _sklearn("HalfMultinomialLoss", n_classes=z.shape[1])
    return _loss_gradient(loss, y.astype(z.dtype), z)


PEERS: dict[str, dict[str, Job]] = {
    "logistic": {
        "NumPy": numpy_logistic,
        "torch": torch_logistic,
        "scikit-learn": sklearn_logistic,
    },
    "squared": {"NumPy": numpy_squared, "torch": torch_squared, "scikit-learn": sklearn_squared},
    "hinge": {"NumPy": numpy_hinge, "torch": torch_hinge},
    "quantile": {
        "NumPy": numpy_quantile,
        "torch": torch_quantile,
        "scikit-learn": sklearn_quantile,
    },
    "softmax": {"NumPy": numpy_softmax, "torch": torch_softmax, "scikit-learn": sklearn_softmax},
}
