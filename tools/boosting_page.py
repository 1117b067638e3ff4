"""Write docs/boosting.md: where boosting with lossbook gives the built-in's model, and how good.

python tools/boosting_page.py            # trains all models of the table, and writes the page
python tools/boosting_page.py --check    # says whether the page has a row for all that is tested

Differences are of the models that the tests train; test losses come from
benchmarks/boosting_quality.py, which keeps them in benchmarks/results.
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lossbook.boosting.versions import version_of
from lossbook.rosetta import FRAMEWORKS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "boosting.md"
QUALITY = ROOT / "benchmarks" / "results" / "boosting_quality.json"
LIBRARIES = ("xgboost", "lightgbm", "catboost")

_INTRODUCTION = """\
# Boosting beside built-in objectives

<!-- written by tools/boosting_page.py; changes here are lost -->

## The same model

For each objective that a library has built in and that is a loss of the catalogue: how far the
predictions of a model trained with `loss.xgboost()`, `loss.lightgbm()` or `loss.catboost()` lie
from those of the built-in one, by the largest, in parts of the largest prediction; on numeric
features, without and with weights. The tests train the same models at each change, and hold them
to the bound. Where no model of one's own can be the same, the reason."""

_QUALITY = """\
## As good as the best built-in

Losses on test rows, of models trained with lossbook's objective (with the curvature that it takes
by itself) and with the built-in objectives that one would try for this loss: of these the best on
the test rows. Mean of {seeds} draws; settings are the same, the number of rounds is the best one on
validation rows. Where a library has the very loss built in, its leaves are set to quantiles or
medians after each tree, which no objective of one's own can do; where it has not, the other
objectives aim at something else. In the last column, in how many draws lossbook's loss was the
smaller one. Focal loss has small curvatures, so that `min_child_weight` (1 in XGBoost, as here)
stops its trees early: with 0.1 it is ahead on the digits. `python benchmarks/boosting_quality.py`
repeats it."""


def page() -> str:
    """The whole page."""
    return "\n".join([*_INTRODUCTION.splitlines(), *_parity(), *_quality(), ""])


def cases(library: str) -> Any:
    """The tests of a library."""
    sys.path.insert(0, str(ROOT / "tests"))
    return importlib.import_module(f"boosting.test_{library}")


def label(case: Any) -> str:
    """The two names of a case, as a row begins."""
    return f"| `{case.name}` | `{case.loss!r}` |"


def _parity() -> Iterator[str]:
    for library in LIBRARIES:
        tests = cases(library)
        yield f"\n### {FRAMEWORKS[library].title} {version_of(library)}\n"
        yield f"Bound: {tests.PARITY:g}.\n"
        yield "| built in | here | without weights | with weights |\n|---|---|---|---|"
        for case in tests.CASES:
            found = " | ".join(f"{tests.difference(case, weighted):.1e}" for weighted in (0, 1))
            yield f"{label(case)} {found} |"
        yield from _apart(library)


def _apart(library: str) -> Iterator[str]:
    builtins = importlib.import_module(f"lossbook.boosting.{library}").BUILTINS
    reasons: dict[str, list[str]] = {}
    for builtin in builtins:
        if builtin.apart:
            reasons.setdefault(builtin.apart, []).append(f"`{builtin.name}`")
    if reasons:
        yield "\nNot to be had:\n"
    for reason, names in reasons.items():
        yield f"- {', '.join(names)}: {reason}."


def _quality() -> Iterator[str]:
    record = json.loads(QUALITY.read_text())
    outcomes = record["outcomes"]
    yield "\n" + _QUALITY.format(seeds=len(outcomes[0]["lossbook"])) + "\n"
    yield "| loss, data | library | curvature | lossbook | best built-in | | smaller by | draws |"
    yield "|---|---|---|---|---|---|---|---|"
    for outcome in outcomes:
        means = {name: statistics.fmean(each) for name, each in outcome["builtins"].items()}
        best = min(means, key=means.__getitem__)
        ours = statistics.fmean(outcome["lossbook"])
        pairs = list(zip(outcome["lossbook"], outcome["builtins"][best], strict=True))
        won = sum(mine < theirs for mine, theirs in pairs)
        yield (
            f"| {outcome['task']} | {FRAMEWORKS[outcome['library']].title} | "
            f"{outcome['curvature']} | {ours:.4g} | {means[best]:.4g} | `{best}` | "
            f"{(means[best] - ours) / abs(means[best]):.1%} | {won} of {len(pairs)} |"
        )


def missing() -> list[str]:
    """Rows that the page lacks."""
    text = PAGE.read_text()
    rows = [label(case) for library in LIBRARIES for case in cases(library).CASES]
    return [row for row in rows if row not in text]


def main() -> None:
    """Write the page, or say what it lacks."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    if not parser.parse_args().check:
        PAGE.write_text(page())
    elif missing():
        sys.exit("docs/boosting.md lacks:\n" + "\n".join(missing()))


if __name__ == "__main__":
    main()
