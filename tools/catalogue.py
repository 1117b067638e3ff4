"""Write docs/catalogue.md: every loss, and what it has, found out by asking for it.

    python tools/catalogue.py            # writes the page
    python tools/catalogue.py --check    # says which rows are no longer what the losses give

A cell is filled where the thing was asked for and came: numbers, a fact, a kernel. Nothing in the
table is typed by hand.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

import lossbook as lb
from lossbook.checks.truth import truth
from lossbook.engine import native
from lossbook.printers.formulas import variants

PAGE = Path(__file__).parents[1] / "docs" / "catalogue.md"
YES, NO = "✓", "-"

_INTRODUCTION = """\
# Catalogue

<!-- written by tools/catalogue.py; changes here are lost -->

Every loss, and what it has. A tick means that it was asked for and came: value, gradient and
Hessian as finite numbers for the loss's worked example; facts, which the tests hold against the
loss; the best constant for the example's labels; the formulas in 120 digits and as SymPy
expressions; a compiled kernel for each setting; how many names it has in other frameworks.
`lossbook show NAME` tells more about each."""


def page() -> str:
    """The whole page."""
    losses = lb.catalogue()
    lines = [*_INTRODUCTION.splitlines(), "", f"{len(losses)} losses."]
    for kind in dict.fromkeys(cls.kind for cls in losses):
        lines += ["", f"## {kind.capitalize()}", "", *_head()]
        lines += [row(cls) for cls in losses if cls.kind == kind]
    return "\n".join([*lines, ""])


def row(cls: type[lb.Loss]) -> str:
    """A loss and its cells."""
    return f"| {' | '.join([_name(cls), *(cell(cls) for cell in COLUMNS.values())])} |"


def _head() -> Iterator[str]:
    yield f"| loss | {' | '.join(COLUMNS)} |"
    yield f"|---|{':-:|' * len(COLUMNS)}"


def _name(cls: type[lb.Loss]) -> str:
    fields = ", ".join(f"{name}={value}" for name, value in cls().parameters.items())
    return f"`{cls.__name__}({fields})`"


def _comes(ask: Callable[[lb.Loss], bool]) -> Callable[[type[lb.Loss]], str]:
    """A tick where every setting of the switches gives what was asked for."""

    def cell(cls: type[lb.Loss]) -> str:
        return YES if all(_gives(ask, loss) for loss in variants(cls)) else NO

    return cell


def _gives(ask: Callable[[lb.Loss], bool], loss: lb.Loss) -> bool:
    try:
        return ask(loss)
    except (NotImplementedError, lb.LossbookError):
        return False


def _output(order: int) -> Callable[[lb.Loss], bool]:
    def ask(loss: lb.Loss) -> bool:
        results = loss.value_gradient_hessian(loss.example.y_true, loss.example.y_pred)
        return bool(np.isfinite(results[order]).all())

    return ask


def _constant(loss: lb.Loss) -> bool:
    return not np.isnan(loss.optimal_constant(loss.example.y_true)).any()


def _oracle(loss: lb.Loss) -> bool:
    y, p = np.asarray(loss.example.y_true), np.asarray(loss.example.y_pred)
    return all(
        mpmath.isfinite(number)
        for order in range(3)
        for number in np.ravel(truth(loss, order, y, p))
    )


def _formula(loss: lb.Loss) -> bool:
    return all(loss.formula(which) is not None for which in ("value", "gradient", "hessian"))


def _kernel(loss: lb.Loss) -> bool:
    return native.kernel_for(loss) is not None


def _names(cls: type[lb.Loss]) -> str:
    return str(len(cls.counterparts)) if cls.counterparts else NO


COLUMNS: dict[str, Callable[[type[lb.Loss]], Any]] = {
    "value": _comes(_output(0)),
    "gradient": _comes(_output(1)),
    "Hessian": _comes(_output(2)),
    "facts": _comes(lambda loss: isinstance(loss.facts, lb.Facts)),
    "best constant": _comes(_constant),
    "oracle": _comes(_oracle),
    "SymPy": _comes(_formula),
    "kernel": _comes(_kernel),
    "example": _comes(lambda loss: isinstance(loss.example, lb.Example)),
    "names elsewhere": _names,
}


def stale() -> list[str]:
    """Rows of the page that are not what the losses give; a loss without a row is not stale yet."""
    shown = PAGE.read_text(encoding="utf-8").splitlines()
    known = {_comparable(row(cls)) for cls in lb.catalogue()}
    return [line for line in shown if line.startswith("| `") and _comparable(line) not in known]


def _comparable(line: str) -> str:
    """The row, without its kernels where they are switched off."""
    if native.instruction_set() != "none":
        return line
    cells = line.split(" | ")
    del cells[1 + [*COLUMNS].index("kernel")]
    return " | ".join(cells)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    if parser.parse_args().check:
        found = stale()
        print("\n".join(found) or "The page is what the losses give.")
        return 1 if found else 0
    if native.instruction_set() == "none":
        parser.error("kernels are switched off here, or were not built")
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
