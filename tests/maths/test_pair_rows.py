"""Rows of pairs: every loss of rows runs on them, right to its bounds and to the last bits."""

from __future__ import annotations

import dataclasses
from typing import Any

import mpmath
import numpy as np
import pytest

import lossbook as lb
from lossbook.checks.questions.precision import sizes_of
from lossbook.checks.sampling import ordinary
from lossbook.checks.truth import OUTPUTS, exact, truth, ulp_errors
from lossbook.engine.libraries import HOME
from lossbook.maths.oracle import ORACLE
from lossbook.maths.pair_rows import CompensatedRows, ThoroughRows
from lossbook.maths.pairs import Pair
from variants import every_formula

Array = np.ndarray[Any, Any]
SCORES = lb.CrossEntropy(from_logits=True)
OPTIONS: list[dict[str, Any]] = [
    {"z_loss": 0.3, "temperature": 0.7},
    {"soft_cap": 9.0, "label_smoothing": 0.1},
    {"class_weight": (1.0, 2.5, 0.3)},
]
OPTIONS.append({name: value for options in OPTIONS for name, value in options.items()})
ROWS = [
    *(loss for loss in every_formula() if loss.is_row),
    *(dataclasses.replace(SCORES, **options) for options in OPTIONS),
]


# A loss that asks for thorough pairs is not within its bounds on others.
KINDS = [
    (loss, kind)
    for loss in ROWS
    for kind in (CompensatedRows, ThoroughRows)
    if kind is ThoroughRows or not loss.thorough
]


@pytest.mark.parametrize(("loss", "kind"), KINDS)
def test_every_loss_of_rows_runs_on_pairs(loss: lb.Loss, kind: type[CompensatedRows]) -> None:
    for samples in ordinary(loss, 12, seed=81):
        labels = samples.y_true.astype(float)
        y = loss.label_domain.terms(HOME, labels, samples.y_pred.shape)
        p = samples.y_pred
        for order, output in enumerate(OUTPUTS):
            m = kind(HOME)
            with np.errstate(all="ignore"):
                term = loss.over(m).derivative(m, order, m.pair(y), m.pair(p))
            got = np.broadcast_to(m.rounded(term), p.shape)[:, : 1 if order == 0 else None]
            true = truth(loss, order, samples.y_true, p).reshape(got.shape)
            sizes = sizes_of(loss, order, samples)
            errors = ulp_errors(got, true, sizes, loss.accuracy.underflow)
            assert errors.max() <= getattr(loss.accuracy, output), (samples.labels, output)


@pytest.mark.parametrize("columns", [1, 2, 3, 7, 16])
def test_sums_along_rows_have_twice_the_digits(columns: int) -> None:
    x = np.random.default_rng(82).normal(size=(40, columns)) * 10.0 ** np.arange(columns)
    m = CompensatedRows(HOME)
    with mpmath.workdps(60):
        for name in ("sum", "running", "tails"):
            found = getattr(m, name)(m.pair(x) * 1.1)
            true = np.stack([getattr(ORACLE, name)(row * mpmath.mpf(1.1)) for row in exact(x)])
            rest = abs((exact(found.head) + exact(found.tail) - true) / true)
            assert rest.max() < 2.0**-95, name


def test_a_subnormal_probability_has_all_its_digits_in_a_product() -> None:
    scores = np.array([[0.0, -710.3, -744.9, -800.0]])
    m = CompensatedRows(HOME)
    product = m.rounded(m.softmax_times(m.pair(scores), 2.0**60))
    with mpmath.workdps(60):
        true = ORACLE.softmax(exact(scores)[0]) * 2**60
        assert ulp_errors(product[0], true).max() <= 1.5


def test_of_equal_heads_the_larger_tail_is_the_top() -> None:
    m = CompensatedRows(HOME)
    x = Pair(m, np.array([[1.0, 3.0, 3.0]]), np.array([[0, -1e-20, 1e-20]]))
    np.testing.assert_array_equal(m.top(x).head, [[0, 0, 1]])
    np.testing.assert_array_equal(m.runner_up(x).head, [[0, 1, 0]])
