from __future__ import annotations

import math
from typing import Any

import numpy as np

from lossbook import functionals
from lossbook.facts import Accuracy, Example, Facts
from lossbook.families import LocationScaleLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import between

_SQUARED_SAFELY = 2.0**60


class StudentT(LocationScaleLoss):
    r"""Student's t negative log-likelihood: location and scale that outliers hardly move.

    .. math:: \ell(y, \mu, s) = s + \frac{\nu + 1}{2} \log\left(1 + \frac{z^2}{\nu}\right),
              \qquad z = (\mu - y) e^{-s}

    A row of ``y_pred`` holds the location and the logarithm of the scale; ``inverse_link`` gives
    location and scale. What no prediction changes is left out: the whole negative log-likelihood is
    larger by :math:`\log \Gamma(\nu / 2) - \log \Gamma((\nu + 1) / 2) + \log(\nu \pi) / 2`.

    Parameters
    ----------
    df : float
        The degrees of freedom :math:`\nu`: 1 (Cauchy) or more; the larger, the closer to Gaussian.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.StudentT(df=3)
    >>> loss([3.0, 0.0], [[0.0, 0.0], [0.0, -2.0]], reduction="none")
    array([ 2.77258872, -2.        ])
    >>> loss.gradient([3.0, 0.0], [[0.0, 0.0], [0.0, -2.0]], reduction="sum")
    array([[-1., -2.],
           [ 0.,  1.]])
    """

    df: float = between(1, math.inf, 4.0)

    kind = "distributions"
    aliases = {"student_t_nll": {}}
    accuracy = Accuracy(value=4, gradient=4, hessian=4)
    example = Example(y_true=[3.0, 0.0], y_pred=[[2.0, 0.0], [0.0, -2.0]])
    references = (
        "Lange, Little and Taylor, Robust Modeling Using the t Distribution, JASA 84 (1989)",
    )

    @property
    def facts(self) -> Facts:
        return Facts(convex=False, unimodal=False, minimum=-math.inf)

    def guess(self, y: Any, weight: Any) -> Any:
        median, deviation = functionals.MedianAndDeviation()(y, weight)
        return np.asarray([median, np.log(deviation)])

    def textbook(self, m: Any, y: Term, prediction: Term) -> Term:
        r, s = prediction[..., :1] - y, prediction[..., 1:]
        z = r * m.exp(-s)
        return s + (self.df + 1) / 2 * m.log1p(z * z / self.df)

    # Close to the location in z = r e^-s, far from it in u = 1 / z, so that no square overflows.

    def cost(self, m: Any, r: Term, s: Term) -> Term:
        z = m.times_exp(r, -s)
        half = (self.df + 1) / 2
        far = (self.df + 1) * (m.log(abs(r)) - m.log(self.df) / 2) - self.df * s
        close = abs(z) < _SQUARED_SAFELY
        held = m.where(close, z, 0)
        return m.where(close, s + half * m.log1p(held * (held / self.df)), far)

    def slopes(self, m: Any, r: Term, s: Term) -> tuple[Term, Term]:
        near, z, u = self._variables(m, r, s)
        whole = m.where(near, self.df + z * z, 1 + self.df * u * u)
        by_r = m.where(near, m.times_exp(r, -2 * s), m.share(1, abs(r)) * _sign(m, r))
        by_s = m.where(near, (1 - z) * (1 + z), (u - 1) * (u + 1))
        return (self.df + 1) * (by_r / whole), self.df * (by_s / whole)

    def curvatures(self, m: Any, r: Term, s: Term) -> tuple[Term, Term, Term]:
        near, z, u = self._variables(m, r, s)
        df, small = self.df, m.where(near, z, u)
        whole = m.where(near, df + z * z, 1 + df * u * u)
        top = (df + 1) * (m.where(near, df - z * z, df * u * u - 1) / whole / whole)
        by_r = m.where(near, m.times_exp(top, -2 * s), m.share_of_square(top, abs(r)))
        far = m.where(near, 1, u)
        by_both = -2 * df * self.slopes(m, r, s)[0] / whole * far * far
        by_s = 2 * df * (df + 1) / whole / whole * small * small
        return by_r, by_both, by_s

    def information(self, m: Any, s: Term) -> tuple[Term, Term]:
        # Lange, Little and Taylor (1989), appendix B.
        return (self.df + 1) / (self.df + 3) * m.exp(-2 * s), 2 * self.df / (self.df + 3)

    def cancelling(self, m: Any, order: int, r: Term, s: Term) -> tuple[Term, ...]:
        z, df = m.times_exp(r, -s), self.df
        if order == 0:
            grown = (df + 1) * (abs(m.log(abs(r))) + abs(m.log(df))) + df * abs(s)
            plain = abs(s) + (df + 1) / 2 * m.log1p(z * z / df)
            return (m.where(abs(z) < _SQUARED_SAFELY, plain, grown),)
        if order == 1:
            return abs(self.slopes(m, r, s)[0]), df * (1 + z * z) / (df + z * z)
        by_r = (df + 1) * m.exp(-2 * s) / (df + z * z)
        return by_r, self.curvatures(m, r, s)[2]

    def _variables(self, m: Any, r: Term, s: Term) -> tuple[Term, Term, Term]:
        """Whether the label is near, z where it is, and 1 / z where it is not."""
        z = m.times_exp(r, -s)
        near = abs(z) < 1
        return near, m.where(near, z, 0), 1 / m.where(near, 1, z)


def _sign(m: Any, r: Term) -> Term:
    return m.where(r > 0, 1, m.where(r < 0, -1, 0))
