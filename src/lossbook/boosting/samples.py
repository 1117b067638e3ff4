"""Rows of features with labels and weights, checked before a library sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lossbook.errors import InputError, InputTypeError

# Features, labels, weights or None.
Sample = tuple[Any, Any, Any]

_A_SET = (
    "validation must be (features, y_true) or (features, y_true, sample_weight), or a list of such"
)


def checked(where: str, features: Any, y_true: Any, sample_weight: Any = None) -> Sample:
    """Features, labels and weights of as many rows each; NaN in none of the last two."""
    features = table(features)
    if len(features.shape) != 2:
        raise InputError(
            f"features{where} must have two axes, rows and columns, got the shape "
            f"{tuple(features.shape)}: one column is x.reshape(-1, 1), or to_frame() of a Series.",
            argument="features",
        )
    rows = features.shape[0]
    labels = _numbers(f"y_true{where}", y_true)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    weight = None if sample_weight is None else _numbers(f"sample_weight{where}", sample_weight)
    for name, values in (("y_true", labels), ("sample_weight", weight)):
        if values is not None and len(values) != rows:
            raise InputError(
                f"{name}{where} has {len(values)} entries for {rows} rows of features.",
                argument=name,
            )
    _refuse("y_true", where, labels, np.isnan(labels), "leave out rows without a label")
    if weight is not None:
        wrong = ~((weight >= 0) & np.isfinite(weight))
        _refuse("sample_weight", where, weight, wrong, "a weight is a number from 0 on")
    return features, labels, weight


def checked_sets(validation: Any) -> Sequence[Sample]:
    """Each of the validation sets; one may stand without a list around it."""
    is_one = isinstance(validation, tuple) and validation and not isinstance(validation[0], tuple)
    if not isinstance(validation, tuple | list):
        raise InputTypeError(f"{_A_SET}; got {type(validation).__name__}.")
    samples = []
    for place, data in enumerate([validation] if is_one else validation):
        if not isinstance(data, tuple) or len(data) not in (2, 3):
            got = f"{len(data)} of them" if isinstance(data, tuple) else type(data).__name__
            raise InputTypeError(f"{_A_SET}; got {got} at index {place}.")
        samples.append(checked(f" of validation set {place}", *data))
    return samples


def table(features: Any) -> Any:
    """Features as they are, or as an array where they are lists."""
    return features if hasattr(features, "shape") else np.asarray(features)


def _numbers(name: str, values: Any) -> Any:
    values = np.asarray(values)
    if values.dtype.kind in "biuf":
        return values
    try:
        # Columns of tables with missing values, or of whole numbers as objects.
        return values.astype(np.float64)
    except (TypeError, ValueError):
        raise InputTypeError(
            f"{name} must be numbers, got {values.dtype}: of names of classes, "
            "numpy.unique(names, return_inverse=True) gives their numbers."
        ) from None


def _refuse(name: str, where: str, values: Any, wrong: Any, fix: str) -> None:
    if wrong.any():
        first = tuple(map(int, np.argwhere(wrong)[0]))
        raise InputError(
            f"{name}{where} has {values[first]:g} at index {first[0]}: {fix}.",
            argument=name,
            index=first[0],
        )
