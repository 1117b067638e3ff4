"""Array libraries as tests see them: how to make their arrays, and how to get the numbers back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import array_api_strict
import jax
import jax.numpy as jnp
import numpy as np
import torch

import lossbook as lb
from lossbook.checks.sampling import Samples, ordinary
from lossbook.checks.truth import row_sizes, terms

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Library:
    """One library: NumPy arrays in, NumPy arrays out."""

    name: str
    array_type: type
    make: Callable[[Any], Any]
    dtypes: tuple[str, ...] = ("float32", "float64")

    def __str__(self) -> str:
        return self.name

    def slack(self, dtype: str) -> float:
        """How much further from NumPy than others this library's own log, log1p and exp may be."""
        # XLA's float64 log1p is 120 epsilons off at x = -0.41.
        return 32 if self.name == "jax" and dtype == "float64" else 1

    def numbers(self, array: Any) -> Array:
        assert isinstance(array, self.array_type), f"{type(array)} is not of {self.name}"
        return np.asarray(array.detach() if self.name == "torch" else array)


# Without 64-bit support JAX turns float64 into float32; test_jax runs both ways.
_JAX = ("float32", "float64") if jax.config.jax_enable_x64 else ("float32",)
TORCH = Library("torch", torch.Tensor, lambda array: torch.asarray(np.array(array)))
JAX = Library("jax", jax.Array, lambda array: jnp.asarray(np.asarray(array)), _JAX)
STRICT = Library(
    "array_api_strict",
    type(array_api_strict.zeros(1)),
    lambda array: array_api_strict.asarray(np.array(array)),
)
LIBRARIES = (TORCH, JAX, STRICT)


@dataclass(frozen=True)
class Case:
    """Samples for a loss, NumPy's results for them, and what their rounding is measured against."""

    loss: lb.Loss
    samples: Samples
    weight: Array

    def __str__(self) -> str:
        return f"{self.loss}, {self.samples.labels}"

    @property
    def gradient_size(self) -> Array:
        """Per entry: the gradient, or the size of its terms where the label mixes them."""
        y, p = self.samples.y_true, self.samples.y_pred
        if self.samples.labels in ("soft", "rows", "amounts"):
            return np.asarray(terms(self.loss, 1, y, p), float)
        return abs(self.loss.gradient(y, p, reduction="none"))

    @property
    def sizes(self) -> tuple[Any, Array, Any]:
        """What rounding is measured against; None for values and Hessians of their own size."""
        y, p = self.samples.y_true, self.samples.y_pred
        value, gradient, hessian = (row_sizes(self.loss, order, y, p) for order in range(3))
        return (
            None if value is None else value.astype(float),
            self.gradient_size if gradient is None else gradient.astype(float),
            None if hessian is None else hessian.astype(float),
        )

    def weighed_sizes(self, factor: Array, reduction: str) -> list[Any]:
        """The same, of results that are weighed and reduced."""
        sizes = [
            None if size is None else factor[(..., *(None,) * (size.ndim - 1))] * size
            for size in self.sizes
        ]
        if sizes[0] is not None and reduction != "none":
            sizes[0] = sizes[0].sum()
        return sizes


def cases(loss: lb.Loss, count: int, dtype: str) -> list[Case]:
    weight = np.random.default_rng(31).integers(0, 4, count).astype(dtype)
    return [Case(loss, samples, weight) for samples in ordinary(loss, count, dtype, seed=32)]


def allowance(loss: lb.Loss, expected: Any, size: Any) -> tuple[float, Any]:
    """How many times more epsilons, and of what size.

    Rounding errors are carried along on NumPy arrays alone; elsewhere such formulas are as exact as
    they are plain, which is relative to the largest results. Rows are exact everywhere.
    """
    if loss.is_row or not loss.compensated:
        return 1, size
    sizes = np.asarray(abs(np.asarray(expected, float)) if size is None else size)
    finite = sizes[np.isfinite(sizes)]
    return 64, np.maximum(sizes, finite.max(initial=0.0))


def assert_close(computed: Array, expected: Array, epsilons: float, size: Any = None) -> None:
    """Relative closeness, in units of the coarser dtype's epsilon; NaN and infinities alike."""
    computed, expected = np.asarray(computed), np.asarray(expected)
    assert computed.shape == expected.shape
    finite = np.isfinite(expected)
    np.testing.assert_array_equal(computed[~finite], expected[~finite])
    unit = max(np.finfo(computed.dtype).eps, np.finfo(expected.dtype).eps)
    allowed = epsilons * unit * abs(np.asarray(expected if size is None else size, float))
    error = abs(computed.astype(float) - expected.astype(float))
    worst = np.max(np.where(finite, error - allowed, -np.inf))
    assert worst <= 0, f"{worst:.3g} beyond {epsilons} epsilons"
