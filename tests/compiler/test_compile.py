"""What ``lossbook.compile`` takes, what it gives back, and what it says to the rest."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from compiler.twins import compiled
from engine import test_blocks as odd
from lossbook import registry
from lossbook.checks.truth import ulp_errors
from lossbook.compiler.machine import machine
from lossbook.domains import Interval
from lossbook.parameters import positive
from registry.test_own_losses import CALLS, OWN, Own, _results, _truth

WEIGHTS = [0.5, 0.0, 2.0, 1.25]


class OwnRate(lb.PointwiseLoss):
    """A loss with a parameter and a domain, which pickle finds in this module."""

    rate: float = positive(1.0)
    label_domain = Interval(0, 1)

    def value(self, m: Any, y: Any, p: Any) -> Any:
        return m.softplus(self.rate * p) - y * self.rate * p

    def deriv(self, m: Any, y: Any, p: Any) -> Any:
        return self.rate * m.sigmoid_minus(self.rate * p, y)

    def deriv2(self, m: Any, y: Any, p: Any) -> Any:
        return self.rate * self.rate * m.sigmoid(self.rate * p) * m.sigmoid(-self.rate * p)


registry.unregister(OwnRate)


@pytest.fixture(params=[name for name in OWN if name != "scores"])
def own(request: pytest.FixtureRequest) -> tuple[Own, lb.Loss]:
    case = OWN[request.param]
    cls = case.define()
    registry.unregister(cls)
    return case, lb.compile(cls(**case.parameters))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("call", CALLS)
def test_every_call_of_an_own_loss(own: tuple[Own, lb.Loss], call: str, dtype: Any) -> None:
    case, loss = own
    true, y_pred = _truth(case, dtype), np.asarray(case.y_pred, dtype)
    bounds = {"v": loss.accuracy.value, "g": loss.accuracy.gradient, "h": loss.accuracy.hessian}
    for output, got in _results(loss, call, case.y_true, y_pred, reduction="none").items():
        assert got.dtype == dtype
        assert ulp_errors(got, true[output], _sizes(case, output)).max() <= bounds[output]


def _sizes(case: Own, output: str) -> Any:
    """Poisson's value and gradient are differences: their errors count against the terms."""
    if case is not OWN["pointwise"] or output == "h":
        return None
    y, p = np.asarray(case.y_true), np.asarray(case.y_pred)
    return (np.exp(p) + abs(y * (p if output == "v" else 1))).astype(object)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_the_same_numbers_as_without(
    own: tuple[Own, lb.Loss], weights: list[float] | None, reduction: str
) -> None:
    case, loss = own
    plain = type(loss)(**loss.parameters)
    assert plain._kernel is None
    for call in CALLS:
        words: dict[str, Any] = {"sample_weight": weights, "reduction": reduction}
        got = _results(loss, call, case.y_true, case.y_pred, **words)
        for output, number in _results(plain, call, case.y_true, case.y_pred, **words).items():
            np.testing.assert_allclose(got[output], number, rtol=8 * 2.0**-52, atol=0)


@pytest.mark.parametrize("loss", odd.OWN, ids=repr)
def test_formulas_of_every_kind(loss: lb.Loss) -> None:
    """Nothing but exactly rounded operations, so that the path does not matter."""
    y, p = np.zeros(2000), np.linspace(-4, 4, 2000)
    p[::37], p[::99] = np.nan, 0
    for one, other in zip(
        lb.compile(loss).value_gradient_hessian(y, p, reduction="none"),
        loss.value_gradient_hessian(y, p, reduction="none"),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


def test_it_is_the_same_loss() -> None:
    loss = OwnRate(rate=0.5)
    made = lb.compile(loss)
    assert made == loss
    assert hash(made) == hash(loss)
    assert repr(made) == "OwnRate(rate=0.5)"
    assert made is not loss
    assert loss._kernel is None
    assert lb.compile(made) is made


@pytest.mark.parametrize("loss", [lb.Quantile(tau=0.9), lb.CrossEntropy()], ids=repr)
def test_a_loss_with_a_kernel_is_returned_as_it_is(loss: lb.Loss) -> None:
    if loss._kernel is not None:
        assert lb.compile(loss) is loss


@pytest.mark.parametrize(
    "send", [copy.copy, copy.deepcopy, lambda loss: pickle.loads(pickle.dumps(loss))]
)
def test_copies_are_compiled_too(send: Any) -> None:
    made = lb.compile(OwnRate(rate=0.5))
    sent = send(made)
    assert sent == made
    assert type(sent._kernel) is type(made._kernel)
    assert sent._kernel is not made._kernel
    assert sent([1, 0], [0.5, 2.0]) == made([1, 0], [0.5, 2.0])


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What is asked to be compiled, and what is compiled."""
    seen: dict[str, list[str]] = {"compile": [], "_compile": []}
    for name, record in seen.items():
        real = getattr(machine(), name)
        monkeypatch.setattr(
            machine(),
            name,
            lambda text, real=real, record=record: record.append(text) or real(text),
        )
    return seen


def test_parameters_are_run_time_numbers(texts: dict[str, list[str]]) -> None:
    y, p = np.zeros(4), np.ones(4)
    slopes = [lb.compile(OwnRate(rate=rate)).gradient(y, p)[0] for rate in (0.5, 0.25, 4.0)]
    assert len(set(slopes)) == 3
    assert len(texts["compile"]) == 3
    assert len(texts["_compile"]) <= 1, "compiled once for all parameters"


def test_each_types_and_outputs_are_compiled_when_they_are_met(
    texts: dict[str, list[str]],
) -> None:
    made = compiled(lb.SquaredError())
    for count in (4, 9):
        for dtype in ("f4", "f8"):
            for labels in ("f8", "i8"):
                made.gradient(np.zeros(count, labels), np.ones(count, dtype))
                made.hessian(np.zeros(count, labels), np.ones(count, dtype))
    assert len(set(texts["compile"])) == len(texts["compile"]) == 8


def test_other_libraries_are_served_as_before() -> None:
    torch = pytest.importorskip("torch")
    made, loss = lb.compile(OwnRate()), OwnRate()
    y, p = torch.tensor([1.0, 0.0]), torch.tensor([0.5, 2.0])
    assert torch.equal(made.gradient(y, p), loss.gradient(y, p))


def test_what_is_no_loss_is_refused() -> None:
    with pytest.raises(lb.InputTypeError, match=r"loss must be a loss, got 3\.$"):
        lb.compile(3)  # type: ignore[arg-type]
    with pytest.raises(lb.InputTypeError, match="make one by calling the class"):
        lb.compile(OwnRate)  # type: ignore[arg-type]


def test_rows_of_scores_are_refused() -> None:
    cls = OWN["scores"].define()
    registry.unregister(cls)
    with pytest.raises(
        lb.InputError, match=r"MyBrier is a loss of rows.*use it as it is"
    ) as caught:
        lb.compile(cls())
    assert caught.value.argument == "loss"


@pytest.mark.parametrize(
    ("slope", "words"),
    [
        (
            lambda _, r: r if r > 0 else -r,
            "cannot branch on its arguments with if/and/or: use m.where",
        ),
        (lambda _, r: np.tanh(r), "tanh"),
        (lambda m, r: m.xp.tanh(r), "has no attribute 'xp'"),
        (lambda _, r: r**3, "only squares are traced, got the power 3"),
    ],
)
def test_formulas_beyond_m_are_refused(slope: Any, words: str) -> None:
    class MyOdd(lb.ResidualLoss):
        def value(self, m: Any, r: Any) -> Any:
            return abs(r)

        def deriv(self, m: Any, r: Any) -> Any:
            return slope(m, r)

        def deriv2(self, m: Any, r: Any) -> Any:
            return 0

    registry.unregister(MyOdd)
    with pytest.raises(lb.InputError, match=f"MyOdd cannot be compiled.*{words}"):
        lb.compile(MyOdd())


def test_a_missing_compiler_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    with pytest.raises(lb.MissingDependencyError, match=r"pip install 'lossbook\[numba\]'"):
        lb.compile(OwnRate())


def test_an_old_compiler_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llvmlite.__version__", "0.44.1rc1")
    with pytest.raises(lb.MissingDependencyError, match=r"0\.45 or newer, this is 0\.44\.1rc1"):
        lb.compile(OwnRate())


IMPORTS = """
import sys
import lossbook
lossbook.SquaredError()([1.0], [2.0])
lossbook.compile
assert not {"llvmlite", "numba"} & set(sys.modules)
"""


def test_nothing_is_imported_before_it_is_needed() -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", IMPORTS], check=True)
