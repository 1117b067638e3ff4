"""The worst inputs found so far, kept in a file, and the page that shows their errors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import lossbook as lb
from lossbook.checks.sampling import Samples
from lossbook.checks.truth import OUTPUTS
from lossbook.facts import Accuracy

from .climbing import Worst

ROOT = Path(__file__).parents[2]
RECORD = Path(__file__).with_name("worst_inputs.json")
PAGE = ROOT / "docs" / "accuracy.md"

DTYPES, PATHS = ("float32", "float64"), ("native", "arrays")
BAR = Accuracy()
ROW_BAR = Accuracy(value=4, gradient=4, hessian=4)


def entry_of(worst: Worst) -> dict[str, Any]:
    """What the file keeps: numbers with all their bits."""
    return {
        "loss": worst.loss.name,
        "parameters": dict(worst.loss.parameters),
        "output": worst.output,
        "dtype": worst.dtype,
        "path": worst.path,
        "ulps": round(worst.ulps, 3),
        "labels": worst.samples.labels,
        "y_true": _hex(worst.samples.y_true),
        "y_pred": _hex(worst.samples.y_pred),
    }


def key_of(entry: dict[str, Any]) -> tuple[str, ...]:
    """One entry per loss, output, dtype and path is kept: the worst over all parameters."""
    return tuple(entry[name] for name in ("loss", "output", "dtype", "path"))


def merged(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The worst entry of each key, in order."""
    worst: dict[tuple[str, ...], dict[str, Any]] = {}
    for entry in found:
        known = worst.get(key_of(entry))
        if known is None or known["ulps"] < entry["ulps"]:
            worst[key_of(entry)] = entry
    return [worst[key] for key in sorted(worst)]


def read() -> list[dict[str, Any]]:
    return list(json.loads(RECORD.read_text(encoding="utf-8"))) if RECORD.exists() else []


def write(entries: list[dict[str, Any]]) -> None:
    """One entry per line, so that a change shows what has changed."""
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    RECORD.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    PAGE.write_text(page(entries), encoding="utf-8")


def sample_of(entry: dict[str, Any]) -> tuple[lb.Loss, Samples]:
    """The loss and the one sample of an entry."""
    given = {k: tuple(v) if isinstance(v, list) else v for k, v in entry["parameters"].items()}
    dtype = np.dtype(entry["dtype"])
    y_true, y_pred = _numbers(entry["y_true"]), _numbers(entry["y_pred"]).astype(dtype)
    is_index = entry["labels"].startswith("index")
    labels = y_true.astype(np.int64 if is_index else dtype)
    return lb.get(entry["loss"], **given), Samples(entry["labels"], labels, y_pred)


def _hex(numbers: Any) -> Any:
    if np.ndim(numbers):
        return [_hex(number) for number in numbers]
    return float(numbers).hex()


def _numbers(text: Any) -> Any:
    if isinstance(text, list):
        return np.asarray([_numbers(entry) for entry in text])
    return np.float64(float.fromhex(text))


def page(entries: list[dict[str, Any]]) -> str:
    """docs/accuracy.md."""
    return "\n".join([*_INTRODUCTION.splitlines(), "", *_table(entries), ""])


def _table(entries: list[dict[str, Any]]) -> Iterator[str]:
    heads = [f"{output} {dtype}" for output in OUTPUTS for dtype in DTYPES]
    yield f"| loss | {' | '.join(heads)} | bounds |"
    yield f"|---|{'---|' * len(heads)}---|"
    ulps = {key_of(entry): entry["ulps"] for entry in entries}
    for cls in lb.catalogue():
        if any(entry["loss"] == cls.name for entry in entries):
            cells = [_cell(ulps, cls, o, d) for o in OUTPUTS for d in DTYPES]
            yield f"| {cls.__name__} | {' | '.join(cells)} | {_bounds(cls)} |"


def _cell(ulps: dict[tuple[str, ...], float], cls: type[lb.Loss], output: str, dtype: str) -> str:
    found = [ulps.get((cls.name, output, dtype, path)) for path in PATHS]
    bar = getattr(ROW_BAR if cls.is_row else BAR, output)
    texts = ["-" if u is None else f"**{u:.2f}**" if u > bar else f"{u:.2f}" for u in found]
    return texts[0] if texts[0] == texts[1] else " / ".join(texts)


def _bounds(cls: type[lb.Loss]) -> str:
    return ", ".join(f"{getattr(cls().accuracy, output):g}" for output in OUTPUTS)


_INTRODUCTION = """\
# Accuracy

<!-- written by tools/accuracy.py --write; changes here are lost -->

The largest error found in each output, in units in the last place (ULP) of the exact result, which
comes from the same formula in 120 digits. Inputs are drawn from all finite numbers: every exponent
alike, both ends of the format, subnormal numbers, beside the places where formulas change, labels
that nearly equal predictions; from the worst of them the search goes uphill. Each number is the
worst over all settings of the loss (parameters from 0.001 to 2.5, switches, kinds of labels).

Where a cell has two numbers, the first is the compiled kernel, the second NumPy in blocks; a dash
means that the loss has no kernel of its own. The bounds are what the loss states and the tests
enforce, for value, gradient and Hessian. The project's bar is 2, 2 and 3 ULP, for rows of
predictions 4; what lies above it is **bold**.

`nox -s accuracy` measures anew; the worst inputs are kept in `tests/accuracy/worst_inputs.json`,
and the tests run them."""
