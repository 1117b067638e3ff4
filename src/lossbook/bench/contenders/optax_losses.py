"""optax: its own losses, differentiated and compiled by JAX, as its users call them."""

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

# All take predictions first, and give one value per sample.
_LOSSES: dict[tuple[str, tuple[str, ...]], str] = {
    ("binary_cross_entropy", ("from_logits",)): "sigmoid_binary_cross_entropy",
    ("squared_error", ()): "squared_error",
    ("hinge", ()): "hinge_loss",
    ("cross_entropy", ("from_logits",)): "softmax_cross_entropy_with_integer_labels",
}


class Optax(Contender):
    """``jax.jit(jax.value_and_grad(...))`` of the mean of its loss."""

    package = "optax"

    def job(self, case: Case, data: Data) -> Job:
        new_results_only(case)
        if (case.loss, case.switches) not in _LOSSES:
            raise NotOfferedError("not among its losses")
        if 2 in case.orders:
            raise NotOfferedError("it has no Hessians")
        jax, optax = library("jax"), library("optax")
        jax.config.update("jax_enable_x64", True)
        function = getattr(optax, _LOSSES[case.loss, case.switches])

        def value(p: Any, y: Any, w: Any = None) -> Any:
            terms = function(p, y if case.classes else y.astype(p.dtype))
            if w is None:
                return terms.mean()
            w = w.astype(p.dtype)
            return (terms * w).sum() / w.sum()

        compiled = jax.jit(value if case.outputs == "value" else jax.value_and_grad(value))
        given = (data.y_pred, data.y_true, data.weight)
        arrays = [jax.numpy.asarray(array) for array in given if array is not None]

        def job() -> tuple[Any, ...]:
            results = jax.block_until_ready(compiled(*arrays))
            return results if isinstance(results, tuple) else (results,)

        return job
