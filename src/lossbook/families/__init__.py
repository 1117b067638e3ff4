"""Families: what a loss is a function of. Each does the chain rule once, for all of its losses."""

from lossbook.families.deviance import DevianceLoss
from lossbook.families.levels import LevelsLoss
from lossbook.families.likelihood import LikelihoodLoss
from lossbook.families.location_scale import LocationScaleLoss
from lossbook.families.logit import LogitLoss
from lossbook.families.margin import MarginLoss
from lossbook.families.pointwise import PointwiseLoss
from lossbook.families.residual import ResidualLoss
from lossbook.families.rows import RowLoss
from lossbook.families.scores import ScoresLoss
from lossbook.families.shares import SharesLoss

__all__ = [
    "DevianceLoss",
    "LevelsLoss",
    "LikelihoodLoss",
    "LocationScaleLoss",
    "LogitLoss",
    "MarginLoss",
    "PointwiseLoss",
    "ResidualLoss",
    "RowLoss",
    "ScoresLoss",
    "SharesLoss",
]
