"""JAX: the formula of value and derivatives, compiled by XLA."""

from __future__ import annotations

from typing import Any

from lossbook.bench.cases import Case, Data
from lossbook.bench.contenders.contender import (
    Contender,
    Job,
    NotOfferedError,
    library,
    new_results_only,
)
from lossbook.bench.contenders.textbook import derivative
from lossbook.maths.arrays import ArrayMaths


class Jax(Contender):
    """Value and derivatives in one compiled function."""

    package = "jax"

    def job(self, case: Case, data: Data) -> Job:
        new_results_only(case)
        jax = library("jax")
        jax.config.update("jax_enable_x64", True)
        compiled = jax.jit(_rows(jax, case) if case.classes else _pointwise(jax, case))
        arrays = [jax.numpy.asarray(array) for array in (data.y_true, data.y_pred)]
        arrays += [] if data.weight is None else [jax.numpy.asarray(data.weight)]

        def job() -> tuple[Any, ...]:
            results: tuple[Any, ...] = jax.block_until_ready(compiled(*arrays))
            return results

        return job


def _pointwise(jax: Any, case: Case) -> Any:
    xp = jax.numpy
    m = ArrayMaths(xp, xp.dtype(case.dtype))

    def every(y: Any, p: Any, w: Any = None) -> tuple[Any, ...]:
        y = y.astype(p.dtype)
        factor = 1 / len(p)
        if w is not None:
            w = w.astype(p.dtype)
            factor = w / w.sum()
        results = []
        for order in case.orders:
            term = m.array(derivative(case, m, order, y, p)) * factor
            term = xp.broadcast_to(term, p.shape)
            results.append(term.sum() if order == 0 else term)
        return tuple(results)

    return every


def _rows(jax: Any, case: Case) -> Any:
    if not case.parameters.get("from_logits") or 2 in case.orders:
        raise NotOfferedError("no formula of rows")
    xp = jax.numpy

    def value(p: Any, y: Any, w: Any = None) -> Any:
        label = xp.take_along_axis(p, y[:, None], axis=-1)[:, 0]
        terms = jax.nn.logsumexp(p, axis=-1) - label
        if w is None:
            return terms.mean()
        w = w.astype(p.dtype)
        return (terms * w).sum() / w.sum()

    if case.outputs == "value":
        return lambda y, p, *w: (value(p, y, *w),)
    return lambda y, p, *w: jax.value_and_grad(value)(p, y, *w)
