"""Predictions files of any size: streamed, exact to the bit, memory flat."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from lossbook.scale.errors import FileError
from lossbook.scale.results import Evaluation, Histogram, ReliabilityBin, Summary, WorstRow

if TYPE_CHECKING:
    from lossbook.scale.evaluation import evaluate
    from lossbook.scale.state import EvaluationState

__all__ = [
    "Evaluation",
    "EvaluationState",
    "FileError",
    "Histogram",
    "ReliabilityBin",
    "Summary",
    "WorstRow",
    "evaluate",
]

# The report needs the records alone: what computes them, and NumPy, is loaded on demand.
_HOMES = {"EvaluationState": "lossbook.scale.state", "evaluate": "lossbook.scale.evaluation"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'lossbook.scale' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
