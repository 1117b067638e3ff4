"""A user's own function of labels and predictions, called so that each sample stands for itself."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lossbook.checks.exactly.numbers import ExactArray, exact_array, numbers_of

Array = np.ndarray[Any, Any]
Function = Callable[[Any, Any], Any]


@dataclass
class Samplewise:
    """A function of arrays, of single numbers, or one that reduces, as one result per sample.

    Parameters
    ----------
    function : callable
        Of ``(y_true, y_pred)``.
    style : str
        "arrays": it gives one result per sample. "single arrays": it reduces, and is called with
        one sample at a time. "numbers": it takes one number each.
    """

    function: Function
    style: str
    raised: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, function: Function, y_true: Array, y_pred: Array) -> Samplewise:
        """Find out how a function wants to be called, on samples that it should know."""
        try:
            batch = quietly(function, y_true, y_pred)
            single = quietly(function, y_true[:1], y_pred[:1])
        except Exception:
            quietly(function, y_true[0], y_pred[0])  # what this raises is the caller's to hear
            return cls(function, "numbers")
        per_sample = np.shape(batch) in (y_pred.shape, y_pred.shape[:1])
        same = per_sample and np.allclose(batch[:1], single, rtol=1e-6, atol=0, equal_nan=True)
        return cls(function, "arrays" if same else "single arrays")

    def __call__(self, y_true: Array, y_pred: Array) -> Array:
        """One result per sample; NaN where the function raises."""
        if self.style == "arrays":
            try:
                return np.asarray(quietly(self.function, y_true, y_pred))
            except Exception as error:
                self.raised.append(_words(error))
        results = [self._one(y_true, y_pred, i) for i in range(len(y_pred))]
        return np.asarray([self._or_nan(one, y_pred[i]) for i, one in enumerate(results)])

    def exactly(self, y_true: Array, y_pred: Array) -> Array:
        """The same for mpmath numbers, with all digits; NotExactError where that cannot be."""
        labels = y_true if y_true.dtype.kind == "i" else exact_array(y_true)
        predictions = exact_array(y_pred)
        if self.style == "arrays":
            return numbers_of(quietly(self.function, labels, predictions))
        rows = [self._one(labels, predictions, i) for i in range(len(y_pred))]
        return np.asarray([_shaped(numbers_of(one), y_pred[i]) for i, one in enumerate(rows)])

    def _one(self, y_true: Array, y_pred: Array, i: int) -> Any:
        where: Any = i if self.style == "numbers" else slice(i, i + 1)
        try:
            return quietly(self.function, y_true[where], y_pred[where])
        except Exception as error:
            if isinstance(y_pred, ExactArray):
                raise
            self.raised.append(_words(error))
            return None

    @staticmethod
    def _or_nan(result: Any, prediction: Any) -> Any:
        if result is None:
            return np.full(np.shape(prediction), np.nan, np.asarray(prediction).dtype)
        return _shaped(np.asarray(result), prediction)


def quietly(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function that may overflow or complain: what comes out is what is looked at."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*arguments)


def _shaped(result: Array, prediction: Any) -> Any:
    """One number, or one per class."""
    return result.ravel()[0] if result.size == 1 else result.reshape(np.shape(prediction))


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
