"""An evaluation as tables on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lossbook.cli.screen import Screen
from lossbook.report.scales import aligned, count, number
from lossbook.report.terminal import table
from lossbook.report.words import headline, loss_name, plain, share

if TYPE_CHECKING:
    from lossbook.scale.results import Evaluation, Summary, WorstRow

__all__ = ["print_findings"]

DIGITS = 6
INDENT = 2
MOST_CLASSES = 6  # columns of scores shown per worst row
# Beyond these nobody reads on; the other formats hold all.
MOST_GROUPS = 200
MOST_GROUPS_WITH_ROWS = 12


def print_findings(evaluation: Evaluation) -> None:
    """Print an evaluation for people."""
    screen = Screen.of_output()
    screen.title(loss_name(evaluation), printable(Path(evaluation.file).name))
    screen.paragraph(headline(evaluation))
    screen.blank()
    screen.pairs(_numbers(evaluation))
    if evaluation.groups:
        screen.heading(printable(f"By {evaluation.by}"))
        _print_groups(evaluation, screen)
    if evaluation.total.worst:
        screen.heading("Worst rows")
        _print_worst(evaluation.total.worst, screen)
    _print_worst_per_group(evaluation, screen)


def _print_worst_per_group(evaluation: Evaluation, screen: Screen) -> None:
    if len(evaluation.groups) > MOST_GROUPS_WITH_ROWS:
        screen.blank()
        screen.paragraph("The worst rows of each group: --format json.")
        return
    for group in evaluation.groups:
        if group.worst:
            screen.heading(printable(f"Worst rows of {evaluation.by} = {group.group}"))
            _print_worst(group.worst, screen, with_group=False)


def _numbers(evaluation: Evaluation) -> list[tuple[str, str]]:
    total = evaluation.total
    pairs = [("rows", count(total.rows) + _skipped(evaluation))]
    if evaluation.weight is not None:
        pairs.append(("sum of weights", number(total.weight, DIGITS)))
    pairs += [
        ("mean loss", plain(total.mean, DIGITS)),
        ("standard error", plain(total.standard_error, 3)),
        ("sum", number(total.sum, DIGITS)),
        ("best constant", _constant(evaluation)),
        ("its loss", plain(total.baseline, DIGITS)),
        ("skill", share(total.skill) if total.skill is not None else "-"),
        ("mean |gradient|", plain(total.mean_gradient, DIGITS)),
    ]
    return pairs


def _skipped(evaluation: Evaluation) -> str:
    if not evaluation.skipped_rows:
        return ""
    where = ", ".join(f"{name} {count(nulls)}" for name, nulls in evaluation.nulls.items())
    return printable(f" used, {count(evaluation.skipped_rows)} skipped for nulls ({where})")


def _constant(evaluation: Evaluation) -> str:
    constant = evaluation.constant
    if constant is None or evaluation.functional is None:
        return "- (this loss names none)" if evaluation.functional is None else "-"
    values = _several(constant) if isinstance(constant, tuple) else number(constant, DIGITS)
    return f"{values} ({evaluation.functional} of the labels)"


def _print_groups(evaluation: Evaluation, screen: Screen) -> None:
    shown = evaluation.groups[:MOST_GROUPS]
    parts: list[Summary] = [*shown, evaluation.total]
    names = [str(part.group) for part in shown] + ["all"]
    columns = [
        [count(part.rows) for part in parts],
        aligned([part.mean for part in parts]),
        ["-" if p.standard_error is None else number(p.standard_error, 2) for p in parts],
        aligned([part.sum for part in parts], 5),
        aligned([part.baseline for part in parts]),
        [share(part.skill) for part in parts],
        aligned([part.mean_gradient for part in parts]),
    ]
    header = ["group", "rows", "mean", "± se", "sum", "baseline", "skill", "|grad|"]
    if evaluation.weight is not None:
        header.insert(2, "weight")
        columns.insert(1, aligned([part.weight for part in parts], 5))
    rows = [[name, *cells] for name, *cells in zip(names, *columns, strict=True)]
    print_table(header, rows, screen)
    if len(evaluation.groups) > MOST_GROUPS:
        more = len(evaluation.groups) - MOST_GROUPS
        screen.paragraph(f"... and {count(more)} more groups: --format json holds them all.", 2)


def _print_worst(worst: Sequence[WorstRow], screen: Screen, with_group: bool = True) -> None:
    with_group = with_group and worst[0].group is not None
    with_weight = any(row.weight != 1 for row in worst)
    header = ["row", "y_true", "y_pred", "loss"]
    header += ["weight"] if with_weight else []
    header += ["group"] if with_group else []
    rows = []
    for row in worst:
        cells = [str(row.row), _several(row.y_true), _several(row.y_pred), number(row.loss, DIGITS)]
        cells += [number(row.weight)] if with_weight else []
        cells += [str(row.group)] if with_group else []
        rows.append(cells)
    print_table(header, rows, screen, left=(len(header) - 1,) if with_group else ())


def _several(value: float | tuple[float, ...]) -> str:
    if not isinstance(value, tuple):
        return number(value, DIGITS)
    more = " ..." if len(value) > MOST_CLASSES else ""
    return " ".join(number(entry) for entry in value[:MOST_CLASSES]) + more


def print_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    screen: Screen,
    left: Sequence[int] = (0,),
) -> None:
    """Print a table: with rich where somebody is watching and rich is there, else as plain text."""
    rows = [[printable(cell) for cell in row] for row in rows]
    if not (sys.stdout.isatty() and _print_rich_table(header, rows, screen, left)):
        screen.lines(table(header, rows, left=left, unicode=screen.unicode), indent=INDENT)


def _print_rich_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], screen: Screen, left: Sequence[int]
) -> bool:
    """Return whether rich is there and the table fits; it would cut the numbers of a wider one."""
    try:
        from rich.console import Console
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text
    except ModuleNotFoundError:
        return False
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold cyan")
    for index, name in enumerate(header):
        justify: Literal["left", "right"] = "left" if index in left else "right"
        grid.add_column(screen.spelled(name), justify=justify, no_wrap=True)
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    console = Console()
    if console.measure(grid).maximum + INDENT > console.width:
        return False
    console.print(Padding(grid, (0, 0, 0, INDENT)))
    return True


def printable(text: str) -> str:
    r"""Return text from a file without line breaks and escape codes, which could rule a terminal.

    >>> printable("north\t") == "north\ufffd"
    True
    """
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
