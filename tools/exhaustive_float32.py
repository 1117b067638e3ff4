"""Measure single precision on all 2^32 predictions, or on every n-th, for each pointwise loss.

    python tools/exhaustive_float32.py               # all of them: some minutes per loss and label
    python tools/exhaustive_float32.py --stride 257  # a few seconds per loss and label

Prints the largest error of each output in ULP with the prediction where it is, and the share of
results that are not the nearest number. Exits with 1 where a bound that the loss states is broken.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

# Instead of this folder, which holds an accuracy.py of its own.
sys.path[0] = str(Path(__file__).parents[1] / "tests")

import lossbook as lb  # noqa: E402
from accuracy.exhaustive import labels_of, scan  # noqa: E402
from variants import every_loss  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stride", type=int, default=1, help="take every n-th bit pattern")
    parser.add_argument("--loss", help="only this loss")
    choice = parser.parse_args()
    broken = 0
    print(f"instruction set: {lb.instruction_set()}")
    print("  max ULP bound  output   not nearest      points  loss, label, worst prediction")
    for loss in every_loss():
        if loss.is_row or choice.loss not in (None, loss.name):
            continue
        for label in labels_of(loss):
            for output, worst in scan(loss, label, choice.stride).items():
                bound = getattr(loss.accuracy, output)
                broken += not worst.ulps <= bound
                mark = " " if worst.ulps <= bound else "!"
                share = worst.not_nearest / worst.points
                print(
                    f"{mark}{worst.ulps:8.4f} {bound:5g}  {output:8} {share:11.4%} "
                    f"{worst.points:11}  {loss}, {label:g}, {worst.prediction.hex()}",
                    flush=True,
                )
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
