"""NumPy, whole arrays at a time: the formula as it comes, and forms made with care."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lossbook.bench.cases import Array, Case, Data
from lossbook.bench.contenders.contender import (
    Contender,
    Job,
    NotOfferedError,
    new_results_only,
    same_dtype,
)
from lossbook.bench.contenders.textbook import textbook
from lossbook.maths.arrays import ArrayMaths

# (y_true, y_pred, orders, parameters, out) -> the value or derivative of each sample, per order.
# Values are one per row, and nobody else holds the arrays; ``out`` has those given, by order.
Out = Mapping[int, Array]
Form = Callable[[Array, Array, tuple[int, ...], Any, Out], list[Array]]


class _Numpy(Contender):
    package = "numpy"

    def form(self, case: Case) -> Form:
        raise NotImplementedError

    def job(self, case: Case, data: Data) -> Job:
        form, orders, parameters = self.form(case), case.orders, case.parameters
        y, p, weight = data.y_true, data.y_pred, data.weight
        slots = [order for order in orders if order]
        out = dict(zip(slots, data.out or (), strict=False))

        def job() -> tuple[Any, ...]:
            labels = y if case.classes else same_dtype(y, p.dtype)
            with np.errstate(all="ignore"):
                terms = form(labels, p, orders, parameters, out)
                return tuple(_mean(terms, orders, same_dtype(weight, p.dtype)))

        return job


class PlainNumpy(_Numpy):
    """The formula as a textbook has it; only where there is such a form."""

    def form(self, case: Case) -> Form:
        new_results_only(case)
        if case.classes:
            return _plain_softmax(case)
        simple = textbook(case)
        if simple is None:
            raise NotOfferedError("the stable formula is the only one")

        def form(
            y: Array, p: Array, orders: tuple[int, ...], parameters: Any, _: Out
        ) -> list[Array]:
            m = ArrayMaths(np, p.dtype)
            return [simple(m, parameters, order, y, p) for order in orders]

        return form


class StableNumpy(_Numpy):
    """Written by hand where somebody has done so; else the loss's own formula."""

    def form(self, case: Case) -> Form:
        if (case.loss, case.switches) in _BY_HAND:
            return _BY_HAND[case.loss, case.switches]
        new_results_only(case)
        if case.classes:
            raise NotOfferedError("no form of rows")
        loss = case.build()

        def form(y: Array, p: Array, orders: tuple[int, ...], _: Any, out: Out) -> list[Array]:  # noqa: ARG001
            m = ArrayMaths(np, p.dtype)
            terms = [m.array(loss.derivative(m, order, y, p)) for order in orders]
            # A Hessian of 0 is one number for all samples.
            return [
                np.array(np.broadcast_to(term, p.shape)) if term.ndim == 0 else term
                for term in terms
            ]

        return form


def _mean(terms: list[Array], orders: tuple[int, ...], weight: Array | None) -> list[Any]:
    results: list[Any] = []
    total = None if weight is None else weight.sum()
    for order, term in zip(orders, terms, strict=True):
        if order == 0:
            results.append(term.mean() if weight is None else (weight @ term) / total)
        elif weight is None:
            term /= len(term)
            results.append(term)
        else:
            term *= (weight / total)[(...,) + (None,) * (term.ndim - 1)]
            results.append(term)
    return results


# -- forms that neither overflow nor branch (np.where is slow on random signs) ---------------------


def _logistic(y: Array, z: Array, orders: tuple[int, ...], _: Any, out: Out) -> list[Array]:
    e = np.exp(-np.abs(z))
    terms = []
    for order in orders:
        if order == 0:
            terms.append(np.maximum(z, 0) - y * z + np.log1p(e))
        elif order == 1:
            gradient = np.exp(np.minimum(z, 0), out=out.get(1))
            gradient /= 1 + e
            gradient -= y
            terms.append(gradient)
        else:
            terms.append(np.divide(e, (1 + e) ** 2, out=out.get(2)))
    return terms


def _squared(y: Array, p: Array, orders: tuple[int, ...], _: Any, out: Out) -> list[Array]:
    r = p - y
    forms: tuple[Callable[[], Array], ...] = (
        lambda: r * r,
        lambda: np.multiply(r, 2, out=out.get(1)),
        lambda: _filled(r, 2, out),
    )
    return [forms[order]() for order in orders]


def _hinge(y: Array, p: Array, orders: tuple[int, ...], _: Any, out: Out) -> list[Array]:
    slack = 1 - y * p
    forms: tuple[Callable[[], Array], ...] = (
        lambda: np.maximum(slack, 0),
        lambda: np.multiply(slack > 0, -y, out=out.get(1)),
        lambda: _filled(p, 0, out),
    )
    return [forms[order]() for order in orders]


def _quantile(
    y: Array, p: Array, orders: tuple[int, ...], parameters: Any, out: Out
) -> list[Array]:
    r, tau = p - y, parameters["tau"]

    def gradient() -> Array:
        sign: Array = np.greater(r, 0, out=out[1] if out else np.empty_like(r))
        sign -= tau
        return sign

    forms: tuple[Callable[[], Array], ...] = (
        lambda: np.maximum((1 - tau) * r, -tau * r),
        gradient,
        lambda: _filled(r, 0, out),
    )
    return [forms[order]() for order in orders]


def _filled(like: Array, value: float, out: Out) -> Array:
    array = out.get(2)
    if array is None:
        return np.full_like(like, value)
    array.fill(value)
    return array


def _softmax(y: Array, z: Array, orders: tuple[int, ...], _: Any, out: Out) -> list[Array]:
    scores = z - z.max(axis=1, keepdims=True)
    return _softmax_of(y, scores, orders, out)


def _plain_softmax(case: Case) -> Form:
    if not case.parameters.get("from_logits"):
        raise NotOfferedError("no form of rows")
    return lambda y, z, orders, _, out: _softmax_of(y, z, orders, out)


def _softmax_of(y: Array, scores: Array, orders: tuple[int, ...], out: Out) -> list[Array]:
    e = np.exp(scores, out=out.get(1))
    total = e.sum(axis=1, keepdims=True)
    rows = np.arange(len(scores))
    terms = []
    if 0 in orders:
        terms.append(np.log(total[:, 0]) - scores[rows, y])
    if orders != (0,):
        e /= total
    second = np.multiply(e, 1 - e, out=out.get(2)) if 2 in orders else None
    if 1 in orders:
        e[rows, y] -= 1
        terms.append(e)
    return terms if second is None else [*terms, second]


_BY_HAND: dict[tuple[str, tuple[str, ...]], Form] = {
    ("binary_cross_entropy", ("from_logits",)): _logistic,
    ("squared_error", ()): _squared,
    ("hinge", ()): _hinge,
    ("quantile", ()): _quantile,
    ("cross_entropy", ("from_logits",)): _softmax,
}
