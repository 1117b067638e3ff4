from __future__ import annotations

from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import positive


class GemanMcClure(ResidualLoss):
    r"""Geman-McClure loss: a fraction of squares; far misses cost the same.

    .. math:: \ell(y, \hat y) = \frac{c^2}{2} \frac{u^2}{1 + u^2}, \qquad u = (\hat y - y) / c

    Half the square near 0. The gradient is largest at :math:`|u| = 1 / \sqrt{3}`; from there on the
    Hessian is negative.

    Parameters
    ----------
    c : float
        From where on a miss counts as far.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.GemanMcClure(c=2)
    >>> loss([0, 1], [2, 1], reduction="sum")
    1.0
    >>> loss.gradient([0, 1], [2, 1], reduction="sum")
    array([0.5, 0. ])
    """

    c: float = positive(1.0)

    kind = "regression"
    compensated = True
    example = Example(y_true=[0, 1], y_pred=[2, 1])
    references = (
        (
            "Geman and McClure, Statistical Methods for Tomographic Image Reconstruction, Bull. "
            "Int. Stat. Inst. 52 (1987)"
        ),
    )

    @property
    def facts(self) -> Facts:
        return Facts(
            convex=False,
            lipschitz=self.c * 3**1.5 / 16,
            smoothness=1,
            supremum=self.c**2 / 2,
            symmetric=True,
            redescending=True,
        )

    def value(self, m: Any, r: Term) -> Term:
        near, far, held = m.relative(r, self.c)
        return held * (held / 2) / (near**2 + far**2)

    def deriv(self, m: Any, r: Term) -> Term:
        near, far, held = m.relative(r, self.c)
        share = near / (near**2 + far**2)
        return held * near * share * share

    def deriv2(self, m: Any, r: Term) -> Term:
        near, far, _ = m.relative(r, self.c)
        whole = near**2 + far**2
        share = near**2 / whole
        return (near**2 - 3 * far**2) * share * share / whole

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        u = (y_pred - y_true) / self.c
        return self.c**2 / 2 * u**2 / (1 + u**2)
