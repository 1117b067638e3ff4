"""What is measured: a loss on data of a given size, type and layout, and the outputs wanted."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lossbook.domains import Interval, Labels
from lossbook.errors import InputError
from lossbook.loss import Loss
from lossbook.parameters import chosen
from lossbook.registry import catalogue, get

Array = np.ndarray[Any, Any]

OUTPUTS = {
    "value": (0,),
    "value+gradient": (0, 1),
    "gradient+hessian": (1, 2),
    "all": (0, 1, 2),
}
LAYOUTS = ("contiguous", "strided", "mixed", "integer")
OUTS = ("new", "given")
DTYPES = ("float32", "float64")
_PERIOD = 2**20


@dataclasses.dataclass(frozen=True)
class Case:
    """One job.

    ``n`` is how many predictions there are, or rows of ``classes`` predictions each; ``classes`` is
    0 for a pointwise loss. ``out`` says whether results go into new arrays or into given ones.
    """

    loss: str
    parameters: Mapping[str, Any]
    dtype: str
    outputs: str
    n: int
    classes: int
    weights: bool
    layout: str
    out: str = "new"

    @property
    def orders(self) -> tuple[int, ...]:
        """The orders of the derivatives wanted; 0 is the value."""
        return OUTPUTS[self.outputs]

    @property
    def elements(self) -> int:
        """How many numbers are predicted."""
        return self.n * max(self.classes, 1)

    @property
    def title(self) -> str:
        """The loss as a reader knows it, with the shape where it is one of rows.

        >>> from lossbook.bench.cases import Case
        >>> softmax = {"from_logits": True}
        >>> Case("cross_entropy", softmax, "float32", "all", 50, 10, False, "strided").title
        'cross_entropy, from_logits, 50 x 10'
        """
        shape = [f"{self.n} x {self.classes}"] if self.classes else []
        return ", ".join([self.loss, *self.switches, *shape])

    @property
    def switches(self) -> tuple[str, ...]:
        """The parameters that are switched on, such as from_logits."""
        return tuple(name for name, value in self.parameters.items() if value is True)

    @property
    def bytes_held(self) -> int:
        """About how much memory the arguments take, and the results where they are given."""
        width = np.dtype(self.dtype).itemsize
        other = width if self.layout in {"contiguous", "strided"} and not self.classes else 8
        held = self.elements * width + self.n * other * (2 if self.weights else 1)
        held *= 2 if self.layout == "strided" else 1
        results = sum(order > 0 for order in self.orders) if self.out == "given" else 0
        return held + results * self.elements * width

    @property
    def bytes_needed(self) -> int:
        """About how much more a call takes, in the library with the most temporaries."""
        return self.elements * 6 * np.dtype(self.dtype).itemsize

    def build(self) -> Loss:
        """The loss itself."""
        return get(self.loss, **self.parameters)


def pointwise_losses() -> Iterator[Loss]:
    """Every loss of one prediction per sample, in every setting of its switches.

    Each setting has a formula, and so a kernel, of its own.
    """
    for cls in catalogue():
        fields = dataclasses.fields(cls)  # type: ignore[arg-type]
        switches = [field.name for field in fields if isinstance(field.default, bool)]
        if cls.is_row:
            continue
        for settings in itertools.product((False, True), repeat=len(switches)):
            yield cls(**dict(zip(switches, settings, strict=True)))


def default_losses() -> list[Loss]:
    """What is measured if nobody asks for less: all pointwise losses, and softmax."""
    return [*pointwise_losses(), get("cross_entropy", from_logits=True)]


def cases(
    losses: Sequence[Loss],
    dtypes: Sequence[str],
    outputs: Sequence[str],
    sizes: Sequence[int],
    shapes: Sequence[tuple[int, int]],
    weights: Sequence[bool],
    layouts: Sequence[str],
    outs: Sequence[str] = ("new",),
) -> list[Case]:
    """All combinations: sizes for losses of one prediction per sample, shapes for those of rows.

    What would be another case once more is left out.
    """
    found = []
    for kind in itertools.product(outputs, weights, layouts, outs, dtypes):
        output, weight, layout, out, dtype = kind
        if out == "given" and output == "value" and "new" in outs:
            continue  # a number goes nowhere
        for rows, classes in [*((size, 0) for size in sizes), *shapes]:
            for loss in losses:
                if loss.is_row != bool(classes):
                    continue
                if layout == "integer" and not _takes_integers(loss):
                    continue
                fixed = (loss.name, chosen(loss), dtype, output)
                found.append(Case(*fixed, rows, classes, weight, layout, out))
    return found


def _takes_integers(loss: Loss) -> bool:
    """Whether labels may be integers and are not so anyway."""
    domain = loss.label_domain
    if loss.is_row:
        return False
    return isinstance(domain, Labels) or (
        isinstance(domain, Interval) and (domain.low, domain.high) == (0, 1)
    )


@dataclasses.dataclass(frozen=True)
class Data:
    """The arguments of a call."""

    y_true: Array
    y_pred: Array
    weight: Array | None
    out: tuple[Array, ...] | None = None

    @property
    def nbytes(self) -> int:
        """The bytes that a call has to read."""
        used = 0 if self.weight is None else self.weight.nbytes
        return self.y_true.nbytes + self.y_pred.nbytes + used


def data(case: Case) -> Data:
    """Predictions of everyday size and labels that fit them, the same in every process.

    After a million numbers they repeat, which no processor notices and saves minutes.
    """
    rng = np.random.default_rng(0)
    loss = case.build()
    rows = min(case.n, max(_PERIOD // max(case.classes, 1), 1))
    shape = (rows, case.classes) if case.classes else (rows,)
    y_pred = _everyday(loss.prediction_domain, rng, shape)
    if case.classes:
        if isinstance(loss.prediction_domain, Interval) and loss.prediction_domain.high == 1:
            y_pred /= y_pred.sum(axis=1, keepdims=True)
        y_true = rng.integers(0, case.classes, rows)
    else:
        y_true = _labels(loss, y_pred, rng)
    weight = rng.uniform(0.5, 1.5, rows) if case.weights else None
    return _laid_out(case, y_true, y_pred, weight)


def _laid_out(case: Case, y_true: Array, y_pred: Array, weight: Array | None) -> Data:
    dtype = np.dtype(case.dtype)
    other = dtype
    if case.layout == "mixed":
        other = np.dtype(np.float64 if dtype == np.float32 else np.float32)
    labels = np.dtype(np.int64) if case.classes or case.layout == "integer" else other
    arrays = [(y_true, labels), (y_pred, dtype)]
    if weight is not None:
        arrays.append((weight, other))
    step = 2 if case.layout == "strided" else 1
    placed = [_place(array, case.n, kind, step) for array, kind in arrays]
    out = None
    if case.out == "given":
        out = tuple(np.zeros(placed[1].shape, dtype) for order in case.orders if order)
    return Data(placed[0], placed[1], placed[2] if weight is not None else None, out)


def _place(array: Array, n: int, dtype: Any, step: int) -> Array:
    """The array, repeated up to n rows; of the last axis only every ``step``-th place is used."""
    shape = (n, *array.shape[1:])
    wide = np.zeros((*shape[:-1], shape[-1] * step), dtype)
    view = wide[..., ::step]
    for start in range(0, n, len(array)):
        view[start : start + len(array)] = array[: n - start]
    return view


def _everyday(domain: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    if not isinstance(domain, Interval) or domain.checks_nothing:
        return np.asarray(rng.normal(0, 3, shape))
    if math.isinf(domain.high):
        return domain.low + 0.05 + rng.exponential(2.0, shape)
    if math.isinf(domain.low):
        return domain.high - 0.05 - rng.exponential(2.0, shape)
    width = domain.high - domain.low
    return domain.low + width * rng.uniform(0.01, 0.99, shape)


def _labels(loss: Loss, y_pred: Array, rng: np.random.Generator) -> Array:
    domain = loss.label_domain
    if isinstance(domain, Labels):
        return np.asarray(rng.choice([domain.first, domain.second], y_pred.shape))
    if not isinstance(domain, Interval):
        raise InputError(f"{loss.name}: no data for labels in {domain.describe()}.")
    if domain.checks_nothing:
        return np.asarray(y_pred + rng.normal(0, 1, y_pred.shape))
    if (domain.low, domain.high) == (0, 1):
        # Random classes: what depends on their sign cannot be guessed by the processor.
        return np.asarray(rng.integers(0, 2, y_pred.shape), float)
    return _everyday(domain, rng, y_pred.shape)
