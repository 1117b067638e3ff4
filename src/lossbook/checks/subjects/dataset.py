"""What a booster's own interface hands to an objective, as far as objectives look at it."""

from __future__ import annotations

from typing import Any


class Dataset:
    """In the place of ``xgboost.DMatrix`` and ``lightgbm.Dataset``; notices what is asked of it."""

    def __init__(self, labels: Any, weights: Any) -> None:
        self._labels, self._weights = labels, weights
        self.gave_labels = False
        self.gave_weights = False

    def get_label(self) -> Any:
        self.gave_labels = True
        return self._labels

    def get_weight(self) -> Any:
        self.gave_weights = True
        return self._weights

    @property
    def label(self) -> Any:
        return self.get_label()

    @property
    def weight(self) -> Any:
        return self.get_weight()

    def num_row(self) -> int:
        return len(self._labels)

    num_data = num_row
