"""Writes docs/benchmarks.md, its pictures and README's table from the results of run.py.

    python benchmarks/page.py            # writes them
    python benchmarks/page.py --check    # says whether they are what the results give

Everything there that is a figure comes from benchmarks/results.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sections
from lossbook.bench.drawing import write_plot
from lossbook.bench.results import Run

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "x86_64.json"
PAGE = ROOT / "docs" / "benchmarks.md"
IMAGES = ROOT / "docs" / "images"
README = ROOT / "README.md"
BEGIN, END = "<!-- benchmarks: written by benchmarks/page.py -->", "<!-- end of benchmarks -->"

# Pictures by name: the sets that are drawn together, and whether as growth.
PICTURES = {
    "benchmark_ratios.svg": (("pointwise", "rows"), False),
    "benchmark_growth.svg": (("growth", "growth given"), True),
}


def texts(results: Path) -> Iterator[tuple[Path, str]]:
    """What the page and README should contain."""
    found = json.loads(results.read_text(encoding="utf-8"))
    yield PAGE, sections.page(found)
    readme = README.read_text(encoding="utf-8")
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest or not after:
        raise SystemExit(f"README.md has no place for the benchmarks: {BEGIN} ... {END}")
    yield README, f"{before}{BEGIN}\n\n{sections.summary(found)}\n\n{END}{after}"


def digest(results: Path) -> str:
    """What the pictures carry, so that one can tell which results they show."""
    return f"sha256 of results: {hashlib.sha256(results.read_bytes()).hexdigest()}"


def write(results: Path) -> None:
    """Write page, pictures and table."""
    for path, text in texts(results):
        path.write_text(text, encoding="utf-8")
    found = json.loads(results.read_text(encoding="utf-8"))
    for name, (chosen, growth) in PICTURES.items():
        write_plot(joined(found, chosen), str(IMAGES / name), growth, digest(results))


def joined(found: dict[str, Any], names: tuple[str, ...]) -> Run:
    """Several sets as one run."""
    runs = [Run.read(found["sets"][name]) for name in names]
    for run in runs[1:]:
        runs[0].findings += run.findings
        runs[0].versions |= run.versions
    return runs[0]


def stale(results: Path) -> list[str]:
    """The files that are not what the results give."""
    old = [path for path, text in texts(results) if path.read_text(encoding="utf-8") != text]
    for name in PICTURES:
        picture = IMAGES / name
        if not picture.exists() or digest(results) not in picture.read_text(encoding="utf-8"):
            old.append(picture)
    return [str(path.relative_to(ROOT)) for path in old]


def main(words: list[str] | None = None) -> int:
    """Write or check; 1 if something is stale."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(words)
    if not options.check:
        write(RESULTS)
        return 0
    for name in (old := stale(RESULTS)):
        print(f"{name} is not what the results give: run python benchmarks/page.py")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
