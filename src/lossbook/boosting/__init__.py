"""Losses as objectives of XGBoost, LightGBM and CatBoost, with the rest of a built-in objective."""

from __future__ import annotations

from lossbook.boosting.curvature import MENU
from lossbook.boosting.trees import BoostedTrees

__all__ = ["MENU", "BoostedTrees"]
