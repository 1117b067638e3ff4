"""The functions that are printed for the page give the numbers of the library."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from explorer.visitor import Visitor
from lossbook.checks.points import far_out
from lossbook.checks.sampling import ordinary
from lossbook.checks.subjects.subject import LossSubject
from lossbook.engine.native import kernel_name
from lossbook.printers.formulas import printed_losses
from variants import every_setting

Array = np.ndarray[Any, Any]

FORMULAS = {kernel_name(loss): loss for loss in printed_losses()}

# In: per call the name, labels, predictions and parameters; out: values, gradients and Hessians.
EVALUATE = """
calls => {
  const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const numbers = text => new Float64Array(bytes(text).buffer);
  const text = numbers => {
    let letters = "";
    for (const byte of new Uint8Array(numbers.buffer)) letters += String.fromCharCode(byte);
    return btoa(letters);
  };
  return calls.map(([name, y, p, parameters]) => {
    const labels = numbers(y);
    const formula = lossbook.formulas[name];
    const results = [...numbers(p)].map((each, i) => formula(labels[i], each, parameters));
    return text(Float64Array.from(results.flat()));
  });
}
"""


def points(loss: lb.Loss) -> tuple[Array, Array]:
    """Everyday labels and predictions, and those of the tails."""
    samples = [*ordinary(loss, 200, seed=5), *far_out(LossSubject(loss), np.float64, 60)]
    labels, predictions = ([getattr(s, name) for s in samples] for name in ("y_true", "y_pred"))
    return np.concatenate(labels).astype(float), np.concatenate(predictions)


def settings(name: str) -> list[lb.Loss]:
    """A formula with its usual parameters and with others."""
    every = every_setting(type(FORMULAS[name]))
    return [loss for loss in every if kernel_name(loss) == name]


def packed(numbers: Array) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers, "<f8").tobytes()).decode()


@pytest.fixture(scope="module")
def results(one_visitor: Visitor) -> dict[str, list[Array]]:
    """What the page computes, of all formulas in one go."""
    every = [(name, loss) for name in FORMULAS for loss in settings(name)]
    calls = []
    for name, loss in every:
        parameters = {key: value for key, value in loss.parameters.items() if value is not None}
        calls.append([name, *map(packed, points(loss)), parameters])
    found: dict[str, list[Array]] = {name: [] for name in FORMULAS}
    for (name, _), text in zip(every, one_visitor.page.evaluate(EVALUATE, calls), strict=True):
        found[name].append(np.frombuffer(base64.b64decode(text), "<f8").reshape(-1, 3).T)
    return found


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas_in_javascript_give_the_numbers(
    name: str, results: dict[str, list[Array]]
) -> None:
    for loss, found in zip(settings(name), results[name], strict=True):
        known = loss.value_gradient_hessian(*points(loss), reduction="none")
        for what, got, wanted in zip(("value", "gradient", "Hessian"), found, known, strict=True):
            np.testing.assert_allclose(
                got,
                wanted,
                rtol=1e-12,
                atol=2**-1070,  # subnormal numbers have no twelve digits
                err_msg=f"{what} of {loss}",
            )
