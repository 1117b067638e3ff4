"""The sets that labels and predictions live in.

A domain says when a value lies outside it as a formula over the namespace ``m``, so the same line
serves the checks in Python and the checks inside the compiled kernels. NaN is never outside: it is
not a wrong label but a missing result, and comes out as NaN.
"""

from lossbook.domains.columns import Columns
from lossbook.domains.domain import Breach, Domain, Layout
from lossbook.domains.numbers import PROBABILITIES, REALS, Interval, Labels
from lossbook.domains.rows import ClassLabels, OrderedClasses, RowsOf

__all__ = [
    "PROBABILITIES",
    "REALS",
    "Breach",
    "ClassLabels",
    "Columns",
    "Domain",
    "Interval",
    "Labels",
    "Layout",
    "OrderedClasses",
    "RowsOf",
]
