from __future__ import annotations

import math
from typing import Any

from lossbook import functionals
from lossbook.domains import Columns, Domain, RowsOf
from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import RowLoss
from lossbook.functionals import Functional
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart

_LABELS = RowsOf()
_COLUMNS = Columns("numbers", fewest=2)

# What an entry counts as at least, beside the largest of its row; and what terms may be at most.
_TINY, _LARGE = 2.0**-960, 2.0**1020


class CosineDistance(RowLoss):
    r"""Cosine distance: how far two rows are from pointing the same way, whatever their lengths.

    .. math:: \ell(y, \hat y) = 1 - \frac{y \cdot \hat y}{\lVert y \rVert \lVert \hat y \rVert}

    ``y_true`` and ``y_pred`` hold rows of the same length. A row of zeros points nowhere: its
    distance to every row is 1, and the derivatives there are 0. Computed from the difference of the
    two directions, so that a small angle is not lost in 1 - cos; errors are relative to that
    difference. Of a row's entries, those below 2**-960 of the largest count as nothing.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.CosineDistance()
    >>> loss([[3.0, 4.0], [1.0, 0.0]], [[6.0, 8.0], [0.0, 2.0]], reduction="none")
    array([0., 1.])
    >>> loss.gradient([[1.0, 0.0]], [[0.0, 2.0]])
    array([[-0.5,  0. ]])
    """

    kind = "several"
    aliases = {"cosine": {}}
    counterparts = (
        Counterpart("optax", "cosine_distance", note="the derivatives of a row of zeros are NaN"),
        Counterpart(
            "torch",
            "torch.nn.CosineEmbeddingLoss",
            labels="two rows, and a target of 1; of -1 it is another loss",
            clipping="a small number is added to each squared length",
        ),
        Counterpart(
            "keras",
            "CosineSimilarity",
            clipping="squared lengths have a floor",
            note="minus the cosine: 1 less",
        ),
    )
    accuracy = Accuracy(value=3, gradient=3, hessian=3)
    example = Example(y_true=[[1.0, 0.0], [3.0, 4.0]], y_pred=[[0.0, 2.0], [4.0, 3.0]])
    references = ("Salton, Automatic Text Processing (1989)",)

    @property
    def label_domain(self) -> Domain:
        return _LABELS

    @property
    def columns(self) -> Columns:
        return _COLUMNS

    @property
    def prediction_symbol(self) -> str:
        return "p"

    @property
    def facts(self) -> Facts:
        return Facts(convex=False, unimodal=False, supremum=2)

    @property
    def functional(self) -> Functional:
        return functionals.MeanDirection()

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        lengths = m.sqrt(m.sum(y * y)) * m.sqrt(m.sum(prediction * prediction))
        return 1 - m.share(m.sum(y * prediction), lengths)

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        (v, some), (u, other) = _direction(m, y)[:2], _direction(m, prediction)[:2]
        return m.where(some * other > 0, m.sum((u - v) * (u - v)) / 2, 1)

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        u, v, distance, length, scale, apart = self._parts(m, y, prediction)
        return m.where(apart, ((u - v) - distance * u) / length / scale, 0)

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        u, v, distance, length, scale, apart = self._parts(m, y, prediction)
        bent = (1 - distance) * (1 - 3 * (u * u)) + 2 * (u * v)
        return m.where(apart, m.share_of_square(bent / length / length, scale), 0)

    def hessian_matrix(self, m: Any, y: Term, prediction: Term) -> Term:
        u, v, distance, length, scale, apart = self._parts(m, y, prediction)
        down, along = u[..., :, None], u[..., None, :]
        crossed = down * v[..., None, :] + v[..., :, None] * along
        cosine = (1 - distance)[..., None]
        bent = (crossed - 3 * cosine * (down * along)) / length[..., None] / length[..., None]
        matrix = m.where(apart[..., None], m.share_of_square(bent, scale[..., None]), 0)
        return m.diagonal(self.deriv2(m, y, prediction), matrix)

    def sizes(self, m: Any, order: int, y: Term, prediction: Term) -> Term:
        u, v, distance, length, scale, apart = self._parts(m, y, prediction)
        if order == 0:
            return m.where(apart, m.sqrt(m.sum((u - v) * (u - v))), 1)
        if order == 1:
            sizes = (abs(u) + abs(v) + distance * abs(u) + _TINY) / length / scale
        else:
            sizes = (4 + 2 * abs(u * v)) / length / length / scale / scale
        # Where the terms are beyond all numbers, their sum may come out infinite.
        return m.where(apart, m.where(sizes < _LARGE, sizes, math.inf), 0)

    def _parts(self, m: Any, y: Term, prediction: Term) -> tuple[Term, ...]:
        """Both directions, the value, the length in two factors, and whether both rows have one."""
        v, some, _ = _direction(m, y)
        u, length, scale = _direction(m, prediction)
        apart = some * length > 0
        return u, v, self.value(m, y, prediction), m.where(length > 0, length, 1), scale, apart


def _direction(m: Any, x: Term) -> tuple[Term, Term, Term]:
    """The row at length 1 (or at 0), its length by a scale, and the scale."""
    scaled, scale = m.scaled(x)
    length = m.sqrt(m.sum(scaled * scaled))
    return scaled / m.where(length > 0, length, 1), length, scale
