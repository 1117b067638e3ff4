"""The largest errors that were measured, with the inputs that give them."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import lossbook as lb
from lossbook.report.scales import number
from lossbook.report.views import OUTPUTS

from .markdown import table

RECORD = Path(__file__).parents[3] / "tests" / "accuracy" / "worst_inputs.json"


def accuracy(loss: lb.Loss) -> str:
    """A row for each output and dtype."""
    entries = [entry for entry in _record() if entry["loss"] == loss.name]
    if not entries:
        return ""
    rows = [
        _row(loss, output, dtype, found)
        for output in OUTPUTS
        for dtype in ("float32", "float64")
        if (found := [e for e in entries if (e["output"], e["dtype"]) == (output, dtype)])
    ]
    told = (
        "The largest error found, in units in the last place of the exact result, over all finite "
        "inputs and all settings of the parameters; [how that is measured](../accuracy.md)."
    )
    header = ["", "compiled", "NumPy", "bound", "worst at label; prediction"]
    return f"{told}\n\n{table(header, rows)}"


def _row(loss: lb.Loss, output: str, dtype: str, entries: list[dict[str, Any]]) -> list[str]:
    errors = {entry["path"]: f"{entry['ulps']:.2f}" for entry in entries}
    worst = max(entries, key=lambda entry: entry["ulps"])
    name = "Hessian" if output == "hessian" else output
    return [
        f"{name}, {dtype}",
        *(errors.get(path, "-") for path in ("native", "arrays")),
        f"{getattr(loss.accuracy, output):g}",
        f"{_numbers(worst['y_true'])}; {_numbers(worst['y_pred'])}",
    ]


@functools.cache
def _record() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found


def _numbers(text: Any) -> str:
    """Hexadecimal numbers, one or nested, as decimal ones."""
    if isinstance(text, list):
        return ", ".join(map(_numbers, text))
    return number(float.fromhex(text), 6)
