"""The report of an evaluation: one HTML page that needs nothing but itself.

No script, no request to anywhere (the page forbids them to itself by its content security
policy). Whatever comes from the user's file, names of columns and groups above all, is escaped.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Sequence
from html import escape
from pathlib import Path

from lossbook.report import figures
from lossbook.report.atomic import write_whole
from lossbook.report.scales import aligned, count, number
from lossbook.report.words import headline, loss_name, parameter_text, plain, share, size
from lossbook.scale.results import Evaluation, Summary, WorstRow

__all__ = ["render_report", "write_report"]

# Beyond these a page is no longer read, and a browser no longer quick.
MOST_BARS = 24
MOST_GROUPS = 500
MOST_COLUMNS = 8


def write_report(evaluation: Evaluation, path: str | os.PathLike[str]) -> None:
    """Write the report of an evaluation as one self-contained HTML page.

    Parameters
    ----------
    evaluation : Evaluation
        What to report.
    path : path
        The file to write. It is written whole or, on a full disk or Ctrl-C, not at all.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    write_whole(path, render_report(evaluation))


def render_report(evaluation: Evaluation) -> str:
    """Return the page of `write_report` as text."""
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    name = loss_name(evaluation)
    title = f"{name}: {Path(evaluation.file).name}"
    sections = [
        _tiles(evaluation),
        _distribution(evaluation),
        _calibration(evaluation),
        _groups(evaluation),
        _worst(evaluation),
        _source(evaluation),
    ]
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" \
content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>
{style}</style>
</head>
<body>
<main>
<header class="top">
<p class="kicker">Evaluation of predictions</p>
<h1>{escape(name)} <span class="of">of {escape(Path(evaluation.file).name)}</span></h1>
</header>
<p class="lead">{escape(headline(evaluation))}</p>
{"".join(section for section in sections if section)}</main>
<footer>
<p>Written by lossbook. A row number counts the rows of data in the file from 1.</p>
</footer>
</body>
</html>
"""


def _tiles(evaluation: Evaluation) -> str:
    total = evaluation.total
    error = total.standard_error
    of_constant = f"always predicting the {evaluation.functional}" if evaluation.functional else ""
    tiles = [
        ("Mean loss", plain(total.mean), f"± {number(error, 2)} standard error" if error else ""),
        ("Skill", share(total.skill), "of the best constant's loss removed"),
        ("Best constant's loss", plain(total.baseline), of_constant),
        ("Rows used", count(total.rows), _weight_note(evaluation)),
        ("Sum of the loss", plain(total.sum), ""),
        ("Mean |gradient|", plain(total.mean_gradient), ""),
    ]
    items = "\n".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(value)}"
        f"{f'<small>{escape(note)}</small>' if note and value != '-' else ''}</dd></div>"
        for label, value, note in tiles
    )
    return f'<dl class="tiles">\n{items}\n</dl>\n'


def _weight_note(evaluation: Evaluation) -> str:
    notes = []
    if evaluation.weight is not None:
        notes.append(f"weights sum to {number(evaluation.total.weight)}")
    if evaluation.skipped_rows:
        notes.append(f"{count(evaluation.skipped_rows)} skipped")
    return ", ".join(notes)


def _distribution(evaluation: Evaluation) -> str:
    shape = evaluation.histogram
    quantiles = _table(
        "Quantiles of the loss",
        ["share of rows", "loss at most"],
        [[f"{100 * level:g} %", number(value, 3)] for level, value in shape.quantiles],
    )
    if len(shape.edges) < 2:
        figure = '<p class="note">No finite loss above 0 to draw.</p>'
    else:
        logarithmic = shape.scale == "log"
        zeros = shape.zeros if logarithmic else 0
        left = ("less" if shape.below else "0", zeros + shape.below)
        right = ("more" if shape.above else "inf", shape.above + shape.infinite)
        median = next((value for level, value in shape.quantiles if level == 0.5), None)
        marks = [("median", median)] if median is not None else []
        figure = figures.histogram(
            shape.edges,
            shape.counts,
            name="distribution",
            title="Distribution of the loss",
            description=_describe_distribution(evaluation),
            x_label="loss of a row (logarithmic)" if logarithmic else "loss of a row",
            logarithmic=logarithmic,
            left=left if left[1] else None,
            right=right if right[1] else None,
            marks=marks,
        )
        figure = _figure(figure, _describe_distribution(evaluation))
    return _section(
        "Distribution of the loss",
        f'<div class="beside">{figure}\n<div>{quantiles}</div></div>',
    )


def _describe_distribution(evaluation: Evaluation) -> str:
    shape, total = evaluation.histogram, evaluation.total
    parts = [f"Losses run from {plain(total.minimum)} to {plain(total.maximum)}."]
    if shape.scale == "log" and shape.zeros:
        parts.append(f"{_rows(shape.zeros)} a loss of exactly 0.")
    if shape.below:
        parts.append(f"{_rows(shape.below)} a smaller loss than the axis shows.")
    if shape.above:
        parts.append(f"{_rows(shape.above)} a larger loss than the axis shows.")
    if shape.infinite:
        parts.append(f"{_rows(shape.infinite)} an infinite loss.")
    return " ".join(parts)


def _rows(rows: int) -> str:
    return "1 row has" if rows == 1 else f"{count(rows)} rows have"


def _calibration(evaluation: Evaluation) -> str:
    if not evaluation.reliability:
        return ""
    filled = [
        (b, b.mean_prediction, b.mean_label)
        for b in evaluation.reliability
        if b.mean_prediction is not None and b.mean_label is not None
    ]
    weight = sum(b.weight for b, _, _ in filled)
    gap = sum(b.weight * abs(p - o) for b, p, o in filled) / weight if weight else 0.0
    sentence = (
        "On the dashed line predicted probabilities and observed frequencies agree; above it the "
        f"predictions are too low. The gap, averaged over rows, is {number(gap, 3)}. The larger "
        "a dot, the more rows."
    )
    figure = figures.reliability(
        [(p, o, b.rows) for b, p, o in filled],
        name="reliability",
        title="Reliability diagram",
        description=sentence,
    )
    table = _table(
        "Rows by predicted probability",
        ["predicted", "rows", "mean predicted", "observed"],
        [
            [f"{number(b.lower)} to {number(b.upper)}", count(b.rows), f"{p:.3f}", f"{o:.3f}"]
            for b, p, o in filled
        ],
    )
    return _section(
        "Are the probabilities right?",
        f'<div class="beside">{_figure(figure, sentence)}\n<div>{table}</div></div>',
    )


def _groups(evaluation: Evaluation) -> str:
    groups = evaluation.groups
    if not groups:
        return ""
    known = [(group, group.mean) for group in groups if group.mean is not None]
    shown = known
    caption = "Mean loss of each group; the whisker is one standard error to either side."
    if len(known) > MOST_BARS:
        shown = sorted(known, key=lambda pair: -pair[1])[:MOST_BARS]
        caption += f" The {MOST_BARS} largest of {count(len(known))} groups."
    by = evaluation.by or "group"
    figure = figures.bars(
        [
            figures.Bar(_group(group), mean, group.standard_error, f"{count(group.rows)} rows")
            for group, mean in shown
        ],
        name="groups",
        title=f"Mean loss by {by}",
        description=caption,
        x_label="mean loss",
    )
    table = _table(
        f"Groups of {by}" + _cut(len(groups), MOST_GROUPS),
        [by, "rows", "mean loss", "skill", "mean |gradient|"],
        _group_rows(groups[:MOST_GROUPS]),
        text={0},
    )
    worst = "".join(
        f"<h3>{escape(_group(group))}</h3>\n{_worst_table(evaluation, group.worst, grouped=False)}"
        for group in groups[:MOST_BARS]
        if group.worst
    )
    details = (
        f"<details><summary>Worst rows of each group"
        f"{escape(_cut(len(groups), MOST_BARS))}</summary>\n{worst}</details>"
        if worst
        else ""
    )
    return _section(
        f"By {by}",
        f'<div class="beside">{_figure(figure, caption)}\n<div>{table}</div></div>\n{details}',
    )


def _group_rows(groups: Sequence[Summary]) -> list[list[str]]:
    means = aligned([group.mean for group in groups])
    errors = aligned([group.standard_error for group in groups], 2)
    columns = [
        [_group(group) for group in groups],
        [count(group.rows) for group in groups],
        [f"{mean} ± {error}" for mean, error in zip(means, errors, strict=True)],
        [share(group.skill) for group in groups],
        aligned([group.mean_gradient for group in groups]),
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def _group(group: Summary) -> str:
    return group.group if group.group is not None and group.group.strip() else "(empty)"


def _worst(evaluation: Evaluation) -> str:
    if not evaluation.total.worst:
        return ""
    table = _worst_table(evaluation, evaluation.total.worst, grouped=evaluation.by is not None)
    return _section("Worst rows", table)


def _worst_table(evaluation: Evaluation, rows: Sequence[WorstRow], *, grouped: bool) -> str:
    header = ["row", "loss"]
    header += _headings("label", evaluation.y_true)
    header += _headings("prediction", evaluation.y_pred)
    if evaluation.weight is not None:
        header.append("weight")
    if grouped:
        header.append(evaluation.by or "group")
    body = []
    for row, loss in zip(rows, aligned([row.loss for row in rows]), strict=True):
        cells = [count(row.row), loss]
        cells += [number(v, 6) for v in _values(row.y_true)[:MOST_COLUMNS]]
        cells += [number(v, 6) for v in _values(row.y_pred)[:MOST_COLUMNS]]
        if evaluation.weight is not None:
            cells.append(number(row.weight))
        if grouped:
            cells.append(row.group if row.group is not None else "(empty)")
        body.append(cells)
    text = {len(header) - 1} if grouped else ()
    return _table("Rows with the largest loss", header, body, text=text)


def _headings(what: str, columns: Sequence[str]) -> list[str]:
    """Name the columns of a worst row; a single one needs no name of its own."""
    return [what] if len(columns) == 1 else [f"{what} {name}" for name in columns[:MOST_COLUMNS]]


def _values(value: float | tuple[float, ...]) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)


def _source(evaluation: Evaluation) -> str:
    facts = [
        ("File", f"{evaluation.file} ({size(evaluation.file_bytes)})"),
        ("Loss", evaluation.loss + parameter_text(evaluation.parameters)),
        ("Labels", ", ".join(evaluation.y_true)),
        ("Predictions", ", ".join(evaluation.y_pred)),
        ("Weights", evaluation.weight or "none: every row counts the same"),
    ]
    if evaluation.constant is not None:
        values = ", ".join(number(v, 6) for v in _values(evaluation.constant))
        facts.append(("Best constant", values))
    if evaluation.nulls:
        nulls = ", ".join(f"{count(n)} in {column}" for column, n in evaluation.nulls.items())
        facts.append(("Empty cells", f"{nulls}; {count(evaluation.skipped_rows)} rows skipped"))
    items = "\n".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in facts)
    return _section("What was read", f'<dl class="facts">\n{items}\n</dl>')


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n</section>\n"


def _figure(svg: str, caption: str) -> str:
    return f"<figure>\n{svg}\n<figcaption>{escape(caption)}</figcaption>\n</figure>"


def _table(
    caption: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, text: Container[int] = ()
) -> str:
    """Write a table whose first column heads the rows; the columns in `text` are set flush left."""

    def css(column: int) -> str:
        return ' class="name"' if column in text else ""

    head = "".join(f'<th scope="col"{css(i)}>{escape(cell)}</th>' for i, cell in enumerate(header))
    body = []
    for row in rows:
        first = f'<th scope="row"{css(0)}>{escape(row[0])}</th>'
        rest = "".join(
            f"<td{css(i)}>{escape(cell)}</td>" for i, cell in enumerate(row[1:], start=1)
        )
        body.append(f"<tr>{first}{rest}</tr>")
    lines = "\n".join(body)
    # A wide table scrolls within its own box; the box can be reached with the keyboard.
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">\n'
        f"<table>\n<caption>{escape(caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table>\n</div>"
    )


def _cut(total: int, shown: int) -> str:
    return f" (the first {count(shown)} of {count(total)})" if total > shown else ""
