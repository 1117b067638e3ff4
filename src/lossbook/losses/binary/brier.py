from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from lossbook.domains import REALS, Domain, Interval
from lossbook.facts import Example, Facts
from lossbook.families import PointwiseLoss
from lossbook.functionals import Functional, Mean
from lossbook.links import IDENTITY, LOGIT, Link
from lossbook.maths.namespace import Term
from lossbook.parameters import switch
from lossbook.rosetta import Counterpart

_LABELS = Interval(0, 1, hint="for labels -1 and 1, pass (y_true + 1) / 2")
_PREDICTED = Interval(0, 1, hint="pass from_logits=True if these are raw scores")
# The probability of the wrong class at which the curvature is largest: 4 - 15 q + 12 q^2 = 0.
_MOST_CURVED = (15 - math.sqrt(33)) / 24


class Brier(PointwiseLoss):
    r"""Brier score: the squared error of a probability.

    .. math:: \ell(y, p) = (p - y)^2, \qquad p = \sigma(z) \text{ from logits}

    Labels may be any probability in [0, 1]. From logits it is not convex: a gross miss loses its
    pull, and the Hessian is negative there.

    Parameters
    ----------
    from_logits : bool
        Whether ``y_pred`` holds raw scores z rather than probabilities p.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Brier()
    >>> loss([1, 0, 1], [0.75, 0.5, 0.0], reduction="none")
    array([0.0625, 0.25  , 1.    ])
    >>> lossbook.Brier(from_logits=True).gradient([1, 0], [0.0, 40.0], reduction="none")
    array([-2.50000000e-01,  8.49670851e-18])
    """

    from_logits: bool = switch(False)

    kind = "binary"
    aliases = {"brier_score": {}}
    counterparts = (
        Counterpart("sklearn", "brier_score_loss"),
        Counterpart("catboost", "BrierScore", {"from_logits": True}),
    )
    references = ("Brier, Verification of Forecasts, Monthly Weather Review 78 (1950)",)

    @property
    def compensated(self) -> bool:
        return self.from_logits

    @property
    def thorough(self) -> bool:
        return self.from_logits

    @property
    def example(self) -> Example:
        if self.from_logits:
            return Example(y_true=[1, 0, 1, 0], y_pred=[4.0, -0.5, -2.0, 40.0])
        return Example(y_true=[1, 0, 1, 0], y_pred=[0.75, 0.5, 0.0, 0.125])

    @property
    def label_domain(self) -> Domain:
        return _LABELS

    @property
    def prediction_domain(self) -> Domain:
        return REALS if self.from_logits else _PREDICTED

    @property
    def prediction_symbol(self) -> str:
        return "z" if self.from_logits else "p"

    @property
    def predicts_probability(self) -> bool:
        return True

    @property
    def link(self) -> Link:
        return LOGIT if self.from_logits else IDENTITY

    @property
    def facts(self) -> Facts:
        both = Facts(convex=False, supremum=1, symmetric=True, calibrated=True)
        if self.from_logits:
            q = _MOST_CURVED
            curvature = 2 * q**2 * (1 - q) * (2 - 3 * q)
            return replace(both, lipschitz=8 / 27, smoothness=curvature, redescending=True)
        return replace(
            both, convex=True, strictly_convex=True, strong_convexity=2, lipschitz=2, smoothness=2
        )

    @property
    def functional(self) -> Functional:
        return Mean()

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        return ((m.sigmoid(prediction) if self.from_logits else prediction) - y) ** 2

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        return self._miss(m, y, prediction) ** 2

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        miss = self._miss(m, y, prediction)
        if not self.from_logits:
            return 2 * miss
        return 2 * m.sigmoid(prediction) * m.sigmoid(-prediction) * miss

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        if not self.from_logits:
            return 2
        p, q = m.sigmoid(prediction), m.sigmoid(-prediction)
        mixed = (1 - y) * p * (2 * q - p) + y * q * (2 * p - q)
        return 2 * p * q * mixed

    def _miss(self, m: Any, y: Term, prediction: Term) -> Term:
        return m.sigmoid_minus(prediction, y) if self.from_logits else prediction - y
