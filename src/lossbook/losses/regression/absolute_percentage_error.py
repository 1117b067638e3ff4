from __future__ import annotations

from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import PointwiseLoss
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart


class AbsolutePercentageError(PointwiseLoss):
    r"""Absolute percentage error: the absolute error as a share of the label.

    .. math:: \ell(y, \hat y) = \frac{|\hat y - y|}{|y|}

    A share and not a percentage, in spite of the name: 1 is 100 %. At a label of 0 every
    prediction but 0 costs infinitely much. At :math:`\hat y = y` the gradient given is 0. The best
    constant is a median of the labels in which each counts :math:`1 / |y|`: well below their
    median, as a rule.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.AbsolutePercentageError()
    >>> loss([2, 4, -1], [1, 5, -1], reduction="none")
    array([0.5 , 0.25, 0.  ])
    >>> loss.gradient([2, 4, -1], [1, 5, -1], reduction="sum")
    array([-0.5 ,  0.25,  0.  ])
    """

    kind = "regression"
    aliases = {"mape": {}, "mean_absolute_percentage_error": {}}
    counterparts = (
        Counterpart(
            "keras", "MeanAbsolutePercentageError", factor=100.0, clipping="|y| from 1e-7 on"
        ),
        Counterpart("sklearn", "mean_absolute_percentage_error", clipping="|y| from 2.2e-16 on"),
        Counterpart(
            "lightgbm",
            "mape",
            hessian="1; leaves are set to medians",
            clipping="|y| from 1 on",
        ),
        Counterpart("catboost", "MAPE", clipping="|y| from 1 on"),
    )
    example = Example(y_true=[2, 4, -1], y_pred=[1, 5, -1])
    references = (
        (
            "de Myttenaere et al., Mean Absolute Percentage Error for Regression Models, "
            "Neurocomputing 192 (2016)"
        ),
    )

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, kinks=(0.0,), symmetric=True)

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        return m.share(abs(prediction - y), abs(y))

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        return m.share(m.where(prediction > y, 1, m.where(prediction < y, -1, 0)), abs(y))

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        return 0
