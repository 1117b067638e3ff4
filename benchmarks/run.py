"""All measurements that docs/benchmarks.md shows, in one run of about ten minutes.

    python benchmarks/run.py                   # writes benchmarks/results/<architecture>.json
    python benchmarks/run.py --quick --to x.json
    python benchmarks/run.py --sets rows,calls # measures these anew, keeps the others

It wants a machine that has nothing else to do, and all libraries: pip install ".[bench]". The page
is made from the file by benchmarks/page.py.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import platform
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import import_time
import lossbook
from lossbook.bench.cases import Case, cases, default_losses, pointwise_losses
from lossbook.bench.contenders import BOOSTERS, PEERS
from lossbook.bench.machine import available_cores
from lossbook.bench.runner import run
from lossbook.bench.training import train

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"

BCE = lossbook.get("binary_cross_entropy", from_logits=True)
SOFTMAX = lossbook.get("cross_entropy", from_logits=True)
MSE = lossbook.get("squared_error")
# Little to compute for each number; those of the catalogue that there are.
MEMORY_BOUND = ("squared_error", "absolute_error", "hinge", "quantile", "huber")
SHAPES = [(1_000_000, 3), (100_000, 10), (1000, 1000), (256, 128_256)]
GROWTH = [int(n) for n in (1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7, 2e7, 1e8)]

BOTH, SINGLE = ["float32", "float64"], ["float32"]
GRADIENT = ["value+gradient"]
NEW, PLAIN, NO = ["new"], ["contiguous"], [False]
# In a growth run these stand for their kind; all of them would take an hour.
FEW = ("numpy", "jax")
QUICK = {10**6: 10**4, 10**7: 10**5}


@dataclasses.dataclass(frozen=True)
class Set:
    """Cases that the page shows together; ``peers`` is empty for all that are installed."""

    cases: list[Case]
    threads: list[int] = dataclasses.field(default_factory=lambda: [1])
    rounds: int = 15
    peers: tuple[str, ...] = ()


def sets(quick: bool) -> dict[str, Set]:
    """What is measured, by name."""
    million, ten_millions = (QUICK[n] if quick else n for n in (10**6, 10**7))
    shapes = [(max(n // 100, 1), k) for n, k in SHAPES] if quick else SHAPES
    sizes = [n // 100 for n in GROWTH[:4]] if quick else GROWTH
    cores = sorted({1, available_cores()})
    bound = [loss for loss in default_losses() if loss.name in MEMORY_BOUND]
    outputs = ["value", "value+gradient", "gradient+hessian", "all"]
    strange = ["strided", "mixed", "integer"]
    return {
        "pointwise": Set(cases(list(pointwise_losses()), BOTH, GRADIENT, [million], [], NO, PLAIN)),
        "rows": Set(
            [
                *cases([SOFTMAX], SINGLE, GRADIENT, [], shapes, NO, PLAIN),
                *cases([SOFTMAX], BOTH[1:], GRADIENT, [], shapes[:-1], NO, PLAIN),
            ],
            rounds=7,
        ),
        "calls": Set(
            [
                case
                for n in (4, 100, 10_000)
                for case in cases([MSE, BCE], BOTH[1:], outputs[:2], [n], [], NO, PLAIN)
            ]
        ),
        "outputs": Set(
            [
                case
                for output in outputs
                for case in cases([MSE, BCE], SINGLE, [output], [million], [], NO, PLAIN)
            ]
        ),
        "inputs": Set(
            [
                *cases([MSE, BCE], SINGLE, GRADIENT, [million], [], NO, PLAIN),
                *cases([MSE, BCE], SINGLE, GRADIENT, [million], [], [True], PLAIN),
                *cases([MSE, BCE], SINGLE, GRADIENT, [million], [], NO, strange),
                *cases([MSE, BCE], SINGLE, GRADIENT, [million], [], NO, PLAIN, ["given"]),
            ]
        ),
        "memory": Set(
            cases(bound, SINGLE, GRADIENT, [ten_millions], [], NO, PLAIN, ["new", "given"]),
            rounds=9,
        ),
        "threads": Set(
            cases([BCE, SOFTMAX], SINGLE, GRADIENT, [ten_millions], [shapes[0]], NO, PLAIN),
            threads=cores,
            rounds=9,
        ),
        "growth": Set(
            cases([MSE, BCE], SINGLE, GRADIENT, sizes, [], NO, PLAIN),
            threads=cores,
            rounds=7,
            peers=FEW,
        ),
        "growth given": Set(
            cases([MSE, BCE], SINGLE, GRADIENT, sizes, [], NO, PLAIN, ["given"]),
            rounds=7,
            peers=FEW,
        ),
    }


def main(words: list[str] | None = None) -> None:
    """Measure, and write after each set, so that nothing is lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    known = [*sets(False), "training"]
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    parser.add_argument("--sets", default=",".join(known), help="some of %(default)s")
    parser.add_argument("--to", type=Path, default=RESULTS / f"{platform.machine()}.json")
    options = parser.parse_args(words)
    wanted = [name.strip() for name in options.sets.split(",")]
    if unknown := [name for name in wanted if name not in known]:
        parser.error(f"there is no set {unknown[0]!r}: the sets are {', '.join(known)}.")
    found: dict[str, Any] = {"sets": {}}
    if len(wanted) < len(known) and options.to.exists():
        found = json.loads(options.to.read_text(encoding="utf-8"))
    options.to.parent.mkdir(exist_ok=True)
    began = time.monotonic()
    for name in wanted:
        found["sets"][name] = _measure(name, options.quick)
        found |= {"format": 1, "quick": options.quick, **_when(), "import_ms": {}}
        found["import_ms"] = import_time.measure(3 if options.quick else import_time.REPEATS)
        options.to.write_text(_text(found), encoding="utf-8")
        print(f"{name:14} measured after {time.monotonic() - began:4.0f} s", file=sys.stderr)


def _measure(name: str, quick: bool) -> dict[str, Any]:
    if name == "training":
        rows, trees, rounds = (2_000, 10, 1) if quick else (100_000, 50, 5)
        boosters = [peer for peer in BOOSTERS.values() if not peer.missing()]
        return train(rows, 10, trees, [1], rounds, peers=boosters).record()
    chosen = sets(quick)[name]
    peers = [
        peer
        for peer in PEERS.values()
        if not peer.missing() and (peer.name in chosen.peers or not chosen.peers)
    ]
    peers = [peer for peer in peers if peer.by_default]
    found = run(chosen.cases, peers, chosen.threads, 2 if quick else chosen.rounds)
    return found.record()


def _when() -> dict[str, str]:
    today = dt.datetime.now(dt.UTC).date().isoformat()
    return {"date": today, "commit": _git("rev-parse", "--short=10", "HEAD") + _changed()}


def _changed() -> str:
    """Whether what was measured is what the commit has; results and pages do not count."""
    status = _git("status", "--porcelain", "--", "src", "CMakeLists.txt", "pyproject.toml")
    return " with changes" if status else ""


def _git(*words: str) -> str:
    finished = subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    return finished.stdout.strip() or ("" if words[0] == "status" else "unknown")


def _text(found: dict[str, Any]) -> str:
    """JSON with a line per contender, not per figure."""
    text = json.dumps(_rounded(found), indent=1)
    return re.sub(r"{[^{}]*}", lambda match: " ".join(match[0].split()), text) + "\n"


def _rounded(value: Any) -> Any:
    """Five digits of every float, the others are noise; nothing of what is not there."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: _rounded(entry) for key, entry in value.items() if entry not in (None, "")}
    return [_rounded(entry) for entry in value] if isinstance(value, list | tuple) else value


if __name__ == "__main__":
    main()
