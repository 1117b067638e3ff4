from __future__ import annotations

from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import positive
from lossbook.rosetta import Counterpart


class Cauchy(ResidualLoss):
    r"""Cauchy (Lorentzian) loss: grows like a logarithm; far misses lose their pull.

    .. math:: \ell(y, \hat y) = \frac{c^2}{2} \log\left(1 + u^2\right), \qquad u = (\hat y - y) / c

    The negative logarithm of a Cauchy density, scaled to half the square near 0. The gradient is
    largest at :math:`|u| = 1`; from there on the Hessian is negative.

    Parameters
    ----------
    c : float
        From where on a miss counts as far.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.Cauchy(c=2)
    >>> round(loss([0, 1], [2, 1], reduction="sum"), 9)  # 2 log(2)
    1.386294361
    >>> loss.gradient([0, 1], [2, 1], reduction="sum")
    array([1., 0.])
    """

    c: float = positive(1.0)

    kind = "regression"
    compensated = True
    aliases = {"lorentzian": {}}
    counterparts = (
        Counterpart("scipy", "cauchy", note="c is least_squares' f_scale; its cost is this sum"),
    )
    example = Example(y_true=[0, 1], y_pred=[2, 1])
    references = (
        (
            "Holland and Welsch, Robust Regression Using Iteratively Reweighted Least-Squares, "
            "Commun. Stat. A 6 (1977), table 1"
        ),
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=False, lipschitz=self.c / 2, smoothness=1, symmetric=True, redescending=True
        )

    def value(self, m: Any, r: Term) -> Term:
        u = r / self.c
        middle = (self.c**2 / 2) * m.log1p(u * u)
        # What the logarithm leaves out beyond 1e10 is of size 1e-20.
        far = self.c**2 * (m.log(abs(r)) - m.log(self.c))
        return m.near_zero(u, r * (r / 2), m.where(abs(u) < 1e10, middle, far))

    def deriv(self, m: Any, r: Term) -> Term:
        near, far, held = m.relative(r, self.c)
        return held * (near / (near**2 + far**2))

    def deriv2(self, m: Any, r: Term) -> Term:
        near, far, _ = m.relative(r, self.c)
        return (near - far) * (near + far) * (near / (near**2 + far**2)) ** 2

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        u = (y_pred - y_true) / self.c
        return self.c**2 / 2 * m.log1p(u**2)
