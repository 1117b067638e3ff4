"""The truth, in 120 digits, and how far a floating-point number is from it in ULP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from lossbook import Loss
from lossbook.domains import ClassLabels
from lossbook.maths.oracle import ALL_DIGITS, DIGITS, ORACLE

OUTPUTS = ("value", "gradient", "hessian")


def exact(numbers: Any) -> Any:
    """Floating-point numbers as mpmath numbers, without rounding."""
    return np.frompyfunc(lambda number: mpmath.mpf(float(number)), 1, 1)(np.asarray(numbers))


def truth(loss: Loss, order: int, y_true: Any, y_pred: Any) -> Any:
    """The exact derivative of each sample (order 0 is the value), as an array of mpmath numbers.

    The value is the textbook's, so that an oracle and a stable form share no mistake; that the
    derivatives belong to it is a law of its own. A class index counts as its one-hot row.
    """
    with mpmath.workdps(DIGITS):
        exact_loss = loss.over(ORACLE)
        labels, predictions = exact(y_true), exact(y_pred)
        if loss.is_row:
            rows = [
                _derivative(exact_loss, order, y, z)
                for y, z in zip(as_rows(loss, labels, predictions), predictions, strict=True)
            ]
            return np.asarray([row[0] for row in rows] if order == 0 else rows, dtype=object)
        results = [
            _of_numbers(exact_loss, order, y, p) for y, p in zip(labels, predictions, strict=True)
        ]
        return np.asarray(results, dtype=object)


def _of_numbers(loss: Loss, order: int, y: Any, p: Any) -> Any:
    # Beside a threshold all of a residual counts, and 1 - 1e-300 has 300 digits.
    is_whole = p - y == mpmath.fsub(p, y, exact=True)
    with mpmath.workdps(DIGITS if is_whole else ALL_DIGITS):
        return mpmath.mpf(_derivative(loss, order, y, p))


def _derivative(loss: Loss, order: int, y: Any, p: Any) -> Any:
    stable = loss.derivative(ORACLE, order, y, p)
    if order:
        return stable
    textbook = loss.textbook(ORACLE, y, p)
    one, other = np.ravel(textbook)[0], np.ravel(stable)[0]
    if one == other or abs(one - other) <= abs(one) * mpmath.mpf("1e-40"):
        return textbook
    # A textbook may cancel, and 120 digits be too few for what is left.
    with mpmath.workdps(ALL_DIGITS):
        return loss.textbook(ORACLE, y, p)


def terms(loss: Loss, order: int, y_true: Any, y_pred: Any) -> Any:
    """The size of what an output is the sum of, where the loss is affine in its label.

    A label is made of the ends of its domain: of 0 and 1 as (1 - y) 0 + y 1, of classes as a row of
    shares, and where the domain has no upper end, of the lower one and a way y - low up from it.
    Each part contributes a term, and where the terms have opposite signs, their sum cancels.
    Errors are measured against the terms' sizes.
    """
    with mpmath.workdps(DIGITS):
        labels, predictions = exact(y_true), exact(y_pred)
        if loss.is_row:
            classes = predictions.shape[-1]
            return sum(
                labels[:, k, None] * abs(truth(loss, order, np.full(len(labels), k), y_pred))
                for k in range(classes)
            )
        exactly = loss.over(ORACLE)
        opposing = [
            exactly.opposing(ORACLE, y, p) for y, p in zip(labels, predictions, strict=True)
        ]
        if order == 1 and None not in opposing:
            return np.asarray([sum(map(abs, sample)) for sample in opposing], dtype=object)
        low, high = loss.label_domain.low, loss.label_domain.high
        at_low = truth(loss, order, np.full(len(labels), low), y_pred)
        if np.isinf(high):
            return abs(at_low) + abs(truth(loss, order, y_true, y_pred) - at_low)
        at_high = truth(loss, order, np.full(len(labels), high), y_pred)
        return _weighed(1 - labels, at_low) + _weighed(labels, at_high)


def row_sizes(loss: Loss, order: int, y_true: Any, y_pred: Any) -> Any:
    """What a row loss says its results are sums of, where terms cancel; None where it says so."""
    if not loss.is_row:
        return None
    with mpmath.workdps(DIGITS):
        exactly: Any = loss.over(ORACLE)
        labels, predictions = exact(y_true), exact(y_pred)
        rows = [
            exactly.sizes(ORACLE, order, y, z)
            for y, z in zip(as_rows(loss, labels, predictions), predictions, strict=True)
        ]
        if rows[0] is None:
            return None
        return np.asarray([row[0] for row in rows] if order == 0 else rows, dtype=object)


def _weighed(weight: Any, term: Any) -> Any:
    silent = np.frompyfunc(lambda w, t: mpmath.mpf(0) if w == 0 else w * abs(t), 2, 1)
    return silent(weight, term)


def as_rows(loss: Loss, labels: Any, predictions: Any) -> Any:
    """Labels as the formulas of a row loss see them: class indices as one-hot rows."""
    if labels.ndim == predictions.ndim:
        return labels
    if not isinstance(loss.label_domain, ClassLabels):
        return labels[..., None]
    rows = np.full(predictions.shape, mpmath.mpf(0), dtype=object)
    for sample, label in enumerate(labels):
        rows[sample, int(label)] = mpmath.mpf(1)
    return rows


@dataclass(frozen=True)
class Format:
    """What mpmath must know of a floating-point format."""

    digits: int
    lowest: int
    highest: int

    @classmethod
    def of(cls, dtype: Any) -> Format:
        info = np.finfo(dtype)
        return cls(info.nmant + 1, int(info.minexp), int(info.maxexp))

    def ulp(self, number: Any) -> Any:
        """The distance between neighbours of this format where ``number`` lies."""
        exponent = self.lowest if number == 0 else max(mpmath.mag(number) - 1, self.lowest)
        exponent = min(exponent, self.highest - 1)
        return mpmath.ldexp(1, exponent - self.digits + 1)

    def epsilons(self, size: Any) -> Any:
        """The relative error of one unit in the last place of 1, for a quantity of this size.

        Infinite for an infinite one: nothing is claimed then.
        """
        size = size if size == mpmath.inf else self.capped(size)
        return max(size * mpmath.ldexp(1, 1 - self.digits), self.ulp(0))

    def capped(self, number: Any) -> Any:
        """What overflows counts as the first power of two that does."""
        limit = mpmath.ldexp(1, self.highest)
        return max(-limit, min(number, limit))


def ulp_errors(
    computed: Any, true: Any, sizes: Any = None, underflow: float = 1
) -> np.ndarray[Any, Any]:
    """The errors in ULP of ``true``, or in epsilons of ``sizes`` where given.

    A unit is never less than ``underflow`` times the smallest number of the format.

    NaN or infinity for a number, and a number for either, is an infinite error.
    """
    computed = np.asarray(computed)
    form = Format.of(computed.dtype)
    with mpmath.workdps(DIGITS):
        if sizes is None:
            units = (form.ulp(form.capped(number)) for number in true.flat)
        else:
            units = (form.epsilons(size) for size in sizes.flat)
        least = underflow * form.ulp(0)
        errors = [
            _error(form, float(one), other, max(unit, least))
            for one, other, unit in zip(computed.flat, true.flat, units, strict=True)
        ]
    return np.asarray(errors).reshape(computed.shape)


def _error(form: Format, computed: float, true: Any, unit: Any) -> float:
    if mpmath.isnan(true) or np.isnan(computed):
        return 0.0 if mpmath.isnan(true) and np.isnan(computed) else float("inf")
    if mpmath.isinf(true):
        return 0.0 if computed == float(true) else float("inf")
    return float(abs(form.capped(mpmath.mpf(computed)) - form.capped(true)) / unit)
