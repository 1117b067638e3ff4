from __future__ import annotations

from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import LogitLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import fraction, nonnegative
from lossbook.peaks import highest
from lossbook.rosetta import Counterpart

_SOFT = "soft labels are mixed into the probability, not into the loss"


class BinaryFocal(LogitLoss):
    r"""Focal loss: the binary cross entropy, with easy samples turned down.

    .. math:: \ell(y, z) = -\alpha_y \, (1 - p)^\gamma \log p

    where p is the probability given to the right class: :math:`\sigma(z)` for label 1,
    :math:`\sigma(-z)` for label 0; and :math:`\alpha_1 = \alpha`, :math:`\alpha_0 = 1 - \alpha`, or
    1 for both without alpha. Labels are 0 or 1: in between, implementations mean different things.
    It is not convex, so that the Hessian is negative for gross misses; it is given as it is.

    Parameters
    ----------
    gamma : float
        How strongly easy samples are turned down, 0 or more; 0 is the cross entropy.
    alpha : float, optional
        The weight of class 1, strictly between 0 and 1; class 0 has what is missing to 1.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.BinaryFocal(gamma=2, alpha=0.25)
    >>> loss([1, 0], [0.0, -2.0], reduction="none")
    array([0.0433217 , 0.00135267])
    >>> loss.gradient([1, 1], [-800.0, 200.0], reduction="none")
    array([-2.50000000e-001, -1.98779741e-261])
    """

    gamma: float = nonnegative(2.0)
    alpha: float | None = fraction(None)

    kind = "binary"
    compensated = True
    thorough = True
    aliases = {"focal_loss": {}, "retinanet": {"alpha": 0.25}}
    counterparts = (
        Counterpart("optax", "sigmoid_focal_loss", labels=_SOFT),
        Counterpart(
            "keras",
            "BinaryFocalCrossentropy",
            labels=_SOFT,
            clipping="probabilities to [1e-7, 1 - 1e-7]",
            note="takes probabilities unless from_logits; alpha counts with apply_class_balancing",
        ),
        Counterpart("catboost", "Focal", {"alpha": 0.5}, note="alpha and gamma have no defaults"),
    )
    example = Example(y_true=[1, 0, 1, 0], y_pred=[4.0, -0.5, -2.0, 40.0])
    references = ("Lin et al., Focal Loss for Dense Object Detection, ICCV (2017), equation 5",)

    @property
    def facts(self) -> Facts:
        is_even = self.alpha in (None, 0.5)
        is_convex = self.gamma == 0
        heavier = float(self.alpha is None or self.alpha >= 0.5)
        return Facts(
            convex=is_convex,
            strictly_convex=is_convex,
            lipschitz=max(
                highest(self.gradient, heavier, -60, 60),
                abs(self.gradient([heavier], [1e4 - 2e4 * heavier]).item()),
            ),
            smoothness=highest(self.hessian, heavier, -60, 60),
            symmetric=is_even,
            calibrated=is_even,
        )

    def textbook(self, m: Any, y: Term, z: Term) -> Term:
        a = self.of_class(m, y, z, -z)
        return self._weight(m, y) * (m.power(m.sigmoid(-a), self.gamma) * m.softplus(-a))

    def value(self, m: Any, y: Term, z: Term) -> Term:
        return self.textbook(m, y, z)

    def deriv(self, m: Any, y: Term, z: Term) -> Term:
        a = self.of_class(m, y, z, -z)
        slope = self._weight(m, y) * focal_slope(m, self.gamma, a)
        return self.of_class(m, y, slope, -slope)

    def deriv2(self, m: Any, y: Term, z: Term) -> Term:
        a = self.of_class(m, y, z, -z)
        return self._weight(m, y) * focal_curvature(m, self.gamma, a)

    def _weight(self, m: Any, y: Term) -> Term:
        return 1 if self.alpha is None else self.of_class(m, y, self.alpha, 1 - self.alpha)


def focal_slope(m: Any, gamma: Term, a: Term) -> Term:
    """Of ``q^gamma`` times the cross entropy, by the margin: a sum of terms of one sign."""
    p, q = m.sigmoid(a), m.sigmoid(-a)
    return -m.power(q, gamma) * (gamma * p * m.softplus(-a) + q)


def focal_curvature(m: Any, gamma: Term, a: Term) -> Term:
    """Its slope, ``q^gamma p ((1 + 2 gamma) q + gamma (gamma p - q) L)`` with L = -log p."""
    p, q = m.sigmoid(a), m.sigmoid(-a)
    # p = root^2 / (1 + e^-|a|): for gross misses it is subnormal, and what it multiplies is large.
    root = m.exp(m.minimum(a, 0) / 2)
    cost = m.softplus(-a) * root
    inside = (1 + 2 * gamma) * q * root + gamma * (gamma * p - q) * cost
    return m.power(q, gamma) * inside * m.sigmoid(abs(a)) * root
