"""Measure the errors of every loss, on every path, against 120 digits.

    python tools/accuracy.py                        # 2000 points per case
    python tools/accuracy.py --points 100000 --loss binary_cross_entropy

Prints one row per loss, labels, dtype, path and output, with the worst input. Exits with 1 where
the bound that the loss states is exceeded.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

# Instead of this folder, where accuracy is this very file.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from accuracy.measure import Measurement, measure
from variants import every_loss


def row(found: Measurement) -> str:
    """One line of the table; a broken bound is marked."""
    numbers = f"{' ' if found.holds else '!'}{found.ulps:8.3f} {found.bound:5g}"
    where = f"{found.output:8} {found.path:6} {found.dtype:7} {found.points:7}"
    return f"{numbers}  {where}  {found.loss}, {found.labels}, {found.worst}"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--points", type=int, default=2000, help="predictions per case")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--loss", help="only this loss")
    choice = parser.parse_args()
    broken = 0
    print("  max ULP bound  output   path   dtype    points  loss, labels, worst input")
    for loss in every_loss():
        if choice.loss in (None, loss.name):
            for dtype in ("float32", "float64"):
                for found in measure(loss, dtype, choice.points, choice.seed):
                    broken += not found.holds
                    print(row(found), flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
