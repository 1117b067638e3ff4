"""The letters that a derivation writes label, prediction and what is made of them with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
import sympy

from lossbook import parameters
from lossbook.derivations import terms
from lossbook.derivations.paper import PAPER, letter_for
from lossbook.maths.formulas import arguments

if TYPE_CHECKING:
    from lossbook.loss import Loss

RESIDUAL, MARGIN = sympy.Symbol("r", real=True), sympy.Symbol("a", real=True)


@dataclass(frozen=True)
class Letters:
    """Symbols, and how they become numbers: one for each, or a row of them for one letter."""

    label: Any
    prediction: Any
    is_indexed: bool = False
    has_parameters: bool = True
    """Whether parameters have letters; else they are the loss's own numbers."""

    @classmethod
    def of(cls, loss: Loss) -> Letters:
        label, prediction = arguments(loss)
        positive = not loss.is_row and getattr(loss.prediction_domain, "low", -1) == 0
        if positive:
            prediction = sympy.Symbol(prediction.name, positive=True)
        return cls(label, prediction)

    @classmethod
    def indexed(cls, loss: Loss) -> Letters:
        """Of a row of any length: one entry stands for all."""
        letters = (sympy.Symbol(name, real=True) for name in ("y", loss.prediction_symbol))
        label, prediction = (terms.Entry(letter, terms.ENTRY) for letter in letters)
        has_rows = loss.label_domain.layouts[-1].is_row
        return cls(label if has_rows else label.row, prediction, True)

    def numbers(self, loss: Loss, label: Any, prediction: Any) -> dict[Any, Any]:
        """A number for every symbol."""
        at = {
            PAPER.parameter(name, value): mpmath.mpf(value)
            for name, value in parameters.run_time_numbers(loss.parameters).items()
        }
        if self.is_indexed:
            at |= _rows_of_parameters(loss)
            at |= {self.prediction.row: list(prediction), terms.CLASSES: len(prediction)}
            if isinstance(self.label, terms.Entry):
                return at | {self.label.row: list(label)}
            return at | {self.label: np.ravel(label)[0]}
        at |= dict(zip(np.ravel(self.label), np.ravel(label), strict=True))
        at |= dict(zip(np.ravel(self.prediction), np.ravel(prediction), strict=True))
        if not loss.is_row:
            at |= {RESIDUAL: prediction - label, MARGIN: prediction * label}
        return at


def _rows_of_parameters(loss: Loss) -> dict[Any, Any]:
    return {
        sympy.Symbol(letter_for(name).removesuffix("s"), real=True): list(map(mpmath.mpf, value))
        for name, value in loss.parameters.items()
        if isinstance(value, tuple)
    }
