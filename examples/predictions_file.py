"""Columns to CSV, every number with all of its digits."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


def write_csv(path: Path, columns: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """One row per sample; repr writes a float so that reading it gives back the same bits."""
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([repr(v) if isinstance(v, float) else v for v in row] for row in rows)
    print(f"{path.name}: {len(next(iter(columns.values())))} rows")
