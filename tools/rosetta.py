"""Write docs/rosetta.md: what other frameworks call the losses, and how theirs differ.

python tools/rosetta.py            # writes the page
python tools/rosetta.py --check    # says which rows are no longer what the losses say
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import lossbook as lb
from lossbook.rosetta import FRAMEWORKS, Counterpart, Framework

PAGE = Path(__file__).parents[1] / "docs" / "rosetta.md"

_INTRODUCTION = """\
# Losses by their names in other frameworks

<!-- written by tools/rosetta.py; changes here are lost -->

Each row is a loss of another framework, the same loss here, and what differs; where nothing is
said, value, gradient and Hessian are the same (values up to what the label alone decides, such as
log y! of a count). `lossbook.get("xgboost:reg:tweedie")` gives the loss here, `lossbook show
xgboost:reg:tweedie` the row, `lossbook list --framework xgboost` the table, `lossbook.counterparts`
the same as data. The tests ask each framework that stands with a version: values and gradients as
it gives them, Hessians of boosters from the leaves of small trees."""


def page() -> str:
    """The whole page."""
    lines = _INTRODUCTION.splitlines()
    for name, framework in FRAMEWORKS.items():
        rows = [row(cls, theirs) for cls, theirs in _counterparts() if theirs.framework == name]
        if rows:
            lines += ["", f"## {framework.title}", "", _tested(framework), ""]
            lines += ["| name there | here | what differs |", "|---|---|---|", *rows]
    return "\n".join([*lines, ""])


def row(cls: type[lb.Loss], theirs: Counterpart) -> str:
    """One counterpart."""
    given = ", ".join(f"{name}={value}" for name, value in theirs.parameters.items())
    words = "; ".join(f"*{topic}*: {text}" for topic, text in theirs.differences.items())
    return f"| `{theirs.spellings[0]}` | `{cls.__name__}({given})` | {words or 'nothing'} |"


def _tested(framework: Framework) -> str:
    if framework.tested:
        return f"Tested with {framework.title} {framework.tested}."
    return "From its documentation and source; not run."


def _counterparts() -> Iterator[tuple[type[lb.Loss], Counterpart]]:
    for cls in lb.catalogue():
        for theirs in cls.counterparts:
            yield cls, theirs


def stale() -> list[str]:
    """Rows of the page that no loss says; a counterpart without a row is not stale yet."""
    shown = PAGE.read_text(encoding="utf-8").splitlines()
    known = {row(cls, theirs) for cls, theirs in _counterparts()}
    return [line for line in shown if line.startswith("| `") and line not in known]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    if parser.parse_args().check:
        found = stale()
        print("\n".join(found) or "The page is what the losses say.")
        return 1 if found else 0
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
