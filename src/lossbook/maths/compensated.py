"""Which losses are evaluated over pairs, that carry their rounding errors along, and over which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lossbook.maths.arrays import ArrayMaths
from lossbook.maths.namespace import Maths, Term
from lossbook.maths.pair_rows import CompensatedRows, ThoroughRows
from lossbook.maths.pairs import CompensatedMaths, ThoroughMaths

if TYPE_CHECKING:
    from lossbook.loss import Loss


def derivative(
    loss: Loss, m: Maths, order: int, y_true: Term, y_pred: Term, *, single: bool = False
) -> Term:
    """A loss's value or derivative over ``m``; with its rounding errors, where it asks for that.

    ``m`` works in float64; ``single`` says that the result will be rounded to float32.
    """
    # Of rows, float64 has what float32 needs: differences of its numbers are exact there.
    if not loss.compensated or (loss.is_row and single):
        return loss.derivative(m, order, y_true, y_pred)
    careful = _pairs(loss, m, single)
    label, prediction = careful.pair(y_true), careful.pair(y_pred)
    return careful.rounded(loss.over(careful).derivative(careful, order, label, prediction))


def _pairs(loss: Loss, m: Maths, single: bool) -> CompensatedMaths:
    if not loss.is_row:
        thorough = loss.thorough and not single
        return ThoroughMaths(m) if thorough else CompensatedMaths(m, single=single)
    assert isinstance(m, ArrayMaths), "rows are arrays"
    return ThoroughRows(m) if loss.thorough else CompensatedRows(m)
