"""Predictions files in every format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

Write = Callable[..., Path]

FORMATS = (".csv", ".csv.gz", ".tsv", ".parquet", ".feather", ".arrow", ".arrows")


@pytest.fixture(params=FORMATS)
def any_format(request: pytest.FixtureRequest) -> str:
    """The ending of each format in turn."""
    return str(request.param)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes columns to a file whose name has the given ending."""

    def write_file(columns: Mapping[str, Any], ending: str = ".csv", rows: int = 700) -> Path:
        path = tmp_path / f"predictions{ending}"
        table = pa.table(dict(columns))
        if ending.startswith(".csv"):
            csv.write_csv(table, pa.output_stream(path))
        elif ending == ".tsv":
            csv.write_csv(table, path, csv.WriteOptions(delimiter="\t"))
        elif ending == ".parquet":
            pq.write_table(table, path, row_group_size=rows)
        elif ending == ".feather":
            feather.write_feather(table, path, chunksize=rows)
        else:
            new = pa.ipc.new_stream if ending == ".arrows" else pa.ipc.new_file
            with new(str(path), table.schema) as sink:
                sink.write_table(table, max_chunksize=rows)
        return path

    return write_file


@pytest.fixture
def predictions() -> dict[str, Any]:
    """2000 rows of probabilities, with labels, weights and groups."""
    rng = np.random.default_rng(5)
    p = rng.beta(0.5, 0.5, size=2000)
    return {
        "y": (rng.random(2000) < p).astype(float),
        "p": p,
        "w": np.where(rng.random(2000) < 0.1, 0.0, rng.exponential(size=2000)),
        "shop": rng.choice(["north", "south", "10", "9"], size=2000),
    }
