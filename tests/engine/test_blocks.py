"""NumPy in blocks: steps and threads change no result of the formulas as they are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from compiler.twins import POINTWISE
from lossbook import registry
from lossbook.checks.extremes import extreme
from lossbook.checks.sampling import ordinary, weights
from lossbook.engine import blocks, steps, workers
from lossbook.maths.arrays import ArrayMaths
from lossbook.parameters import positive
from variants import every_formula

WANTED = (1, 2, 3, 4, 6, 7)


class OwnHuber(lb.ResidualLoss):
    """Choices between arrays, numbers and nothing, and conditions joined."""

    delta: float = positive(1.0)

    def value(self, m: Any, r: Any) -> Any:
        near = abs(r) <= self.delta
        return m.where(near, r * r / 2, self.delta * (abs(r) - self.delta / 2))

    def deriv(self, m: Any, r: Any) -> Any:
        far = m.where(r > 0, self.delta, -self.delta)
        return m.where((r >= -self.delta) & (r <= self.delta), r, far)

    def deriv2(self, m: Any, r: Any) -> Any:
        return m.where((r < -self.delta) | (r > self.delta), 0, 1)


class OwnOddities(lb.ResidualLoss):
    """What formulas may also be: conditions as numbers, constants, choices that lose NaN."""

    def value(self, m: Any, r: Any) -> Any:
        return m.where(r > 1, m.where(r > 2, 0, r), 0) + (r < 0) * 3 - m.where(r > 0, -7, 0)

    def deriv(self, m: Any, r: Any) -> Any:
        return r > 0

    def deriv2(self, m: Any, r: Any) -> Any:
        share = (r > 0) * (r < 2)
        return m.maximum(0.25, 0.5) + m.where(r > 0.5, 0.1, 1e17) * share


class OwnCube(lb.ResidualLoss):
    """Formulas that only arrays can run through."""

    def value(self, m: Any, r: Any) -> Any:
        return abs(r) ** 3

    def deriv(self, m: Any, r: Any) -> Any:
        return 3 * r * abs(r) if np.any(r > 1) else np.tanh(r)

    def deriv2(self, m: Any, r: Any) -> Any:
        return 6 * abs(r)


for own in (OwnHuber, OwnOddities, OwnCube):
    registry.unregister(own)

OWN = [OwnHuber(), OwnHuber(delta=0.3), OwnOddities()]
TRACED = pytest.mark.parametrize("loss", [*POINTWISE, *OWN], ids=repr)
EVERY = pytest.mark.parametrize("loss", [*every_formula(), *OWN, OwnCube()], ids=repr)


@pytest.fixture(params=[1, 2, 5])
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    before = lb.get_num_threads()
    lb.set_num_threads(request.param)
    monkeypatch.setattr(blocks, "NUMBERS_PER_THREAD", 100)
    yield request.param
    lb.set_num_threads(before)


def samples_of(loss: lb.Loss, count: int, dtype: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Ordinary numbers, extreme ones and missing ones, with weights and without."""
    for samples in [*ordinary(loss, count, dtype, seed=71), *extreme(loss, dtype, count, seed=72)]:
        y, p = samples.y_true, samples.y_pred.copy()
        yield y, p, None
        p[::37] = np.nan
        yield y, p, weights(len(p))


def evaluate(loss: lb.Loss, want: int, y: Any, p: Any, w: Any, reduction: str) -> list[Any]:
    """The results as bits, one NaN like another."""
    results = [np.asarray(result) for result in blocks.evaluate(loss, want, y, p, w, reduction)]
    return [
        np.where(np.isnan(result), result.dtype.type(np.nan), result).view(
            f"u{result.dtype.itemsize}"
        )
        for result in results
    ]


@TRACED
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_steps_give_the_bits_of_the_formulas(
    loss: lb.Loss, dtype: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(steps.trace(loss, want) is not None for want in WANTED)
    monkeypatch.setattr(blocks, "BLOCK", 1024)
    for y, p, w in samples_of(loss, 3000, dtype):
        for want in WANTED:
            results = []
            for worth in (1, 10**9):
                monkeypatch.setattr(blocks, "_WORTH_STEPS", worth)
                with np.errstate(invalid="ignore"):
                    results.append(evaluate(loss, want, y, p, w, "none"))
            for one, other in zip(*results, strict=True):
                np.testing.assert_array_equal(one, other, err_msg=f"{loss} {want}")


@EVERY
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_threads_do_not_change_a_bit(
    loss: lb.Loss, dtype: Any, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 512)
    monkeypatch.setattr(blocks, "_WORTH_STEPS", 1)
    for y, p, w in samples_of(loss, 5000, dtype):
        many = evaluate(loss, 0b111, y, p, w, "mean")
        with monkeypatch.context() as patch:
            patch.setattr(workers, "get_num_threads", lambda: 1)
            alone = evaluate(loss, 0b111, y, p, w, "mean")
        for one, other in zip(many, alone, strict=True):
            np.testing.assert_array_equal(one, other, err_msg=f"{loss}, {threads} threads")


def test_what_cannot_be_traced_is_called_with_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_WORTH_STEPS", 1)
    assert steps.trace(OwnCube(), 3) is None
    y, p = np.zeros(300), np.linspace(-2, 2, 300)
    value, gradient = OwnCube().value_and_gradient(y, p, reduction="none")
    np.testing.assert_array_equal(value, abs(p) ** 3)
    np.testing.assert_array_equal(gradient, 3 * p * abs(p))
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(gradient, OwnCube().deriv(ArrayMaths(np, float), p))


def test_a_formula_is_read_anew_by_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_WORTH_STEPS", 1)
    loss, y, p = OwnHuber(), np.zeros(3), np.ones(3)
    before = loss.gradient(y, p)
    monkeypatch.setattr(OwnHuber, "deriv", lambda _self, _m, r: 5 * r)
    assert (loss.gradient(y, p) == 5 * before).all()


@pytest.mark.parametrize("worth", [1, 10**9])
def test_what_a_formula_raises_comes_out_of_every_thread(
    worth: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 512)
    monkeypatch.setattr(blocks, "_WORTH_STEPS", worth)
    error = KeyError(f"{threads} threads")

    def broken(_self: Any, _m: Any, _r: Any) -> Any:
        raise error

    monkeypatch.setattr(OwnHuber, "deriv", broken)
    with pytest.raises(KeyError) as caught:
        OwnHuber().gradient(np.zeros(5000), np.ones(5000))
    assert caught.value is error


def test_no_more_threads_to_be_had(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    def refuse(*_words: Any) -> Any:
        raise RuntimeError("can't start new thread")

    y, p = np.zeros(5000), np.linspace(-2, 2, 5000)
    wanted = OwnHuber()(y, p)
    monkeypatch.setattr(workers._thread, "start_new_thread", refuse)
    assert OwnHuber()(y, p) == wanted, threads
