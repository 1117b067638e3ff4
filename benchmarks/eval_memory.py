"""Peak memory and time of ``lossbook eval`` on a large file.

    python benchmarks/eval_memory.py                     # 1 GB of Parquet
    python benchmarks/eval_memory.py --ending .csv --bytes 300_000_000

Writes predictions to a temporary folder until the file has the size asked for, then evaluates it
in processes of their own and prints the peak of their resident memory. Leaves with code 1 if one
of them needed more than the limit.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

LIMIT_MIB = 300
CHUNK = 1_000_000
SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("label", pa.float64()),
        ("p", pa.float64()),
        ("weight", pa.float64()),
        ("shop", pa.string()),
    ]
)
RUNS = {
    "log loss": ["--loss", "log_loss"],
    "log loss, weights, groups": ["--loss", "log_loss", "--weight", "weight", "--by", "shop"],
    "quantile, weights": ["--loss", "quantile", "--tau", "0.9", "--weight", "weight"],
}
COMMAND = [sys.executable, "-c", "from lossbook.cli import main; main()", "eval"]
# A process counts the memory of the one that it was forked from, so that must be a small one.
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def main() -> int:
    """Make the file, run the evaluations, print a line for each."""
    parser = argparse.ArgumentParser(description="Peak memory of lossbook eval on a large file.")
    parser.add_argument("--bytes", type=int, default=1_000_000_000, help="size of the file")
    parser.add_argument("--ending", choices=[".parquet", ".csv", ".arrow"], default=".parquet")
    wanted = parser.parse_args()
    highest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"predictions{wanted.ending}")
        rows = write(path, wanted.bytes)
        print(f"{path.name}: {path.stat().st_size / 1e6:.0f} MB, {rows:,} rows")
        for name, options in RUNS.items():
            seconds, peak = evaluate(path, options)
            highest = max(highest, peak)
            print(f"{name:28}{seconds:6.1f} s {seconds / rows * 1e9:6.0f} ns/row {peak:6.0f} MiB")
    return int(highest > LIMIT_MIB)


def write(path: Path, size: int) -> int:
    """Write rows until the file has this size, and return how many."""
    rng = np.random.default_rng(0)
    rows = 0
    with _writer(path) as writer:
        while not path.exists() or path.stat().st_size < size:
            writer.write_table(_chunk(rng, rows))
            rows += CHUNK
    return rows


def evaluate(path: Path, options: list[str]) -> tuple[float, float]:
    """Run the command; return seconds and the peak of its memory in MiB."""
    command = [*COMMAND, str(path), "--y-true", "label", "--y-pred", "p", *options]
    start = time.perf_counter()
    finished = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], check=True, stdout=subprocess.PIPE, text=True
    )
    seconds = time.perf_counter() - start
    to_mib = 2**20 if sys.platform == "darwin" else 2**10
    return seconds, int(finished.stdout) / to_mib


def _writer(path: Path) -> pq.ParquetWriter | csv.CSVWriter | pa.RecordBatchFileWriter:
    if path.suffix == ".parquet":
        return pq.ParquetWriter(path, SCHEMA)
    if path.suffix == ".csv":
        return csv.CSVWriter(path, SCHEMA)
    return pa.ipc.new_file(str(path), SCHEMA)


def _chunk(rng: np.random.Generator, first: int) -> pa.Table:
    p = rng.beta(0.5, 0.5, size=CHUNK)
    shops = np.array([f"shop {number}" for number in range(50)])
    columns = {
        "id": np.arange(first, first + CHUNK),
        "label": (rng.random(CHUNK) < p).astype(float),
        "p": p,
        "weight": rng.exponential(size=CHUNK),
        "shop": rng.choice(shops, size=CHUNK),
    }
    return pa.table(columns, schema=SCHEMA)


if __name__ == "__main__":
    sys.exit(main())
