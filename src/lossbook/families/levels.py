"""Losses of one label and a row of predictions, one per level: quantiles, expectiles."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from lossbook.domains import Columns
from lossbook.families.rows import RowLoss
from lossbook.links import IDENTITY, NON_CROSSING, Link
from lossbook.maths.namespace import Term
from lossbook.parameters import rising_fractions, switch

_ROUNDING, _ANYTHING, _LARGE = 2.0**-47, 2.0**60, 2.0**1000


class LevelsLoss(RowLoss, family=True):
    """The sum, over levels, of a cost of the residual r = (prediction of the level) - y_true.

    With ``non_crossing``, a row holds raw scores c instead of the predictions q: the first
    prediction, and steps up from each to the next: q_0 = c_0, q_k = q_{k-1} + softplus(c_k). With
    J = dq / dc, whose rows are the steps, the gradient is J^T g. As each q is a sum of functions of
    one score each, the Hessian is J^T diag(h) J and, beside it, a diagonal.
    """

    taus: tuple[float, ...] = rising_fractions(0.1, 0.5, 0.9)
    non_crossing: bool = switch(False)

    def cost(self, m: Any, tau: Term, r: Term) -> Term:
        """The cost of each level."""
        raise NotImplementedError

    def slope(self, m: Any, tau: Term, r: Term) -> Term:
        """Its derivative by ``r``."""
        raise NotImplementedError

    def curvature(self, m: Any, tau: Term, r: Term) -> Term:
        """Its second derivative by ``r``."""
        raise NotImplementedError

    def model_curvature(self, m: Any, tau: Term, r: Term) -> Term:
        """The curvature that stands for it in the Gauss-Newton matrix: positive everywhere."""
        return self.curvature(m, tau, r)

    @property
    def columns(self) -> Columns:
        *most, last = (f"{tau:g}" for tau in self.taus)
        levels = f"{', '.join(most)} and {last}" if most else last
        return Columns(f"numbers, one for each of the levels {levels}", len(self.taus))

    @property
    def is_separable(self) -> bool:
        return not self.non_crossing

    @property
    def prediction_symbol(self) -> str:
        return "c" if self.non_crossing else "q"

    @property
    def link(self) -> Link:
        return NON_CROSSING if self.non_crossing else IDENTITY

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        return m.sum(self.cost(m, *self._residuals(m, y, prediction)))

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        slopes = self.slope(m, *self._residuals(m, y, prediction))
        if not self.non_crossing:
            return slopes
        return m.times_sigmoid(m.tails(slopes), _scores(m, prediction))

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        at = self._residuals(m, y, prediction)
        if not self.non_crossing:
            return self.curvature(m, *at)
        c = _scores(m, prediction)
        straight = m.times_sigmoid(m.times_sigmoid(m.tails(self.curvature(m, *at)), c), c)
        return straight + _bent(m, m.tails(self.slope(m, *at)), c)

    def sizes(self, m: Any, order: int, y: Term, prediction: Term) -> Term:
        if not self.non_crossing:
            return None
        tau, r = self._residuals(m, y, prediction)
        whole = m.running(_lengths(m, prediction)) + abs(y)
        # A residual that is lost in the rounding of its sum may be seen on either side of 0, and
        # slopes close to the largest number may add up to more than it.
        unsure = m.where(abs(r) <= whole * _ROUNDING, _ANYTHING, 1)
        unsure = m.where(whole < _LARGE, unsure, math.inf)
        if order == 0:
            return m.sum(self._largest(m, self.cost, tau, whole))
        c = _scores(m, prediction)
        slopes = m.tails(m.times(self._largest(m, self.slope, tau, whole), unsure))
        if order == 1:
            return m.times_sigmoid(slopes, c)
        curvatures = m.tails(m.times(self._largest(m, self.curvature, tau, whole), unsure))
        return m.times_sigmoid(m.times_sigmoid(curvatures, c), c) + _bent(m, slopes, c)

    def _largest(self, m: Any, formula: Callable[..., Any], tau: Term, whole: Term) -> Term:
        return m.maximum(abs(formula(m, tau, whole)), abs(formula(m, tau, -whole)))

    def hessian_matrix(self, m: Any, y: Term, prediction: Term) -> Term:
        if not self.non_crossing:
            return super().hessian_matrix(m, y, prediction)
        curvature = self.curvature(m, *self._residuals(m, y, prediction))
        return m.diagonal(self.deriv2(m, y, prediction), _through(m, prediction, curvature))

    def gauss_newton_matrix(self, m: Any, y: Term, prediction: Term) -> Term:
        """J^T diag(h) J, with `model_curvature` as h."""
        model = self.model_curvature(m, *self._residuals(m, y, prediction))
        if not self.non_crossing:
            return m.diagonal(model, 0.0)
        return _through(m, prediction, model)

    def gauss_newton_hessian(
        self, y_true: Any, y_pred: Any, *, sample_weight: Any = None, reduction: str = "mean"
    ) -> Any:
        """A K x K stand-in for the Hessian of every sample that is never negative.

        The Hessian but for how the steps between levels bend: J^T diag(h) J with h the curvature of
        each level's cost, positive semidefinite, and equal to the Hessian where slopes vanish. A
        piecewise linear cost has no curvature; 1 stands for it, as in boosting libraries.

        Examples
        --------
        >>> import lossbook
        >>> loss = lossbook.MultiExpectile(taus=(0.25, 0.75), non_crossing=True)
        >>> loss.gauss_newton_hessian([0.0], [[-1.0, 0.0]])
        array([[[2.   , 0.75 ],
                [0.75 , 0.375]]])
        """
        from lossbook.engine.hessians import row_matrix

        formula = self.gauss_newton_matrix
        return row_matrix(self, formula, y_true, y_pred, sample_weight, reduction)

    def _residuals(self, m: Any, y: Term, prediction: Term) -> tuple[Term, Term]:
        return m.row(self.taus), self.link.inverse(m, prediction) - y


def _lengths(m: Any, prediction: Term) -> Term:
    """|c_0| and the steps up from it."""
    return m.beside(abs(prediction[..., :1]), m.softplus(prediction[..., 1:]))


def _scores(m: Any, prediction: Term) -> Term:
    """The scores with the first one at infinity: it is a step itself, and its sigmoid is 1."""
    first = prediction[..., :1]
    return m.beside(m.where(first == first, math.inf, math.inf), prediction[..., 1:])


def _bent(m: Any, x: Term, c: Term) -> Term:
    """``x`` times how fast a step of this score changes its rate."""
    has_score = m.where(c < math.inf, 1, 0)
    return m.times_sigmoid(m.times_sigmoid(m.times(has_score, x), c), -c)


def _through(m: Any, prediction: Term, curvature: Term) -> Term:
    """J^T diag(h) J: entry (j, k) is the curvature from the later of both on, times both rates."""
    c, places = _scores(m, prediction), m.places(prediction)
    tails = m.tails(curvature)
    later = places[:, None] >= places
    corner = m.where(later, tails[..., :, None], tails[..., None, :])
    # The rates together, so that the matrix is the same to the last bit on both sides.
    rates = m.sigmoid(c)
    return corner * (rates[..., :, None] * rates[..., None, :])
