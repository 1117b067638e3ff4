"""Bad input: the right exception, one line with all that is needed, and nothing written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from engine.bad_input import (
    HINGE,
    LOGITS,
    ROWS,
    SCORES,
    SHAPES,
    SHARES,
    SQUARED,
    TYPES,
    VALUES,
    ZEROS,
    Bad,
    N,
)
from lossbook.engine import native


@pytest.fixture(params=["compiled", "arrays"], autouse=True)
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test on both paths: new instances look their kernel up again."""
    if request.param == "compiled" and lb.instruction_set() == "none":
        pytest.skip("no compiled kernels here")
    for loss in (SQUARED, HINGE, SHARES, LOGITS, ROWS, SCORES):
        loss.__dict__.pop("_kernel", None)
    if request.param == "arrays":
        monkeypatch.setattr(native, "kernel_for", lambda _loss: None)


CALLS = ("__call__", "gradient", "hessian", "value_gradient_hessian")


def complain(case: Bad, call: Callable[[], Any]) -> None:
    """The call raises the case's error, with all its words on one line."""
    with pytest.raises(case.error) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message
    assert isinstance(caught.value, lb.LossbookError)
    for word in case.words:
        assert word in message, f"{word!r} is not in {message!r}"
    if case.argument is not None:
        assert caught.value.argument == case.argument
        assert caught.value.index == case.index


@pytest.mark.parametrize(
    ("case", "name"),
    [
        pytest.param(case, name, id=f"{case.about}-{name}")
        for case in VALUES + SHAPES + TYPES
        for name in CALLS
        # That call returns three arrays, and an out of theirs is another mistake.
        if not ("out" in case.more and name == "value_gradient_hessian")
    ],
)
def test_bad_input(case: Bad, name: str) -> None:
    call = getattr(case.loss, name)
    complain(case, lambda: call(case.y_true, case.y_pred, **case.more))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", VALUES, ids=lambda case: case.about)
def test_nothing_is_written_before_the_error(case: Bad, dtype: Any) -> None:
    y_pred = np.asarray(case.y_pred, dtype)
    if case.about == "a probability just below 0":
        y_pred[2999] = -1e-30
    for layout in (np.empty_like(y_pred), np.empty((*y_pred.shape, 2), dtype)[..., 0]):
        layout[...] = 77
        with pytest.raises(lb.InputError):
            case.loss.gradient(case.y_true, y_pred, out=layout, **case.more)
        assert (layout == 77).all()
    # The prediction's own memory as target, twice as valuable to keep.
    kept = y_pred.copy()
    with pytest.raises(lb.InputError):
        case.loss.gradient(case.y_true, y_pred, out=y_pred, **case.more)
    np.testing.assert_array_equal(y_pred, kept)


BUFFER = np.zeros(2 * N)


@pytest.mark.parametrize(
    ("out", "words"),
    [
        (np.zeros(N + 1), ("out has shape (3001,)", "(3000,)")),
        (np.zeros((N, 1)), ("out has shape (3000, 1)",)),
        (np.zeros(N, np.float32), ("out has dtype float32", "float64")),
        (np.zeros(N, ">f8"), ("out has dtype >f8",)),
        (np.broadcast_to(np.zeros(1), N), ("read-only",)),
        (BUFFER[1 : N + 1], ("out overlaps y_pred",)),
        (BUFFER[N - 1 :: -1], ("out overlaps y_pred",)),
        ((np.zeros(N), np.zeros(N)), ("one array (or None) per returned array: 1, got 2",)),
        ((), ("1, got 0",)),
    ],
    ids=[
        "length",
        "column",
        "dtype",
        "byte order",
        "read-only",
        "shifted",
        "reversed",
        "two",
        "none",
    ],
)
def test_bad_out(out: Any, words: tuple[str, ...]) -> None:
    BUFFER[...] = 3
    kept = BUFFER.copy()
    case = Bad("out", SQUARED, ZEROS, BUFFER[:N], words, "out")
    complain(case, lambda: SQUARED.gradient(ZEROS, case.y_pred, out=out))
    np.testing.assert_array_equal(BUFFER, kept)


def test_overlapping_outs() -> None:
    both = np.zeros(N + 1)
    for out in ((both[:-1], both[1:]), (both[1:], both[1:])):
        case = Bad("out", SQUARED, ZEROS, ZEROS, ("overlap each other",), "out")
        complain(case, lambda out=out: SQUARED.gradient_and_hessian(ZEROS, ZEROS, out=out))
    with pytest.raises(lb.InputError, match="out must hold one array"):
        SQUARED(ZEROS, ZEROS, out=both)


@pytest.mark.parametrize("tau", [0, 1, -0.5, 2, np.nan, np.inf, -np.inf])
def test_tau_outside_its_interval(tau: float) -> None:
    with pytest.raises(lb.InputError, match=r"Quantile: tau must be strictly between 0 and 1, got"):
        lb.Quantile(tau=tau)


@pytest.mark.parametrize("tau", ["0.5", None, True, [0.5], 1j])
def test_tau_of_another_type(tau: Any) -> None:
    with pytest.raises(lb.InputTypeError, match=re.escape(f"got {tau!r}")):
        lb.Quantile(tau=tau)


@pytest.mark.parametrize("switch", [1, 0, "yes", None])
def test_a_switch_is_true_or_false(switch: Any) -> None:
    with pytest.raises(lb.InputTypeError, match="from_logits must be True or False"):
        lb.BinaryCrossEntropy(from_logits=switch)


@pytest.mark.parametrize("threads", [0, -1, 1.5, True, "2"])
def test_threads(threads: Any) -> None:
    with pytest.raises(lb.InputError, match="threads must be a whole number of 1 or more"):
        lb.set_num_threads(threads)


def test_a_vector_of_another_shape() -> None:
    with pytest.raises(lb.InputError, match=r"vector has shape \(3,\), expected \(1, 3\)"):
        SCORES.hessian_vector_product([0], [[0.0, 0.0, 0.0]], [1.0, 2.0, 3.0])


@pytest.mark.parametrize("bad", [[], [np.nan, 1.0], [0.5, 3.0]], ids=["none", "missing", "outside"])
def test_constants_check_their_labels(bad: list[float]) -> None:
    if bad and np.isnan(bad[0]):
        assert np.isnan(SHARES.optimal_constant(bad))
        return
    with pytest.raises(lb.InputError, match="y_true"):
        SHARES.optimal_constant(bad)
