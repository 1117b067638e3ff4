"""What is right comes out clean, and what is broken on purpose does not."""

from __future__ import annotations

from typing import Any

import pytest

import lossbook as lb
from laws import calculus
from laws.collection import every_law
from lossbook.checks.stating import statements
from lossbook.printers.formulas import variants
from teeth.broken import Broken, broken_losses

# The laws that a check asks after: of calculus, of facts, of numbers, of best constants.
ASKED = {
    *statements(),
    *(name for name in vars(calculus) if name in every_law()),
    "accuracy",
    "no_constant_beats_the_optimal_one",
    "constants_follow_the_weights",
    "the_whole_hessian_has_the_diagonal_and_the_product",
}
BROKEN = [one for one in broken_losses() if one.law in ASKED]


@pytest.mark.parametrize(
    "loss", [loss for cls in lb.catalogue() for loss in variants(cls)], ids=repr
)
def test_every_loss_of_the_catalogue_is_clean(loss: Any) -> None:
    report = lb.check(loss)
    assert report.ok, str(report)
    assert {one.subject for one in report.held} >= {"gradient", "hessian", "weights", "accuracy"}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: type(broken.loss).__name__)
def test_a_broken_loss_is_found(broken: Broken) -> None:
    assert not lb.check(broken.loss).ok


@pytest.mark.parametrize(
    ("name", "subject", "problem", "words"),
    [
        ("WrongSign", "gradient", "sign", "has the wrong sign"),
        ("FactorTwo", "gradient", "factor", "is half the slope of the value"),
        ("HalfTheCurve", "hessian", "factor", "is half the slope of the gradient"),
        ("HalfTheValue", "gradient", "factor", "is twice the slope of the value"),
        ("NotebookQuantile", "gradient", "sign", "for y_pred > y_true it has the wrong sign"),
        ("OtherTextbook", "value", "formula", "is not the value of its textbook formula"),
        ("LowerThanItSays", "facts", "minimum", "It states minimum = 0.0"),
        ("TooFlat", "facts", "smoothness", "It states smoothness = 1"),
        ("NoKink", "facts", "kinks", "the slope jumps at [1.0]"),
        ("MeanForMedian", "functional", "not best", "names the mean as its best constant"),
        ("CancellingHessian", "hessian", "cancels", "loses its digits"),
        ("NaiveSoftplus", "value", "overflow", "is infinite where the true value is finite"),
        ("NaNAtTheEnds", "value", "nan", "is NaN where the true value is finite"),
        ("BoostersHessian", "hessian", "factor", "is twice the slope of the gradient"),
        ("DiagonalOnly", "hessian_matrix", "formula", "is not the Jacobian"),
    ],
)
def test_the_finding_names_the_mistake(name: str, subject: str, problem: str, words: str) -> None:
    (broken,) = (one.loss for one in BROKEN if type(one.loss).__name__ == name)
    report = lb.check(broken)
    (found,) = (one for one in report.findings if (one.subject, one.problem) == (subject, problem))
    assert words in found.says
    assert found.fix
