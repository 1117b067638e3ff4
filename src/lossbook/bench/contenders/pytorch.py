"""PyTorch: its own losses with autograd, and the formula under torch.compile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lossbook.bench.cases import Array, Case, Data
from lossbook.bench.contenders.contender import (
    Contender,
    Job,
    NotOfferedError,
    library,
    new_results_only,
)
from lossbook.bench.contenders.textbook import derivative
from lossbook.maths.arrays import ArrayMaths


class Torch(Contender):
    """Eager: the function of ``torch.nn.functional`` where there is one, else the formula."""

    package = "torch"

    def job(self, case: Case, data: Data) -> Job:
        new_results_only(case)
        torch, y, p, w = self._tensors(data)
        value = _functional(torch, case)
        if case.classes and 2 in case.orders:
            raise NotOfferedError("no function of rows")
        if value is not None and 2 not in case.orders:
            return _autograd(torch, case, value, (y, p, w))
        every = _formula(torch, case)

        def job() -> tuple[Any, ...]:
            with torch.no_grad():
                return every(y, p, w)

        return job

    def _tensors(self, data: Data) -> tuple[Any, ...]:
        torch = library("torch")
        torch.set_num_threads(self.threads)
        w = None if data.weight is None else torch.from_numpy(data.weight)
        return torch, torch.from_numpy(data.y_true), torch.from_numpy(data.y_pred), w

    def arrays(self, results: tuple[Any, ...]) -> tuple[Array, ...]:
        return tuple(result.detach().numpy() for result in results)


class CompiledTorch(Torch):
    """torch.compile over value and derivatives at once, which it fuses into few loops."""

    def job(self, case: Case, data: Data) -> Job:
        new_results_only(case)
        torch, y, p, w = self._tensors(data)
        torch._dynamo.reset()
        if case.classes:
            value = _functional(torch, case)
            if value is None or 2 in case.orders:
                raise NotOfferedError("no formula of rows")
            compiled_value = torch.compile(value, dynamic=False)
            return _autograd(torch, case, compiled_value, (y, p, w))
        compiled = torch.compile(_formula(torch, case), dynamic=False)

        def job() -> tuple[Any, ...]:
            with torch.no_grad():
                result: tuple[Any, ...] = compiled(y, p, w)
                return result

        return job


def _formula(torch: Any, case: Case) -> Callable[..., tuple[Any, ...]]:
    m = ArrayMaths(torch, getattr(torch, case.dtype))

    def every(y: Any, p: Any, w: Any) -> tuple[Any, ...]:
        y = y.to(p.dtype)
        factor = 1 / len(p)
        if w is not None:
            w = w.to(p.dtype)
            factor = w / w.sum()
        results = []
        for order in case.orders:
            term = m.array(derivative(case, m, order, y, p)) * factor
            term = term.expand(p.shape)
            results.append(term.sum() if order == 0 else term.contiguous())
        return tuple(results)

    return every


def _autograd(torch: Any, case: Case, value: Callable[..., Any], arguments: tuple[Any, ...]) -> Job:
    y, p, w = arguments

    def job() -> tuple[Any, ...]:
        if case.outputs == "value":
            with torch.no_grad():
                return (value(p, y, w),)
        prediction = p.detach().requires_grad_()
        loss = value(prediction, y, w)
        loss.backward()
        return loss, prediction.grad

    return job


def _functional(torch: Any, case: Case) -> Callable[..., Any] | None:
    """The library's own function, as (predictions, labels, weights) -> mean loss."""
    functional = torch.nn.functional
    functions = {
        ("binary_cross_entropy", True): functional.binary_cross_entropy_with_logits,
        ("binary_cross_entropy", False): functional.binary_cross_entropy,
        ("squared_error", None): functional.mse_loss,
        ("absolute_error", None): functional.l1_loss,
        ("cross_entropy", True): functional.cross_entropy,
    }
    function = functions.get((case.loss, case.parameters.get("from_logits")))
    if function is None:
        if case.classes:
            raise NotOfferedError("no function of rows")
        return None

    def value(p: Any, y: Any, w: Any) -> Any:
        if not case.classes:
            y = y.to(p.dtype)
        if w is None:
            return function(p, y)
        w = w.to(p.dtype)
        return (function(p, y, reduction="none") * w).sum() / w.sum()

    return value
