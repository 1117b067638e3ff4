"""Negative log-likelihoods of a label, given a location and the logarithm of a scale."""

from __future__ import annotations

from typing import Any

from lossbook.domains import Columns
from lossbook.families.rows import RowLoss
from lossbook.links import LOG_SCALE, Link
from lossbook.maths.namespace import Term

_COLUMNS = Columns.named("location", "log-scale", symbols=("mu", "s"))


class LocationScaleLoss(RowLoss, family=True):
    """A function of the residual r = location - y_true and of the log-scale s, whichever scale.

    As dr / dlocation = 1, derivatives by the residual are those by the location.
    """

    def cost(self, m: Any, r: Term, s: Term) -> Term:
        """The loss of one sample."""
        raise NotImplementedError

    def slopes(self, m: Any, r: Term, s: Term) -> tuple[Term, Term]:
        """Its derivatives by ``r`` and by ``s``."""
        raise NotImplementedError

    def curvatures(self, m: Any, r: Term, s: Term) -> tuple[Term, Term, Term]:
        """Its second derivatives by ``r``, by both, and by ``s``."""
        raise NotImplementedError

    def cancelling(self, m: Any, order: int, r: Term, s: Term) -> tuple[Term, ...]:
        """What `sizes` gives, one term per column."""
        raise NotImplementedError

    def information(self, m: Any, s: Term) -> tuple[Term, Term]:
        """What `curvatures` by ``r`` and by ``s`` are on average over labels as the model has them.

        Fisher's information.
        """
        raise NotImplementedError

    @property
    def columns(self) -> Columns:
        return _COLUMNS

    @property
    def link(self) -> Link:
        return LOG_SCALE

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        return self.cost(m, *_split(y, prediction))

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        return m.beside(*self.slopes(m, *_split(y, prediction)))

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        by_r, _, by_s = self.curvatures(m, *_split(y, prediction))
        return m.beside(by_r, by_s)

    def sizes(self, m: Any, order: int, y: Term, prediction: Term) -> Term:
        return m.beside(*self.cancelling(m, order, *_split(y, prediction)))

    def hessian_matrix(self, m: Any, y: Term, prediction: Term) -> Term:
        by_r, by_both, by_s = self.curvatures(m, *_split(y, prediction))
        return m.diagonal(m.beside(by_r, by_s), by_both[..., None])


def _split(y: Term, prediction: Term) -> tuple[Term, Term]:
    return prediction[..., :1] - y, prediction[..., 1:]
