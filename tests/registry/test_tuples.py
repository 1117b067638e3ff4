"""Parameters that are tuples of numbers: checked, copied, written in formulas and on the line."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sympy
from click.testing import CliRunner

import lossbook as lb
from lossbook import parameters, registry
from lossbook.cli.group import lossbook as main
from lossbook.errors import InputError, InputTypeError


class TwoSlopes(lb.ResidualLoss):
    """Squares, harder above than below; the shares of the two sides are a tuple."""

    shares: tuple[float, ...] = parameters.rising_fractions(0.25, 0.5)
    more: tuple[float, ...] | None = parameters.nonnegative_numbers()
    example = lb.Example(y_true=[0, 0], y_pred=[-1, 2])
    facts = lb.Facts(convex=True, smoothness=1)

    def value(self, m: Any, r: Any) -> Any:
        low, high = self.shares
        return m.where(r > 0, high, low) * r * r

    def deriv(self, m: Any, r: Any) -> Any:
        low, high = self.shares
        return 2 * m.where(r > 0, high, low) * r

    def deriv2(self, m: Any, r: Any) -> Any:
        low, high = self.shares
        return 2 * m.where(r > 0, high, low)


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    registry.register(TwoSlopes)
    yield
    registry.unregister(TwoSlopes)


registry.unregister(TwoSlopes)


@pytest.mark.parametrize("given", [[0.1, 0.9], (0.1, 0.9), np.array([0.1, 0.9]), iter([0.1, 0.9])])
def test_any_sequence_becomes_a_tuple_of_floats(given: Any) -> None:
    loss = TwoSlopes(given)
    assert loss.shares == (0.1, 0.9)
    assert {type(entry) for entry in loss.shares} == {float}
    assert loss == TwoSlopes((0.1, 0.9)) != TwoSlopes()
    assert hash(loss) == hash(TwoSlopes((0.1, 0.9)))
    assert repr(loss) == "TwoSlopes(shares=(0.1, 0.9))"
    assert pickle.loads(pickle.dumps(loss)) == loss
    assert lb.get("two_slopes", shares=[0.1, 0.9]) == loss


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (0.5, InputTypeError, "shares must be a tuple of rising numbers strictly between 0 and 1"),
        ("0.5", InputTypeError, "shares must be a tuple of rising numbers"),
        (None, InputTypeError, "shares must be a tuple of rising numbers"),
        ({0.1: 1}, InputTypeError, "shares must be a tuple of rising numbers"),
        ((), InputError, "shares must be a tuple of rising numbers .*, got none"),
        ((0.1, 1.5), InputError, r"shares\[1\] must be strictly between 0 and 1, got 1\.5"),
        ((0.1, "a"), InputTypeError, r"shares\[1\] must be a real number"),
        ((0.1, True), InputTypeError, r"shares\[1\] must be a real number"),
        ((0.1, float("nan")), InputError, r"shares\[1\]"),
        ((0.5, 0.1), InputError, "shares must rise, got 0.1 at index 1 after 0.5"),
        ((0.5, 0.5), InputError, "shares must rise, got 0.5 at index 1 after 0.5"),
    ],
)
def test_a_tuple_that_breaks_a_rule(given: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=f"^TwoSlopes: {words}"):
        TwoSlopes(given)


def test_one_that_may_be_left_out() -> None:
    assert TwoSlopes().more is None
    assert TwoSlopes(more=[3, 0]).more == (3.0, 0.0)
    with pytest.raises(InputTypeError, match="a tuple of numbers 0 or more, or None, got 2"):
        TwoSlopes(more=2)
    with pytest.raises(InputError, match=r"more\[0\] must be 0 or more, got -1"):
        TwoSlopes(more=[-1])


def test_in_formulas_each_number_has_a_name() -> None:
    low, high = (sympy.Symbol(f"shares_{k}", positive=True) for k in range(2))
    assert {low, high} <= TwoSlopes().formula().free_symbols
    assert parameters.run_time_numbers(TwoSlopes().parameters) == {
        "shares_0": 0.25,
        "shares_1": 0.5,
    }
    results = TwoSlopes().value_gradient_hessian([0.0, 0.0], [-1.0, 2.0], reduction="none")
    assert [array.tolist() for array in results] == [[0.25, 2], [-0.5, 2], [0.5, 1]]
    results = lb.compile(TwoSlopes()).value_gradient_hessian([0, 0], [-1.0, 2.0], reduction="none")
    assert [array.tolist() for array in results] == [[0.25, 2], [-0.5, 2], [0.5, 1]]


def test_on_the_command_line() -> None:
    run = CliRunner().invoke
    assert run(main, ["show", "two_slopes", "--shares", "0.1,0.9"]).output.startswith(
        "TwoSlopes(shares=(0.1, 0.9))"
    )
    assert "shares=(0.25, 0.5)" in run(main, ["list"]).output
    result = run(main, ["show", "two_slopes", "--shares", "0.1;0.9"])
    assert result.exit_code == 2
    assert "--shares takes numbers with commas between them, not '0.1;0.9'" in result.output
