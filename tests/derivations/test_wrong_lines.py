"""A wrong line is found, whatever is wrong with it; the message says where, and both numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
import sympy

import lossbook as lb
from lossbook import registry
from lossbook.derivations.derivation import Derivation, Line, Part
from lossbook.derivations.numbers import number
from lossbook.derivations.terms import Entry, Slope, Total


def changed(derivation: Derivation, part: int, line: int, **changes: Any) -> Derivation:
    """The derivation with one line altered."""
    parts = list(derivation.parts)
    lines = list(parts[part].lines)
    lines[line] = dataclasses.replace(lines[line], **changes)
    parts[part] = dataclasses.replace(parts[part], lines=tuple(lines))
    return dataclasses.replace(derivation, parts=tuple(parts))


def scaled(derivation: Derivation, part: int, line: int, factor: Any) -> Derivation:
    expression = derivation.parts[part].lines[line].expression
    return changed(derivation, part, line, expression=factor * expression)


def test_every_line_of_a_derivation_bites() -> None:
    """No line can be off by a little: not by 1 in 10^45."""
    off = 1 + sympy.Rational(1, 10**45)
    for loss in (lb.PseudoHuber(), lb.BinaryCrossEntropy(), lb.CrossEntropy(from_logits=True)):
        derivation = loss.derivation()
        for part, written in enumerate(derivation.parts):
            for line in range(len(written.lines)):
                with pytest.raises(lb.DerivationError):
                    scaled(derivation, part, line, off).check()


def test_the_message_names_the_line_the_point_and_both_numbers() -> None:
    derivation = lb.SquaredError().derivation()
    wrong = scaled(derivation, 1, 1, 3)
    with pytest.raises(
        lb.DerivationError, match=r"SquaredError\(\), Gradient, line 2 \(power rule"
    ) as caught:
        wrong.check()
    message = str(caught.value)
    r = float(message.partition("r = ")[2].partition(",")[0])
    assert all(f"{abs(number):.6g}"[:6] in message for number in (6 * r, 2 * r)), message


def test_a_rule_that_is_wrong_is_no_excuse() -> None:
    """Slopes are differences of exact numbers: both lines may come from one mistaken rule."""
    p = sympy.Symbol("p", positive=True)
    derivation = lb.BinaryCrossEntropy().derivation()
    lines = (Line(Slope(sympy.log(p), p)), Line(1 / p**2, "a mistaken rule"))
    part = Part("Lemma", Slope(sympy.log(p), p), lines)
    with pytest.raises(lb.DerivationError, match="a mistaken rule"):
        dataclasses.replace(derivation, parts=(*derivation.parts, part)).check()


def test_right_lines_of_another_loss_are_not_this_one_s() -> None:
    other = dataclasses.replace(lb.AbsoluteError().derivation(), loss=lb.SquaredError())
    with pytest.raises(lb.DerivationError, match="the loss computes"):
        other.check()


def test_a_first_line_must_be_what_its_left_side_says() -> None:
    part = lb.SquaredError().derivation().parts[1]
    r = sympy.Symbol("r", real=True)
    claimed = Line(3 * r, "claimed", left=Slope(r**2, r))
    wrong = dataclasses.replace(part, lines=(*part.lines, claimed))
    with pytest.raises(lb.DerivationError, match="claimed"):
        dataclasses.replace(lb.SquaredError().derivation(), parts=(wrong,)).check()


def test_a_wrong_entry_of_the_matrix_is_found() -> None:
    derivation = lb.CrossEntropy(from_logits=True).derivation()
    hessian = derivation.parts[-1]
    transposed = hessian.lines[-1].expression
    diagonal_only = transposed.subs(
        sympy.Symbol("i", integer=True), sympy.Symbol("j", integer=True)
    )
    short = dataclasses.replace(hessian, lines=(Line(diagonal_only, "only the diagonal"),))
    with pytest.raises(lb.DerivationError, match=r"only the diagonal|last line"):
        dataclasses.replace(derivation, parts=(*derivation.parts[:-1], short)).check()


def test_a_case_that_is_left_out_is_missed() -> None:
    derivation = lb.Hinge().derivation()
    parts = [part for part in derivation.parts if str(part.condition) != "a > 1"]
    with pytest.raises(lb.DerivationError, match="no case of the"):
        dataclasses.replace(derivation, parts=tuple(parts)).check()


def test_a_case_that_holds_nowhere_is_no_case() -> None:
    derivation = lb.Hinge().derivation()
    part = dataclasses.replace(derivation.parts[-1], condition=sympy.Symbol("a", real=True) > 1e9)
    with pytest.raises(lb.DerivationError, match="no point lies in"):
        dataclasses.replace(derivation, parts=(*derivation.parts, part)).check()


def test_numbers_of_sums_and_slopes_are_those_of_mpmath() -> None:
    """By hand: the sum of z² over (1, 2, 3) is 14, and its slope by the last entry is 6."""
    z, k, j = (
        sympy.Symbol("z", real=True),
        sympy.Symbol("k", integer=True),
        sympy.Symbol("j", integer=True),
    )
    point = {z: [1, 2, 3], sympy.Symbol("K", integer=True, positive=True): 3, j: 2}
    squares = Total(Entry(z, k) ** 2, k)
    assert number(squares, point) == 14
    assert abs(number(Slope(squares, Entry(z, j)), point) - 6) < 1e-60


@pytest.fixture
def own() -> Iterator[type[lb.Loss]]:
    """A loss of a user's own whose gradient lost a factor."""

    class LostFactor(lb.ResidualLoss):
        example = lb.Example(y_true=[0.0], y_pred=[1.0])

        def value(self, m: Any, r: Any) -> Any:
            return m.log(1 + m.exp(r * r)) * r

        def deriv(self, m: Any, r: Any) -> Any:
            return m.log(1 + m.exp(r * r)) + r * r * m.sigmoid(r * r)

        def deriv2(self, m: Any, r: Any) -> Any:
            return 0

    yield LostFactor
    registry.unregister(LostFactor)


def test_a_loss_whose_gradient_is_wrong_has_no_derivation(own: type[lb.Loss]) -> None:
    with pytest.raises(
        lb.DerivationError, match=r"LostFactor.., Gradient, line .*what is computed"
    ):
        own().derivation()
