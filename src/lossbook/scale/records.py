"""An evaluation as JSON and as CSV, for programs."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
from collections.abc import Mapping
from typing import Any

from lossbook.scale.results import Evaluation, Summary

__all__ = ["as_csv", "as_json"]

NUMBERS = tuple(
    field.name for field in dataclasses.fields(Summary) if field.name not in ("group", "worst")
)


def as_json(evaluation: Evaluation) -> str:
    """Write all that an evaluation says as JSON.

    JSON has no infinity, so an infinite number is the text ``"Infinity"`` or ``"-Infinity"``, which
    Python's ``float`` and JavaScript's ``Number`` read back. ``null`` means that there is no such
    number. Floats have as many digits as it takes to read the same bits back.
    """
    return json.dumps(_json_value(dataclasses.asdict(evaluation)), indent=2, allow_nan=False)


def as_csv(evaluation: Evaluation) -> str:
    """Write the summary numbers as CSV: a row for the whole file, then one per group.

    The first column says which of the two a row is ("total" or "group"), as a group may have any
    name. A number that does not exist is an empty cell, an infinite one ``inf``.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["part", "group", *NUMBERS])
    writer.writerow(["total", "", *_cells(evaluation.total)])
    for summary in evaluation.groups:
        writer.writerow(["group", summary.group, *_cells(summary)])
    return text.getvalue()


def _cells(summary: Summary) -> list[str]:
    values = (getattr(summary, name) for name in NUMBERS)
    return ["" if value is None else repr(value) for value in values]


def _json_value(value: Any) -> Any:
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {key: _json_value(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(entry) for entry in value]
    return value
