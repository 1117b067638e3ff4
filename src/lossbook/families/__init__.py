"""Families: what a loss is a function of. Each does the chain rule once, for all of its losses."""

from lossbook.families.margin import MarginLoss
from lossbook.families.pointwise import PointwiseLoss
from lossbook.families.residual import ResidualLoss
from lossbook.families.rows import RowLoss
from lossbook.families.scores import ScoresLoss

__all__ = ["MarginLoss", "PointwiseLoss", "ResidualLoss", "RowLoss", "ScoresLoss"]
