"""Losses as objectives of XGBoost, LightGBM and CatBoost, with the rest of a built-in objective."""

from __future__ import annotations

from lossbook.boosting.curvature import MENU

__all__ = ["MENU"]
