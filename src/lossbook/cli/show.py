"""``lossbook show``: everything about one loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from lossbook.cli.parameters import LossCommand, build_loss, option_name

if TYPE_CHECKING:
    from lossbook.cli.screen import Screen
    from lossbook.loss import Loss

__all__ = ["show_command"]


@click.command("show", cls=LossCommand)
@click.argument("name")
def show_command(name: str, parameters: Mapping[str, object]) -> None:
    """One loss: formulas, domains, facts, a worked example, and a plot.

    NAME is its name or any of its other names: quantile, pinball, mse, binary:logistic. By the
    name that another framework has for it, the differences to that framework come in detail.
    """
    from lossbook.cli.screen import Screen

    screen = Screen.of_output()
    loss = build_loss(name, parameters)
    _introduce(loss, screen)
    _formulas(loss, screen)
    _facts(loss, screen)
    _example(loss, screen)
    _plot(loss, screen)
    _names(loss, screen)
    _elsewhere(loss, name, screen)


def _introduce(loss: Loss, screen: Screen) -> None:
    from lossbook.cli.list import summary

    screen.title(repr(loss), loss.kind)
    screen.paragraph(summary(type(loss)))


def _formulas(loss: Loss, screen: Screen) -> None:
    from lossbook.cli.formulas import formula_lines
    from lossbook.families import ResidualLoss
    from lossbook.report.formulas import formula_parts, note_on_rows

    screen.heading("Formulas")
    try:
        import sympy  # noqa: F401
    except ModuleNotFoundError:
        screen.paragraph('To see them: pip install "lossbook[cli]"', indent=2)
        return
    for place, (which, column, symbol) in enumerate(formula_parts(loss)):
        if place:
            screen.blank()
        label = f"{'Hessian' if which == 'hessian' else which} {_letter(symbol, screen)}".rstrip()
        lines = formula_lines(loss, which, screen.width - 14, screen.unicode, column)
        heads = [""] * len(lines)
        heads[(len(lines) - 1) // 2] = label
        screen.lines(f"  {h:12}{line}" for h, line in zip(heads, lines, strict=True))
    if isinstance(loss, ResidualLoss):
        screen.blank()
        screen.paragraph("r = ŷ - y", indent=14, dim=True)
    if loss.is_row:
        screen.blank()
        screen.paragraph(note_on_rows(loss), indent=2, dim=True)


def _letter(symbol: str, screen: Screen) -> str:
    import sympy

    return str(sympy.pretty(sympy.Symbol(symbol), use_unicode=screen.unicode)) if symbol else ""


def _facts(loss: Loss, screen: Screen) -> None:
    from lossbook.report.portrait import domains_in_words, facts_in_words

    screen.heading("Facts")
    pairs = domains_in_words(loss)
    for parameter, value in loss.parameters.items():
        pairs.append((f"parameter {parameter}", f"{value} ({option_name(parameter)})"))
    screen.pairs([*pairs, *facts_in_words(loss)])


def _example(loss: Loss, screen: Screen) -> None:
    from lossbook.report.scales import number
    from lossbook.report.terminal import table

    y_true, y_pred = loss.example.y_true, loss.example.y_pred
    columns = (y_true, y_pred, *loss.value_gradient_hessian(y_true, y_pred, reduction="none"))
    of_mean = loss.gradient(y_true, y_pred)
    if loss.is_row:
        header = [
            "row",
            _column(loss),
            "y_true",
            "y_pred",
            "value",
            "gradient",
            "Hessian",
            "of mean",
        ]
        rows = _rows(loss, columns, of_mean)
    else:
        header = ["y_true", "y_pred", "value", "gradient", "Hessian", "of mean"]
        rows = [[_cell(cell) for cell in row] for row in zip(*columns, of_mean, strict=True)]
    screen.heading("Worked example")
    screen.lines(table(header, rows, left=(), unicode=screen.unicode), indent=2)
    screen.blank()
    mean = number(float(loss(y_true, y_pred)), 6)
    screen.paragraph(f"The mean is {mean}; the last column is its gradient.", indent=2)


def _column(loss: Loss) -> str:
    from lossbook.domains import ClassLabels

    return "class" if isinstance(loss.label_domain, ClassLabels) else "column"


def _rows(loss: Loss, columns: Sequence[Any], of_mean: Any) -> list[list[str]]:
    """Give each column of each row a line of its own; labels as the formulas see them."""
    import numpy as np

    from lossbook.engine.libraries import HOME

    labels, predictions, *results = map(np.asarray, columns)
    seen = loss.label_domain.terms(HOME, labels, predictions.shape)
    rows = []
    for i, (label, row, value, *slopes) in enumerate(
        zip(seen, predictions, *results, of_mean, strict=True)
    ):
        for k, entries in enumerate(zip(row, *slopes, strict=True)):
            prediction, *derivatives = map(_cell, entries)
            once = (str(i), _cell(value)) if k == 0 else ("", "")
            target = _cell(label[k]) if k < len(label) else ""
            rows.append([once[0], str(k), target, prediction, once[1], *derivatives])
    return rows


def _cell(value: Any) -> str:
    from lossbook.report.scales import number

    return number(float(value), 5)


def _plot(loss: Loss, screen: Screen) -> None:
    from lossbook.cli.curves import curve_lines
    from lossbook.report.views import view_of

    screen.blank()
    screen.lines(curve_lines(view_of(loss), screen))


def _names(loss: Loss, screen: Screen) -> None:
    from lossbook.registry import other_names

    screen.heading("Names")
    call = f"lossbook.{loss!r}" if _is_built_in(loss) else repr(loss)
    pairs = [("in Python", call), ("written in", _source(loss))]
    if others := other_names(type(loss)):
        pairs.append(("also known as", ", ".join(others)))
    pairs += [("reference", reference) for reference in loss.references]
    screen.pairs(pairs)


def _elsewhere(loss: Loss, name: str, screen: Screen) -> None:
    """What differs where the loss was called by its name in a framework, else in all of them."""
    from lossbook.cli.rosetta import differences
    from lossbook.registry import counterpart_named

    called = counterpart_named(name)
    if called is not None:
        screen.heading(f"{called.name} of {called.title}")
        pairs = [*called.differences.items()]
        if called.parameters:
            given = ", ".join(f"{key}={value}" for key, value in called.parameters.items())
            pairs.insert(0, ("is", f"{type(loss).__name__}({given})"))
        screen.pairs(pairs or [("differs", "in nothing: value, gradient and Hessian are these")])
    elif loss.counterparts:
        screen.heading("In other frameworks")
        for theirs in loss.counterparts:
            screen.paragraph(f"{theirs.title}: {theirs.name}", indent=2)
            screen.paragraph(differences(theirs) or "the same", indent=4, dim=True)


def _is_built_in(loss: Loss) -> bool:
    return type(loss).__module__.startswith("lossbook.")


def _source(loss: Loss) -> str:
    return type(loss).__module__.replace(".", "/") + ".py"
