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

_LABELS = Interval(0, 1, hint="for labels -1 and 1, pass (y_true + 1) / 2")
_PREDICTED = Interval(0, 1, hint="pass from_logits=True if these are raw scores")


class BinaryCrossEntropy(PointwiseLoss):
    r"""Binary cross entropy (log loss): minus the log-likelihood of a Bernoulli label.

    .. math:: \ell(y, p) = -y \log p - (1 - y) \log(1 - p), \qquad p = \sigma(z) \text{ from logits}

    Labels may be any probability in [0, 1]. Limits are limits: at y = 1, p = 1 the value is 0 and
    the gradient -1; at y = 1, p = 0 the value is infinite. Nothing is clipped.

    Parameters
    ----------
    from_logits : bool
        Whether ``y_pred`` holds raw scores z rather than probabilities p.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.BinaryCrossEntropy(from_logits=True)
    >>> loss([1, 0], [40.0, -40.0])
    4.248354255291589e-18
    >>> loss.gradient([1, 0], [40.0, -40.0], reduction="none")
    array([-4.24835426e-18,  4.24835426e-18])
    """

    from_logits: bool = switch(False)

    kind = "binary"
    aliases = {
        "bce": {},
        "log_loss": {},
        "logloss": {},
        "binary_crossentropy": {},
        "torch.nn.BCELoss": {},
        "torch.nn.BCEWithLogitsLoss": {"from_logits": True},
        "binary:logistic": {"from_logits": True},
        "binary:logitraw": {"from_logits": True},
        "lightgbm:binary": {"from_logits": True},
        "logistic": {"from_logits": True},
    }
    references = ("Good, Rational Decisions, J. R. Statist. Soc. B 14 (1952), section 8",)

    @property
    def example(self) -> Example:
        if self.from_logits:
            return Example(y_true=[1, 0, 1, 0], y_pred=[4.0, -0.5, -2.0, 40.0])
        return Example(y_true=[1, 1, 1, 1], y_pred=[0.99, 0.46340523, 0.14644962, 0.91515728])

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
        both = Facts(convex=True, strictly_convex=True, symmetric=True, calibrated=True)
        if self.from_logits:
            return replace(both, lipschitz=1, smoothness=0.25)
        return replace(both, strong_convexity=1)

    @property
    def functional(self) -> Functional:
        return Mean()

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_logits:
            return (1 - y) * m.softplus(prediction) + y * m.softplus(-prediction)
        return -m.xlogy(y, prediction) - m.xlog1py(1 - y, -prediction)

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_logits:
            return m.softplus_minus(prediction, y)
        # 0 - x rather than -x, so that a perfect prediction costs 0 and not -0.
        return 0 - m.xlogy(y, prediction) - m.xlog1py(1 - y, -prediction)

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_logits:
            return m.sigmoid_minus(prediction, y)
        return m.share(1 - y, 1 - prediction) - m.share(y, prediction)

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_logits:
            return m.sigmoid(prediction) * m.sigmoid(-prediction)
        return m.share_of_square(1 - y, 1 - prediction) + m.share_of_square(y, prediction)

    def conjugated(self, m: Any, y: Term, u: Term) -> Term:
        if self.from_logits:
            # The entropy of the probability at which the gradient is u.
            p, q = m.clip(y + u, 0, 1), m.clip((1 - y) - u, 0, 1)
            inside = (y + u >= 0) & ((1 - y) - u >= 0)
            return m.where(inside, m.xlogy(p, p) + m.xlogy(q, q), math.inf)
        # The root of u p^2 + (1 - u) p = y, or what it leaves to 1: the smaller one, which does not
        # cancel.
        root = m.sqrt((1 - u) ** 2 + 4 * u * y)
        p = m.where(u < 0, m.share(2 * y, 1 - u + root), 1 - m.share(2 * (1 - y), 1 + u + root))
        q = m.where(u < 0, 1 - m.share(2 * y, 1 - u + root), m.share(2 * (1 - y), 1 + u + root))
        return u * p + m.xlogy(y, p) + m.xlogy(1 - y, q)
