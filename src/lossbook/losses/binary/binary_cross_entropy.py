from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from lossbook.domains import REALS, Domain, Interval
from lossbook.facts import Example, Facts
from lossbook.families import PointwiseLoss
from lossbook.functionals import Functional, Mean
from lossbook.links import IDENTITY, LOGIT, Link
from lossbook.maths.namespace import Term
from lossbook.parameters import between, positive, switch
from lossbook.rosetta import Counterpart

_LABELS = Interval(0, 1, hint="for labels -1 and 1, pass (y_true + 1) / 2")
_PREDICTED = Interval(0, 1, hint="pass from_logits=True if these are raw scores")
_LOGITS = {"from_logits": True}


class BinaryCrossEntropy(PointwiseLoss):
    r"""Binary cross entropy (log loss): minus the log-likelihood of a Bernoulli label.

    .. math:: \ell(y, p) = -w y \log p - (1 - y) \log(1 - p), \qquad p = \sigma(z) \text{ of logits}

    Labels may be any probability in [0, 1]. Limits are limits: at y = 1, p = 1 the value is 0 and
    the gradient -1; at y = 1, p = 0 the value is infinite. Nothing is clipped.

    Parameters
    ----------
    from_logits : bool
        Whether ``y_pred`` holds raw scores z rather than probabilities p.
    pos_weight : float, optional
        The weight w of class 1, greater than 0; without it both classes weigh 1.
    label_smoothing : float, optional
        The share of each label, from 0 to 1, that is spread evenly over both classes: y becomes
        (1 - label_smoothing) y + label_smoothing / 2, before it is weighed.

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
    pos_weight: float | None = positive(None)
    label_smoothing: float | None = between(0, 1, None)

    kind = "binary"
    aliases = {
        "bce": {},
        "log_loss": {},
        "logloss": {},
        "binary_crossentropy": {},
        "logistic": {"from_logits": True},
    }
    counterparts = (
        Counterpart("torch", "torch.nn.BCELoss", clipping="logarithms at -100"),
        Counterpart("torch", "torch.nn.BCEWithLogitsLoss", _LOGITS),
        Counterpart("torch", "torch.nn.SoftMarginLoss", _LOGITS, labels="-1 and 1"),
        Counterpart("keras", "BinaryCrossentropy", clipping="probabilities to [1e-7, 1 - 1e-7]"),
        Counterpart("sklearn", "HalfBinomialLoss", _LOGITS),
        Counterpart("optax", "sigmoid_binary_cross_entropy", _LOGITS),
        Counterpart("xgboost", "binary:logistic", _LOGITS, hessian="floored at 1e-16"),
        Counterpart(
            "xgboost",
            "binary:logitraw",
            _LOGITS,
            hessian="floored at 1e-16",
            note="predicts logits where binary:logistic predicts probabilities",
        ),
        Counterpart(
            "lightgbm",
            "binary",
            _LOGITS,
            labels="above 0, or not",
            note="its score is the logit divided by its parameter sigmoid (1)",
        ),
        Counterpart(
            "lightgbm", "cross_entropy", _LOGITS, labels="1 - y is rounded to single precision"
        ),
        Counterpart("catboost", "Logloss", _LOGITS, labels="above target_border (0.5), or not"),
        Counterpart("catboost", "CrossEntropy", _LOGITS),
        Counterpart("lossfunctions", "LogitMarginLoss", _LOGITS, labels="-1 and 1"),
        Counterpart("lossfunctions", "CrossEntropyLoss"),
    )
    references = ("Good, Rational Decisions, J. R. Statist. Soc. B 14 (1952), section 8",)

    @property
    def example(self) -> Example:
        if self.from_logits:
            return Example(y_true=[1, 0, 1, 0], y_pred=[4.0, -0.5, -2.0, 40.0])
        return Example(y_true=[1, 1, 1, 1], y_pred=[0.99, 0.46340523, 0.14644962, 0.91515728])

    @property
    def compensated(self) -> bool:
        return not self._is_plain

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
        ends = [self._weights(float(label)) for label in (0, 1)]
        is_even = self.pos_weight in (None, 1)
        both = Facts(
            convex=True,
            strictly_convex=True,
            minimum=min(_least(*weights) for weights in ends),
            symmetric=is_even,
            calibrated=is_even and self.label_smoothing != 1,
        )
        if self.from_logits:
            steepest, most_curved = max(map(max, ends)), max(map(sum, ends)) / 4
            return replace(both, lipschitz=steepest, smoothness=most_curved)
        strong = min((math.cbrt(one) + math.cbrt(zero)) ** 3 for one, zero in ends)
        return replace(both, strong_convexity=strong)

    @property
    def functional(self) -> Functional:
        return Mean()

    def constant_from(self, value: Any) -> Any:
        one, zero = self._weights(value)
        if self.from_logits and not self._is_plain:
            with np.errstate(divide="ignore"):
                return float(np.log(one) - np.log(zero))
        return super().constant_from(one / (one + zero))

    def _weights(self, y: Term) -> tuple[Term, Term]:
        """What the logarithms of p and of 1 - p count."""
        one, zero = self._smoothed(y)
        return (one if self.pos_weight is None else self.pos_weight * one), zero

    def _smoothed(self, y: Term) -> tuple[Term, Term]:
        if self.label_smoothing is None:
            return y, 1 - y
        kept, spread = 1 - self.label_smoothing, self.label_smoothing / 2
        return kept * y + spread, kept * (1 - y) + spread

    def _lifted(self, m: Any, one: Term) -> tuple[Term, Term]:
        """The weighed label of class 1, times a power of two, and that power.

        A subnormal label times a weight would keep few digits, or none.
        """
        lift = m.where(one < 2.0**-1000, 2.0**64, 1)
        return self.pos_weight * (one * lift), lift

    @property
    def _is_plain(self) -> bool:
        return self.pos_weight is None and self.label_smoothing is None

    def opposing(self, m: Any, y: Term, prediction: Term) -> tuple[Term, ...] | None:
        if self.label_smoothing is None:
            return None
        one, zero = self._weights(y)
        if self.from_logits:
            return zero * m.sigmoid(prediction), one * m.sigmoid(-prediction)
        return m.share(zero, 1 - prediction), m.share(one, prediction)

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        one, zero = self._weights(y)
        if self.from_logits:
            return zero * m.softplus(prediction) + one * m.softplus(-prediction)
        return -m.xlogy(one, prediction) - m.xlog1py(zero, -prediction)

    def value(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_logits and self._is_plain:
            return m.softplus_minus(prediction, y)
        one, zero = self._smoothed(y)
        if self.from_logits:
            positive = m.times(one, m.softplus(-prediction))
        else:
            positive = m.xlogy(one, prediction)
        if self.pos_weight is not None:
            positive = self.pos_weight * positive
        if self.from_logits:
            return m.times(zero, m.softplus(prediction)) + positive
        # 0 - x rather than -x, so that a perfect prediction costs 0 and not -0.
        return 0 - positive - m.xlog1py(zero, -prediction)

    def deriv(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_logits and self._is_plain:
            return m.sigmoid_minus(prediction, y)
        if self.from_logits:
            one, zero = self._weights(y)
            return zero * m.sigmoid(prediction) - one * m.sigmoid(-prediction)
        one, zero = self._smoothed(y)
        if self.pos_weight is None:
            positive = m.share(one, prediction)
        else:
            one, lift = self._lifted(m, one)
            positive = m.share(one, prediction) / lift
        return m.share(zero, 1 - prediction) - positive

    def deriv2(self, m: Any, y: Term, prediction: Term) -> Term:
        if self.from_logits:
            both = m.sigmoid(prediction) * m.sigmoid(-prediction)
            if self._is_plain:
                return both
            one, zero = self._weights(y)
            return (one + zero) * both
        one, zero = self._smoothed(y)
        if self.pos_weight is None:
            positive = m.share_of_square(one, prediction)
        else:
            one, lift = self._lifted(m, one)
            positive = m.share(m.share(one, prediction), prediction * lift)
        return m.share_of_square(zero, 1 - prediction) + positive

    def derived(self, page: Any) -> None:
        if not self._is_plain:
            return
        y, p = page.label, page.prediction
        if self.from_logits:
            p = page.named("p", page.m.sigmoid(p))
            page.define(p, p.expression)
        log, likelihood = page.m.log, page.letter("P")
        cost = -y * log(p) - (1 - y) * log(1 - p)
        value = page.part("Value: minus the log-likelihood of a Bernoulli label", likelihood, 0)
        value.line(p**y * (1 - p) ** (1 - y), "p where y = 1, and 1 - p where y = 0")
        value.done(log, log(likelihood), -cost, "the logarithm turns a product into a sum")
        value.done(lambda e: -e, page.loss, cost, "minus: the likelier the label, the lower")
        (self._derived_by_logits if self.from_logits else _derived_by_p)(page, cost, p)

    def _derived_by_logits(self, page: Any, cost: Any, p: Any) -> None:
        y, z, m = page.label, page.prediction, page.m
        page.chains[0].line(
            y * m.softplus(-z) + (1 - y) * m.softplus(z),
            "as -log σ(z) = log(1 + e^(-z)), and 1 - σ(z) = σ(-z)",
        ).line(m.softplus(z) - y * z, "as log(1 + e^(-z)) = log(1 + e^z) - z")
        moved = page.slope(p)
        gradient = page.gradient().line(page.slope(cost))
        gradient.line(
            -y * moved / p + (1 - y) * moved / (1 - p), "chain rule, as (log u)′ = u′ / u"
        ).line((p - y) / (p * (1 - p)) * moved, "over one denominator")
        gradient.line(m.sigmoid(z) * m.sigmoid(-z), "σ(z)′ = σ(z) σ(-z)", moved)
        gradient.line(p * (1 - p), "as σ(-z) = 1 - σ(z)")
        gradient.line(p - y, "p (1 - p) cancels", page.slope(page.loss))
        gradient.line(m.sigmoid(z) - y, "p written out")
        gradient.line(
            (1 - y) * m.sigmoid(z) - y * m.sigmoid(-z),
            "the same, in a form that is stable in the tails",
        )
        hessian = page.hessian().line(page.slope(m.sigmoid(z) - y))
        hessian.line(m.sigmoid(z) * m.sigmoid(-z), "σ(z)′ = σ(z) σ(-z): the label is gone")

    @property
    def has_conjugate(self) -> bool:
        return self._is_plain

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


def _least(one: float, zero: float) -> float:
    """The smallest value for these weights, where p is the share of ``one``."""
    return sum(weight * math.log((one + zero) / weight) for weight in (one, zero) if weight > 0)


def _derived_by_p(page: Any, cost: Any, p: Any) -> None:
    y, slope = page.label, page.slope
    gradient = page.gradient().line(slope(cost))
    gradient.line(-y * slope(page.m.log(p)) - (1 - y) * slope(page.m.log(1 - p)), "term by term")
    gradient.line(-y / p + (1 - y) / (1 - p), "(log p)′ = 1 / p; (log(1 - p))′ = -1 / (1 - p)")
    gradient.line((p - y) / (p * (1 - p)), "over one denominator")
    page.gradient(where=page.equal(y, 1)).line(-1 / p, "only the first term is left")
    page.gradient(where=page.equal(y, 0)).line(1 / (1 - p), "only the second one is")
    hessian = page.hessian().line(slope(-y / p + (1 - y) / (1 - p)))
    hessian.line(
        y / p**2 + (1 - y) / (1 - p) ** 2, "(1 / p)′ = -1 / p²; (1 / (1 - p))′ = 1 / (1 - p)²"
    )
