"""Find the largest errors of every loss, on the compiled path and on arrays, against 120 digits.

    python tools/accuracy.py                             # every loss: some seconds for each setting
    python tools/accuracy.py --loss welsch --points 20000 --rounds 40
    python tools/accuracy.py --write                     # and keeps what it finds

Draws inputs from the whole range of the format and goes uphill from the worst. Prints one row per
loss, dtype, output and path, with the worst input. Exits with 1 where a bound that the loss states
is exceeded. ``--write`` keeps the worst inputs for the tests and writes docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Instead of this folder, where accuracy is this very file.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import lossbook as lb
from accuracy import record
from accuracy.climbing import Worst, worst_inputs
from variants import every_setting


def row(found: Worst) -> str:
    """One line of the table; a broken bound is marked."""
    entry = record.entry_of(found)
    numbers = f"{' ' if found.holds else '!'}{found.ulps:8.3f} {found.bound:5g}"
    where = f"{found.output:8} {found.path:6} {found.dtype:7} {found.points:6}"
    return (
        f"{numbers}  {where}  {found.loss}, {entry['labels']}, {entry['y_true']}, {entry['y_pred']}"
    )


def search(cls: type[lb.Loss], points: int, rounds: int, seed: int) -> Iterator[Worst]:
    """The worst of each output, path and dtype over all settings of a loss."""
    worst: dict[Any, Worst] = {}
    for loss in every_setting(cls):
        for dtype in record.DTYPES:
            for found in worst_inputs(loss, dtype, points, rounds, seed):
                key = (found.output, found.dtype, found.path)
                if key not in worst or worst[key].ulps < found.ulps:
                    worst[key] = found
    yield from worst.values()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--points", type=int, default=1500, help="predictions drawn per case")
    parser.add_argument("--rounds", type=int, default=15, help="steps uphill from the worst")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--loss", action="append", help="only this loss")
    parser.add_argument("--write", action="store_true", help="keep what is found")
    choice = parser.parse_args()
    broken = 0
    print("  max ULP bound  output   path   dtype   points  loss, labels, worst input")
    for cls in lb.catalogue():
        if choice.loss is None or cls.name in choice.loss:
            found = list(search(cls, choice.points, choice.rounds, choice.seed))
            broken += sum(not worst.holds for worst in found)
            print("\n".join(map(row, found)), flush=True)
            if choice.write:
                others = [entry for entry in record.read() if entry["loss"] != cls.name]
                record.write(record.merged([*others, *map(record.entry_of, found)]))
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
