"""Losses as evaluation metrics of CatBoost."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from lossbook.boosting.catboost import CatBoostObjective


class Metric:
    """The mean loss as CatBoost wants it; lower is better.

    CatBoost calls a metric by the name of its class, so that each loss has one of its own.
    """

    no_jit: ClassVar[bool] = True

    def __init__(self, objective: CatBoostObjective) -> None:
        self.objective = objective

    def __reduce__(self) -> tuple[Any, ...]:
        return metric_of, (self.objective,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Metric) and self.objective == other.objective

    def __hash__(self) -> int:
        return hash(self.objective)

    def is_max_optimal(self) -> bool:
        """Whether more is better."""
        return False

    def evaluate(self, approxes: Any, targets: Any, weights: Any) -> tuple[float, float]:
        """The sum of the losses, and of the weights."""
        return self.objective.sums(approxes, targets, weights)

    def get_final_error(self, error: float, weight: float) -> float:
        """The mean from both sums."""
        return error / weight if weight else 0.0


def metric_of(objective: CatBoostObjective) -> Metric:
    """The loss of an objective as a metric."""
    metric: Metric = _class_of(objective.metric_name, objective.takes_columns)(objective)
    return metric


@functools.cache
def _class_of(name: str, takes_columns: bool) -> Any:
    bases: tuple[type, ...] = (Metric,)
    if takes_columns:
        from catboost import MultiTargetCustomMetric

        bases += (MultiTargetCustomMetric,)
    return type(name, bases, {})
