"""The functions that are printed for the page give the numbers of the library."""

from __future__ import annotations

import base64
import dataclasses
import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from explorer.visitor import Visitor
from lossbook import parameters
from lossbook.checks.extremes import extreme
from lossbook.checks.points import far_out
from lossbook.checks.sampling import Samples, ordinary, terms_of
from lossbook.checks.subjects.subject import LossSubject
from lossbook.engine.libraries import HOME
from lossbook.printers.formulas import columns_of, drawn_losses, formula_name
from variants import every_setting

Array = np.ndarray[Any, Any]

FORMULAS = {formula_name(loss): loss for loss in drawn_losses()}

# In: per call the name, labels, predictions and parameters; out: values, gradients and Hessians.
EVALUATE = """
calls => {
  const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const numbers = text => new Float64Array(bytes(text).buffer);
  const rows = ([text, width]) => {
    const all = [...numbers(text)];
    return width ? all.flatMap((_, k) => k % width ? [] : [all.slice(k, k + width)]) : all;
  };
  const text = numbers => {
    let letters = "";
    for (const byte of new Uint8Array(numbers.buffer)) letters += String.fromCharCode(byte);
    return btoa(letters);
  };
  return calls.map(([name, y, p, parameters]) => {
    const labels = rows(y);
    const formula = lossbook.formulas[name];
    const results = rows(p).map((each, i) => formula(labels[i], each, parameters));
    return text(Float64Array.from(results.flat()));
  });
}
"""


@functools.cache
def points(loss: lb.Loss) -> list[Samples]:
    """Everyday labels and predictions, and those of the tails."""
    if not loss.is_row:
        return [*ordinary(loss, 200, seed=5), *far_out(LossSubject(loss), np.float64, 60)]
    columns = columns_of(loss)
    far = [s for s in extreme(loss, np.float64, 300, 3) if s.y_pred.shape[-1] == columns]
    return [*ordinary(loss, 40, seed=5, usual=columns), *far]


def settings(name: str) -> Iterator[lb.Loss]:
    """A formula with its usual parameters and with others."""
    printed = FORMULAS[name]
    every = [printed, *every_setting(type(printed))]
    for field in dataclasses.fields(printed):  # type: ignore[arg-type]
        if parameters.is_tuple(field) and getattr(printed, field.name) is not None:
            every.append(dataclasses.replace(printed, **{field.name: (0.02, 0.3, 0.95)}))
    return filter(functools.partial(fits, printed), every)


def fits(printed: lb.Loss, loss: lb.Loss) -> bool:
    """Whether the formula of one computes the other: options at their defaults do nothing."""
    taken = parameters.run_time_numbers(parameters.chosen(printed)).keys()
    needed = parameters.run_time_numbers(parameters.chosen(loss)).keys()
    switches = [name for name, value in loss.parameters.items() if isinstance(value, bool)]
    return needed <= taken <= numbers(loss).keys() and all(
        printed.parameters[name] == loss.parameters[name] for name in switches
    )


def numbers(loss: lb.Loss) -> dict[str, float]:
    return parameters.run_time_numbers(loss.parameters)


def packed(numbers: Array) -> list[Any]:
    width = numbers.shape[1] if numbers.ndim > 1 else 0
    return [base64.b64encode(np.ascontiguousarray(numbers, "<f8").tobytes()).decode(), width]


def labels_of(loss: lb.Loss, samples: Samples) -> Array:
    """Labels as the formulas see them: of rows, rows too."""
    labels = samples.y_true.astype(float)
    if not loss.is_row:
        return labels
    return np.asarray(loss.label_domain.terms(HOME, labels, samples.y_pred.shape))


@pytest.fixture(scope="module")
def results(one_visitor: Visitor) -> dict[str, list[Array]]:
    """What the page computes, of all formulas in one go."""
    asked = [(n, loss, s) for n in FORMULAS for loss in settings(n) for s in points(loss)]
    calls = [
        [name, packed(labels_of(loss, samples)), packed(samples.y_pred), numbers(loss)]
        for name, loss, samples in asked
    ]
    found: dict[str, list[Array]] = {name: [] for name in FORMULAS}
    for (name, _, samples), text in zip(
        asked, one_visitor.page.evaluate(EVALUATE, calls), strict=True
    ):
        rows = np.frombuffer(base64.b64decode(text), "<f8").reshape(len(samples), -1)
        found[name].append(rows)
    return found


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas_in_javascript_give_the_numbers(
    name: str, results: dict[str, list[Array]]
) -> None:
    every = [(loss, samples) for loss in settings(name) for samples in points(loss)]
    for (loss, samples), found in zip(every, results[name], strict=True):
        known = loss.value_gradient_hessian(samples.y_true, samples.y_pred, reduction="none")
        outputs = np.split(found, [1, 1 + (found.shape[1] - 1) // 2], axis=1)
        for order, (got, wanted) in enumerate(zip(outputs, known, strict=True)):
            wanted = wanted.reshape(got.shape)
            size = terms_of(loss, samples, order) if loss.is_row else wanted
            assert_near(got, wanted, size.reshape(got.shape), f"order {order} of {loss}")


def assert_near(got: Array, wanted: Array, size: Array, of: str) -> None:
    """To twelve digits of the terms, where these are finite; subnormal numbers have not so many."""
    with np.errstate(invalid="ignore"):
        same = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
        near = abs(got - wanted) <= 1e-12 * abs(size) + 2.0**-1070
    wrong = ~(same | near)
    assert not wrong.any(), f"{of}: {got[wrong][0]!r} for {wanted[wrong][0]!r}"


def test_every_loss_has_its_functions() -> None:
    assert {type(loss) for loss in FORMULAS.values()} == set(lb.catalogue())
