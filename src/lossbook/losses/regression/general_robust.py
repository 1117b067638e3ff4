from __future__ import annotations

import math
from typing import Any

from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import at_most, positive


class GeneralRobust(ResidualLoss):
    r"""Barron's general robust loss: one parameter leads from the square to Welsch's loss.

    .. math:: \ell(y, \hat y) = \frac{|\alpha - 2|}{\alpha}
        \left(\left(\frac{u^2}{|\alpha - 2|} + 1\right)^{\alpha / 2} - 1\right),
        \qquad u = (\hat y - y) / c

    Half of :math:`u^2` near 0 for every :math:`\alpha`, and everywhere at 2, its limit there. At 1
    it is the pseudo-Huber loss, at 0 its limit :math:`\log(u^2 / 2 + 1)`, Cauchy's, at -2 that of
    Geman and McClure, and at :math:`-\infty` Welsch's, :math:`1 - \exp(-u^2 / 2)`: all of them
    over :math:`c^2`, and with scales of their own. Convex for :math:`\alpha \ge 1`.

    Parameters
    ----------
    alpha : float
        How much far misses count: 2 or less, ``-inf`` included.
    c : float
        From where on a miss counts as far.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.GeneralRobust(alpha=-2, c=1)
    >>> loss([0, 1], [2, 1], reduction="sum")  # 2 * 4 / (4 + 4)
    1.0
    >>> loss.gradient([0, 1], [2, 1], reduction="sum")
    array([0.5, 0. ])
    """

    alpha: float = at_most(2, 1.0)
    c: float = positive(1.0)

    kind = "regression"
    compensated = True
    # Close to the largest floats, where 1 / u is subnormal, it has lost digits: for alpha below 1
    # this many, and more for those between 1 and 2.
    accuracy = Accuracy(value=5)
    aliases = {"barron": {}, "adaptive_robust": {}}
    example = Example(y_true=[0, 1], y_pred=[2, 1])
    references = ("Barron, A General and Adaptive Robust Loss Function, CVPR (2019), equation 8",)

    @property
    def facts(self) -> Facts:
        alpha = self.alpha
        return Facts(
            convex=alpha >= 1,
            strictly_convex=alpha >= 1,
            strong_convexity=self.c**-2 if alpha == 2 else 0,
            lipschitz=self._steepest() / self.c,
            smoothness=self.c**-2,
            supremum=math.inf if alpha >= 0 else 1 if math.isinf(alpha) else 1 - 2 / alpha,
            symmetric=True,
            redescending=alpha < 1,
        )

    def _steepest(self) -> float:
        if self.alpha > 1:
            return math.inf
        if self.alpha == 1:
            return 1.0
        if math.isinf(self.alpha):
            return math.exp(-0.5)
        # Where u^2 (1 - alpha) = 2 - alpha.
        return math.pow(1 + 1 / (1 - self.alpha), (self.alpha - 1) / 2)

    def value(self, m: Any, r: Term) -> Term:
        alpha, b, (near, far, _) = self._parts(m, r)
        grown = self._grown(m, near, far)
        logarithm = m.where(near < 1, -2 * m.log(grown), m.log1p(far**2))
        exponent = alpha / 2 * logarithm
        power = m.where(abs(exponent) < 1.5, m.expm1(exponent), m.power(grown, -alpha) - 1)
        general = m.where(alpha == 0, logarithm, power * (b / m.where(alpha == 0, 1, alpha)))
        u = r / self.c
        square = u * (u / 2)
        return self._choose(m, m.near_zero(u, square, general), square, -m.expm1(-square))

    def deriv(self, m: Any, r: Term) -> Term:
        _, _, (near, far, held) = self._parts(m, r)
        general = held / m.sqrt(near**2 + far**2) / self.c * self._pull(m, near, far)
        u = r / self.c
        return self._choose(
            m, general, u / self.c, m.exp_times(-m.saturated(u * u, 1e4) / 2, u) / self.c
        )

    def deriv2(self, m: Any, r: Term) -> Term:
        alpha, _, (near, far, _) = self._parts(m, r)
        bend = (near**2 + (alpha - 1) * far**2) / (near**2 + far**2)
        general = m.times(self._grown(m, near, far) / self.c, bend * self._pull(m, near, far))
        u = r / self.c
        square = m.saturated(u * u, 1e4)
        gaussian = m.exp_times(-square / 2, 1 - square) / self.c / self.c
        return self._choose(m, general, 1 / self.c / self.c, gaussian)

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        alpha = self._finite(m)
        b, square = abs(alpha - 2), ((y_pred - y_true) / self.c) ** 2
        power = m.power(square / b + 1, alpha / 2) - 1
        general = m.where(
            alpha == 0, m.log1p(square / 2), b / m.where(alpha == 0, 1, alpha) * power
        )
        return self._choose(m, general, square / 2, 1 - m.exp(-square / 2))

    # With u^2 / b = (far / near)^2, and the shorter (1 + u^2 / b)^(-1/2), everything is made of
    # powers of what is at most 1.

    def _parts(self, m: Any, r: Term) -> Any:
        alpha = self._finite(m)
        b = 2 - alpha
        return alpha, b, m.relative(r, self.c * m.sqrt(b))

    def _grown(self, m: Any, near: Term, far: Term) -> Term:
        """``(1 + u^2 / b)^(-1/2)``."""
        return near / m.sqrt(near**2 + far**2)

    def _pull(self, m: Any, near: Term, far: Term) -> Term:
        """``(1 + u^2 / b)^((alpha - 1) / 2) / c``, in two factors that are never both extreme."""
        alpha, grown = self._finite(m), self._grown(m, near, far)
        first = m.where(alpha < 1, grown, 1) / self.c
        return m.times(first, m.power(grown, m.where(alpha < 1, -alpha, 1 - alpha)))

    def _finite(self, m: Any) -> Term:
        """Alpha where the general formula holds; 1 instead where one of its limits does."""
        return m.where((self.alpha == 2) | self._is_welsch(), 1, self.alpha)

    def _is_welsch(self) -> Any:
        # From there on, the limit is reached to the last digit.
        return self.alpha < -1e30

    def _choose(self, m: Any, general: Term, square: Term, welsch: Term) -> Term:
        return m.where(self._is_welsch(), welsch, m.where(self.alpha == 2, square, general))
