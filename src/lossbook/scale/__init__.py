"""Predictions files of any size: streamed, exact to the bit, memory flat."""

from __future__ import annotations

from lossbook.scale.errors import FileError
from lossbook.scale.results import Evaluation, Histogram, ReliabilityBin, Summary, WorstRow

__all__ = [
    "Evaluation",
    "FileError",
    "Histogram",
    "ReliabilityBin",
    "Summary",
    "WorstRow",
]
