"""Calls side by side: big arrays in threads, errors at their end, forks, and odd single values."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from compiler.twins import POINTWISE, compiled
from lossbook.checks.sampling import ordinary
from lossbook.compiler import kernel
from lossbook.domains import Interval, Labels
from lossbook.engine import blocks
from variants import every_formula

EVERY_COMPILED = [compiled(loss) for loss in POINTWISE]
EVERY = pytest.mark.parametrize(
    "loss",
    [*every_formula(), *EVERY_COMPILED],
    ids=[*map(repr, every_formula()), *(f"compiled {loss}" for loss in EVERY_COMPILED)],
)
BIG = 300_001
SQUARED, HINGE = lb.SquaredError(), lb.Hinge()
SHARES, SCORES = lb.BinaryCrossEntropy(), lb.CrossEntropy(from_logits=True)


@pytest.fixture(params=[1, 3])
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(kernel, "NUMBERS_PER_THREAD", 10_000)
    before = lb.get_num_threads()
    lb.set_num_threads(request.param)
    yield request.param
    lb.set_num_threads(before)


def without_kernel(loss: lb.Loss) -> lb.Loss:
    """The same loss on the array path."""
    twin = type(loss)(**loss.parameters)
    twin.__dict__["_kernel"] = None
    return twin


def broken(loss: lb.Loss, count: int, dtype: Any) -> Iterator[tuple[str, Any, Any, Any]]:
    """Arguments with one rule broken in the last sample alone, for whatever rules the loss has."""
    for samples in ordinary(loss, count, dtype, seed=21):
        y, p, w = samples.y_true, samples.y_pred, np.ones(count)
        bad = w.copy()
        bad[-1] = -0.5
        yield "sample_weight", y, p, bad
        if not loss.prediction_domain.checks_nothing:
            bad = p.copy()
            bad[(-1,) * p.ndim] = _outside(loss.prediction_domain)
            yield "y_pred", y, bad, w
        if not loss.label_domain.checks_nothing:
            bad = y.copy()
            bad[(-1,) * y.ndim] = _outside(loss.label_domain)
            yield "y_true", bad, p, w


def _outside(domain: Any) -> float:
    """A number that the domain does not hold; 7 is no class of four either."""
    if not isinstance(domain, Interval | Labels):
        return 7.0
    return next(number for number in (7.0, -7.0) if domain.outside(number))


@EVERY
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("count", [1, 5000])
def test_both_paths_complain_in_the_same_words(loss: lb.Loss, dtype: Any, count: int) -> None:
    for argument, y, p, w in broken(loss, count, dtype):
        messages = []
        for one in (loss, without_kernel(loss)):
            with pytest.raises(lb.InputError) as caught:
                one.value_and_gradient(y, p, sample_weight=w)
            messages.append(str(caught.value))
            assert caught.value.argument == argument
            place = caught.value.index
            assert (place[0] if isinstance(place, tuple) else place) == count - 1
        assert messages[0] == messages[1]
        assert argument in messages[0]
        assert "\n" not in messages[0]


@EVERY
def test_an_error_at_the_very_end_leaves_out_untouched(loss: lb.Loss, threads: int) -> None:
    count = BIG // 4 if loss.is_row else BIG
    for argument, y, p, w in broken(loss, count, np.float64):
        value, gradient, hessian = np.empty(count), np.empty_like(p), np.empty_like(p)
        out = (value, gradient, hessian)
        for array in out:
            array.fill(77)
        with pytest.raises(lb.InputError, match=f"^{argument} has"):
            loss.value_gradient_hessian(y, p, sample_weight=w, reduction="none", out=out)
        for array in out:
            assert (array == 77).all(), f"written by {threads} threads"
        kept = p.copy()
        with pytest.raises(lb.InputError):
            loss.gradient(y, p, sample_weight=w, out=p)
        np.testing.assert_array_equal(p, kept)


@EVERY
def test_calls_from_many_threads_do_not_disturb_each_other(loss: lb.Loss, threads: int) -> None:
    sets = ordinary(loss, 20_000, np.float32, seed=22) * 4
    wanted = [loss.value_gradient_hessian(s.y_true, s.y_pred) for s in sets]
    with ThreadPoolExecutor(4) as pool:
        calls = [
            pool.submit(loss.value_gradient_hessian, s.y_true, s.y_pred) for s in sets for _ in "ab"
        ]
    for position, call in enumerate(calls):
        for result, number in zip(call.result(), wanted[position // 2], strict=True):
            np.testing.assert_array_equal(result, number, err_msg=f"{threads} threads each")


FORK = """
import os
import numpy as np
import lossbook as lb

lb.set_num_threads(3)
loss = lb.BinaryCrossEntropy(from_logits=True)
y, z = np.zeros(500_000), np.linspace(-5, 5, 500_000)
before = loss(y, z)
child = os.fork()
if child == 0:
    os._exit(0 if loss(y, z) == before else 3)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert loss(y, z) == before
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_after_threads_were_used_computes_on() -> None:
    # In a process of its own, since other libraries' threads do not survive a fork.
    subprocess.run([sys.executable, "-W", "error", "-c", FORK], check=True, timeout=120)


@pytest.mark.parametrize("loss", [SQUARED, without_kernel(SQUARED)], ids=["compiled", "arrays"])
def test_a_sum_beyond_the_largest_number_is_infinite(loss: lb.Loss) -> None:
    p = np.zeros(3 * blocks.BLOCK)
    p[[0, -1]] = 1.3e154
    for reduction in ("sum", "mean"):
        assert loss(np.zeros_like(p), p, reduction=reduction) == np.inf


def test_numbers_in_messages_have_the_digits_of_their_dtype() -> None:
    for dtype in ("f4", "f8"):
        with pytest.raises(lb.InputError, match=r"^y_pred has 3\.2 at index 1, outside \[0, 1\]"):
            SHARES([0, 1], np.asarray([0.5, 3.2], dtype))


def test_one_number_has_no_index() -> None:
    with pytest.raises(lb.InputError, match=r"^y_true has 5, outside {-1, 1}"):
        HINGE(5, 0.5)


@pytest.mark.parametrize("name", ["y_true", "y_pred", "sample_weight"])
def test_a_table_among_objects_is_told_in_one_line(name: str) -> None:
    given = {"y_true": [1.0, 1.0], "y_pred": [1.0, 1.0], "sample_weight": [1.0, 1.0]}
    given[name] = np.array([np.eye(3), None], dtype=object)
    words = f"^{name} must hold real numbers.*first entry"
    with pytest.raises(lb.InputTypeError, match=words) as caught:
        HINGE(**given)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("loss", [HINGE, SCORES], ids=repr)
def test_none_is_no_array(loss: lb.Loss) -> None:
    ones = np.ones((2, 2) if loss.is_row else 2)
    with pytest.raises(lb.InputTypeError, match=r"^y_true must hold real numbers.*None"):
        loss(None, ones)
    with pytest.raises(lb.InputTypeError, match=r"^y_pred must hold real numbers.*None"):
        loss([1, 1], None)
    for reduction in (None, 3, np.asarray(["mean"]), ["mean"], np.asarray(["mean", "sum"])):
        with pytest.raises(lb.InputError, match=r"^reduction must be 'mean', 'sum' or 'none'"):
            loss([1, 1], ones, reduction=reduction)


@pytest.mark.usefixtures("threads")
def test_numbers_beyond_all_floats() -> None:
    with pytest.raises(lb.InputError, match=r"^Quantile: tau must be strictly between 0 and 1"):
        lb.Quantile(tau=10**400)
    before = lb.get_num_threads()
    lb.set_num_threads(2**70)
    assert lb.get_num_threads() >= before


def test_raw_scores_must_be_numbers() -> None:
    with pytest.raises(lb.InputTypeError, match=r"^raw must hold real numbers"):
        SCORES.inverse_link(["a", "b"])


def test_labels_and_weights_may_be_wider_than_the_results() -> None:
    wide = np.asarray([1, 0, 1], np.longdouble)
    loss = lb.SquaredError()
    got = loss.value_and_gradient(wide, [0.5, 0.25, 2.0], sample_weight=wide, reduction="none")
    assert [array.tolist() for array in got] == [[0.25, 0, 1], [-1, 0, 2]]
