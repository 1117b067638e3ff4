"""Every law bites: it rejects a loss that is broken in the way the law is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from accuracy.measure import measure
from laws import accepting, reducing, same_bits, weighing
from laws.collection import every_law
from lossbook import registry
from lossbook.engine import blocks, checked
from teeth.broken import Broken, broken_losses


@pytest.mark.parametrize("broken", broken_losses(), ids=lambda broken: type(broken.loss).__name__)
def test_a_broken_loss_is_rejected(broken: Broken) -> None:
    if broken.law == "accuracy":
        found = [
            one for dtype in ("float32", "float64") for one in measure(broken.loss, dtype, 600)
        ]
        assert any(not one.holds for one in found)
    else:
        with pytest.raises((AssertionError, lb.InputError)):
            every_law()[broken.law](broken.loss)


class Own(lb.ResidualLoss):
    """A right loss without a kernel, evaluated by an engine that is broken below."""

    example = lb.Example(y_true=[1.0], y_pred=[2.0])

    @property
    def facts(self) -> lb.Facts:
        return lb.Facts(
            convex=True, strictly_convex=True, strong_convexity=2, smoothness=2, symmetric=True
        )

    def value(self, m: Any, r: Any) -> Any:
        return r * r

    def deriv(self, m: Any, r: Any) -> Any:
        return 2 * r

    def deriv2(self, m: Any, r: Any) -> Any:
        return 2


registry.unregister(Own)


def _weights_squared(weigh: Callable[..., Any]) -> Callable[..., Any]:
    return lambda m, weight, term: weigh(m, weight * weight, term)


def _weights_of_zero_times_infinity(_weigh: Any) -> Callable[..., Any]:
    return lambda _m, weight, term: weight * term


ENGINES = [
    (weighing.whole_weights_repeat_rows, blocks, "weigh", _weights_squared),
    (weighing.weights_multiply_each_sample, blocks, "weigh", _weights_squared),
    (weighing.scaling_all_weights_leaves_the_mean, blocks, "weigh", _weights_squared),
    (weighing.a_weight_of_0_removes_the_sample, blocks, "weigh", _weights_of_zero_times_infinity),
    (reducing.reductions_agree, blocks, "_sum", lambda old: lambda parts: old(parts[:-1])),
    (
        accepting.nan_comes_out_where_it_went_in_and_nowhere_else,
        blocks,
        "derivative",
        lambda old: lambda *words, **more: np.nan_to_num(old(*words, **more)),
    ),
    (
        accepting.the_layout_of_memory_does_not_matter,
        checked,
        "_native",
        lambda old: (
            lambda array, dtype=None: old(array.reshape(array.shape, order="C")[::-1], dtype)
        ),
    ),
    (
        accepting.the_dtype_of_the_prediction_decides,
        blocks.np,
        "empty",
        lambda old: lambda shape, _dtype=float: old(shape, np.float64),
    ),
]


@pytest.mark.parametrize("case", ENGINES, ids=lambda case: case[0].__name__)
def test_a_broken_engine_is_noticed(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    law, module, name, breaking = case
    law(Own())
    monkeypatch.setattr(module, name, breaking(getattr(module, name)))
    with pytest.raises((AssertionError, ValueError)):
        law(Own())


def test_differing_bits_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    first = lambda *_words: (1.0, np.zeros(3), np.zeros(3))  # noqa: E731
    other = lambda *_words: (1.0, np.zeros(3), -np.zeros(3))  # noqa: E731
    monkeypatch.setattr(same_bits, "kernels", lambda _loss: {"a": first, "b": other}.items())
    with pytest.raises(AssertionError):
        same_bits.instruction_sets_do_not_differ_in_a_bit(Own())
    turns = iter(range(10**6))
    monkeypatch.setattr(Own, "value_gradient_hessian", lambda *_a, **_k: (next(turns), 0, 0))
    with pytest.raises(AssertionError, match="results for"):
        same_bits.threads_do_not_change_a_bit(Own())
