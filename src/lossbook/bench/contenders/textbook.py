"""The losses as people write them down, over any ``m``: simple, and no more exact than that.

Only what differs from lossbook's own formula stands here; every other loss is computed in the
libraries by lossbook's formula. Those formulas take care of the tails, which costs time, so
libraries that are usually given the simple form are measured with the simple form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lossbook.bench.cases import Case
from lossbook.bench.contenders.contender import NotOfferedError

# (m, parameters, order, y_true, y_pred) -> the value or a derivative of each sample
Formula = Callable[[Any, Any, int, Any, Any], Any]


def _logistic(m: Any, _: Any, order: int, y: Any, z: Any) -> Any:
    if order == 0:
        return m.maximum(z, 0) - y * z + m.log1p(m.exp(-abs(z)))
    p = 1 / (1 + m.exp(-z))
    return p - y if order == 1 else p * (1 - p)


def _logloss(m: Any, _: Any, order: int, y: Any, p: Any) -> Any:
    if order == 0:
        return -y * m.log(p) - (1 - y) * m.log(1 - p)
    if order == 1:
        return (p - y) / (p * (1 - p))
    return y / (p * p) + (1 - y) / ((1 - p) * (1 - p))


def _squared(m: Any, _: Any, order: int, y: Any, p: Any) -> Any:  # noqa: ARG001
    r = p - y
    return (r * r, 2 * r, 0 * r + 2)[order]


def _hinge(m: Any, _: Any, order: int, y: Any, p: Any) -> Any:
    slack = 1 - y * p
    return (m.maximum(slack, 0), m.where(slack > 0, -y, 0 * y), 0 * slack)[order]


def _quantile(m: Any, parameters: Any, order: int, y: Any, p: Any) -> Any:
    r, tau = p - y, parameters["tau"]
    if order == 0:
        return m.maximum((1 - tau) * r, -tau * r)
    return m.where(r > 0, 1 - tau, -tau) if order == 1 else 0 * r


_FORMULAS: dict[tuple[str, tuple[str, ...]], Formula] = {
    ("binary_cross_entropy", ("from_logits",)): _logistic,
    ("binary_cross_entropy", ()): _logloss,
    ("squared_error", ()): _squared,
    ("hinge", ()): _hinge,
    ("quantile", ()): _quantile,
}


def textbook(case: Case) -> Formula | None:
    """The simple form of a pointwise loss; None where only lossbook's own is there."""
    return _FORMULAS.get((case.loss, case.switches))


def derivative(case: Case, m: Any, order: int, y: Any, p: Any) -> Any:
    """Value or derivative of each sample over ``m``, in the simple form where there is one."""
    if case.classes:
        raise NotOfferedError("no formula of rows")
    simple = textbook(case)
    if simple is not None:
        return simple(m, case.parameters, order, y, p)
    return case.build().derivative(m, order, y, p)
