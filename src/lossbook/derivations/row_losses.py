"""Derivations by rule for losses of rows: for any number of columns, or else for three."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy

from lossbook.derivations import terms
from lossbook.derivations.derivation import Derivation, Line, Part
from lossbook.derivations.paper import INDICES, PAPER
from lossbook.derivations.sums import labels_add_up
from lossbook.derivations.symbols import Letters
from lossbook.derivations.terms import ELL, Slope, slope_of_loss
from lossbook.derivations.tidying import cost, is_simpler, tidy
from lossbook.derivations.walking import without_repeats, work_out
from lossbook.domains import ClassLabels
from lossbook.families import LevelsLoss

if TYPE_CHECKING:
    from lossbook.loss import Loss


# A matrix whose entries take more operations is shown by its diagonal.
_LONG = 20


def rows_by_rule(loss: Loss) -> Derivation:
    """For any number of columns where the formulas allow it."""
    try:
        return _indexed(loss)
    except (NotImplementedError, TypeError, AttributeError, IndexError):
        return _entry_by_entry(loss)


@dataclass(frozen=True)
class _Row:
    loss: Loss
    letters: Letters

    def slope(self, expression: Any, variable: Any, left: Any) -> list[Line]:
        """The lines from the slope to its tidied formula."""
        lines = [Line(Slope(expression, variable)), *work_out(expression, variable, left)]
        lines = without_repeats([*lines, *_tidied(lines[-1].expression)])
        if isinstance(self.loss.label_domain, ClassLabels) and self.letters.is_indexed:
            short = labels_add_up(lines[-1].expression, self.letters.label)
            if short != lines[-1].expression:
                lines.append(Line(tidy(short), "the shares of a label add up to 1"))
        return lines


def _tidied(raw: Any) -> list[Line]:
    tidied = tidy(raw)
    return [Line(tidied, "simplified")] if is_simpler(tidied, raw) else []


def _indexed(loss: Loss) -> Derivation:
    letters = Letters.indexed(loss)
    row, over = _Row(loss, letters), loss.over(INDICES)
    z_j = letters.prediction
    z_i = terms.Entry(z_j.row, terms.OTHER)
    value = over.textbook(INDICES, letters.label, z_j)
    parts = [Part("Value", ELL, (Line(value, "the definition"),), 0)]
    left = slope_of_loss(z_j, 1)
    lines = row.slope(value, z_j, left)
    parts.append(Part("Gradient", left, tuple(lines), 1))
    slope = lines[-1].expression
    bend = row.slope(slope, z_i, Slope(left, z_i))
    if cost(bend[-1].expression)[0] > _LONG:
        z_i = z_j
        bend = row.slope(slope, z_i, Slope(left, z_i))
    parts.append(Part("Hessian", Slope(left, z_i), tuple(bend), 2))
    return Derivation(loss, letters, tuple(parts), tuple(_softmax(value, z_j)))


def _softmax(value: Any, z_j: Any) -> Iterator[tuple[Any, Any]]:
    if value.has(terms.Softmax):
        exponentials = terms.Total(
            sympy.exp(terms.Entry(z_j.row, terms.SUMMED[0])), terms.SUMMED[0]
        )
        yield terms.Softmax(terms.ENTRY, z_j.row), sympy.exp(z_j) / exponentials


def _entry_by_entry(loss: Loss) -> Derivation:
    letters = Letters.of(loss)
    row = _Row(loss, letters)
    seen, plain = _levels(loss, letters.prediction)
    value = np.ravel(plain.over(PAPER).textbook(PAPER, letters.label, seen))[0]
    definitions = tuple(
        (named, named.expression) for named in seen if seen is not letters.prediction
    )
    parts = [Part("Value", ELL, (Line(value, "the definition"),), 0)]
    slopes, bends = [], []
    entries = _entries(loss)
    for entry in entries:
        variable = letters.prediction[entry]
        left = slope_of_loss(variable, 1)
        lines = row.slope(value, variable, left)
        slopes.append(Part("Gradient", left, tuple(lines), 1, entry=(entry,)))
        for other in entries[: entries.index(entry) + 1]:
            again = letters.prediction[other]
            second = Slope(left, again)
            bent = row.slope(lines[-1].expression, again, second)
            bends.append(Part("Hessian", second, tuple(bent), 2, entry=(entry, other)))
    remark = _remark(loss)
    return Derivation(loss, letters, (*parts, *slopes, *bends), definitions, (remark,))


def _levels(loss: Loss, prediction: Any) -> tuple[Any, Loss]:
    """Of scores that become levels step by step, the levels, each with a letter."""
    if not (isinstance(loss, LevelsLoss) and loss.non_crossing):
        return prediction, loss
    levels = [
        terms.Named(sympy.Symbol(f"q_{place}", real=True), level)
        for place, level in enumerate(loss.link.inverse(PAPER, prediction))
    ]
    return PAPER.row(tuple(levels)), dataclasses.replace(loss, non_crossing=False)


def _entries(loss: Loss) -> range:
    """The entries to derive by: each that has a meaning of its own, or else one for all."""
    if loss.columns.symbols:
        return range(len(loss.columns.symbols))
    return range(1) if isinstance(loss.label_domain, ClassLabels) else range(1, 2)


def _remark(loss: Loss) -> str:
    if loss.columns.symbols:
        return f"A row of y_pred holds {loss.columns.describe()}."
    if isinstance(loss.label_domain, ClassLabels):
        return "For 3 classes, by the score of class 0; the other classes are alike."
    return f"For {loss.columns.count or 3} columns, by the second of them."
