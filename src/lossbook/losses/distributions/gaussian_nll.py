from __future__ import annotations

import math
from typing import Any

from lossbook import functionals
from lossbook.domains import Columns
from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import LocationScaleLoss
from lossbook.functionals import Functional
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart

_COLUMNS = Columns.named("mean", "log-variance", symbols=("mu", "s"))


class GaussianNLL(LocationScaleLoss):
    r"""Gaussian negative log-likelihood: predicts how far off it may be, too.

    .. math:: \ell(y, \mu, s) = \tfrac12 \left(s + (y - \mu)^2 e^{-s}\right),
              \qquad s = \log \sigma^2

    A row of ``y_pred`` holds the mean and the logarithm of the variance, so that every number is a
    prediction; ``inverse_link`` gives mean and variance. What no prediction changes is left out:
    the whole negative log-likelihood is larger by :math:`\log(2 \pi) / 2`. There is no floor under
    the variance: a label that is hit exactly costs ever less as the variance goes to 0.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.GaussianNLL()
    >>> loss([3.0, 0.0], [[2.0, 0.0], [0.0, -2.0]])
    -0.25
    >>> loss.gradient([3.0, 0.0], [[2.0, 0.0], [0.0, -2.0]], reduction="sum")
    array([[-1. ,  0. ],
           [ 0. ,  0.5]])
    """

    kind = "distributions"
    aliases = {"gaussian": {}, "heteroscedastic": {}}
    counterparts = (
        Counterpart(
            "torch",
            "torch.nn.GaussianNLLLoss",
            clipping="the variance has a floor eps, through which no gradient passes",
            note="takes the variance and not its logarithm; full=True adds log(2 pi) / 2",
        ),
        Counterpart(
            "catboost",
            "RMSEWithUncertainty",
            note="its second output is the logarithm of the standard deviation, half of ours",
        ),
    )
    accuracy = Accuracy(value=4, gradient=3, hessian=3)
    example = Example(y_true=[3.0, 0.0], y_pred=[[2.0, 0.0], [0.0, -2.0]])
    references = (
        "Nix and Weigend, Estimating the Mean and Variance of the Target, IEEE ICNN (1994)",
    )

    @property
    def columns(self) -> Columns:
        return _COLUMNS

    @property
    def facts(self) -> Facts:
        return Facts(convex=False, unimodal=False, minimum=-math.inf)

    @property
    def functional(self) -> Functional:
        return functionals.MeanAndVariance()

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        r, s = prediction[..., :1] - y, prediction[..., 1:]
        return (s + r * r * m.exp(-s)) / 2

    def cost(self, m: Any, r: Term, s: Term) -> Term:
        z = m.times_exp(r, -s / 2)
        return s / 2 + z * (z / 2)

    def slopes(self, m: Any, r: Term, s: Term) -> tuple[Term, Term]:
        z = m.times_exp(r, -s / 2)
        return m.times_exp(r, -s), 0.5 - z * (z / 2)

    def curvatures(self, m: Any, r: Term, s: Term) -> tuple[Term, Term, Term]:
        z = m.times_exp(r, -s / 2)
        return m.exp(-s), -m.times_exp(r, -s), z * (z / 2)

    def information(self, m: Any, s: Term) -> tuple[Term, Term]:
        return m.exp(-s), 1 / 2

    def cancelling(self, m: Any, order: int, r: Term, s: Term) -> tuple[Term, ...]:
        z = m.times_exp(r, -s / 2)
        if order == 0:
            return ((abs(s) + z * z) / 2,)
        by_r = abs(m.times_exp(r, -s)) if order == 1 else m.exp(-s)
        return by_r, (1 + z * z) / 2 if order == 1 else z * z / 2
