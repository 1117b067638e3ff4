"""How a library's own objective trains: what ``curvature="native"`` gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

LEAVES = "sets its leaves to {} of the residuals, which an objective of one's own cannot"


def ones(_: Any, __: Any, raw: Any, ___: Any) -> Any:
    """A curvature of 1, whatever the Hessian is."""
    return np.ones_like(raw)


@dataclass(frozen=True)
class Builtin:
    """An objective that a library has built in, beside the loss that it is.

    Parameters
    ----------
    name : str
        As the library spells it.
    factor : float
        The library's loss over ours: its gradients are as many times ours.
    times : callable, optional
        From the number of columns: by how much the library's curvature is larger than the Hessian
        of its loss.
    least : float
        What it takes at least as curvature.
    single : bool
        Whether it rounds gradients to float32 before they are weighed.
    curvature : callable, optional
        From labels, scores and gradients of the library's own loss, where it is not a multiple of
        the Hessian.
    start : callable, optional
        From the loss, labels and weights to the raw score at which the library starts, where it is
        not the best constant.
    parameters : mapping
        What the library sets beside, once this objective is chosen.
    apart : str
        Why no objective of one's own trains the same model; empty where one does.
    """

    name: str
    factor: float = 1.0
    times: Callable[[int], float] | None = None
    least: float = 0.0
    single: bool = False
    curvature: Callable[[Any, Any, Any, Any], Any] | None = None
    start: Callable[[Any, Any, Any], Any] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    apart: str = ""

    def derivatives(self, loss: Any, y_true: Any, raw: Any, weight: Any) -> tuple[Any, Any]:
        """Gradient and curvature as the library has them, times the weights."""
        if self.curvature is not None:
            gradient = loss.gradient(y_true, raw, reduction="none")
            gradient *= self.factor
            if self.single:
                with np.errstate(over="ignore"):
                    gradient = gradient.astype(np.float32)
            curvature = self.curvature(loss, y_true, raw, gradient)
            return weighed(gradient, weight), weighed(curvature, weight)
        gradient, hessian = loss.gradient_and_hessian(
            y_true, raw, sample_weight=weight, reduction="sum"
        )
        if self.factor != 1:
            gradient *= self.factor
        times = self.factor * (self.times(raw.shape[-1]) if self.times else 1)
        if times != 1:
            hessian *= times
        if self.least:
            np.maximum(
                hessian,
                self.least if weight is None else _along(self.least * weight, raw),
                out=hessian,
            )
        return gradient, hessian


def weighed(values: Any, weight: Any) -> Any:
    """Values times their samples' weights; exactly 0 where the weight is 0."""
    if weight is None:
        return values
    weight = _along(weight, values)
    with np.errstate(invalid="ignore"):
        values = values * weight.astype(values.dtype, copy=False)
    values[np.broadcast_to(weight == 0, values.shape)] = 0
    return values


def _along(weight: Any, values: Any) -> Any:
    return weight.reshape(*weight.shape, *[1] * (values.ndim - weight.ndim))


def find(library: str, loss: Any, builtins: Iterable[Builtin]) -> Builtin | None:
    """The library's own objective of a loss, by the names that the loss has there.

    Switches must be as they are there; numbers (a power, a delta) may be the user's own.
    """
    named = {builtin.name: builtin for builtin in builtins}
    for counterpart in type(loss).counterparts:
        is_there = counterpart.framework == library and counterpart.name in named
        if is_there and all(
            loss.parameters[name] == value
            for name, value in counterpart.parameters.items()
            if isinstance(value, bool)
        ):
            return named[counterpart.name]
    return None
