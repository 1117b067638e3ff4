"""``lossbook show``: everything about one loss."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from lossbook.cli.parameters import LossCommand, build_loss, option_name

if TYPE_CHECKING:
    from lossbook.cli.screen import Screen
    from lossbook.loss import Loss

__all__ = ["show_command"]

_NOT_CONVEX = {True: "no, but one valley", False: "no, several valleys", None: "no"}


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

    screen.heading("Formulas")
    try:
        import sympy  # noqa: F401
    except ModuleNotFoundError:
        screen.paragraph('To see them: pip install "lossbook[cli]"', indent=2)
        return
    for place, (which, column, label) in enumerate(_parts(loss, screen)):
        if place:
            screen.blank()
        lines = formula_lines(loss, which, screen.width - 14, screen.unicode, column)
        heads = [""] * len(lines)
        heads[(len(lines) - 1) // 2] = label
        screen.lines(f"  {h:12}{line}" for h, line in zip(heads, lines, strict=True))
    if isinstance(loss, ResidualLoss):
        screen.blank()
        screen.paragraph("r = ŷ - y", indent=14, dim=True)
    if loss.is_row:
        screen.blank()
        screen.paragraph(_note_on_rows(loss), indent=2, dim=True)


def _parts(loss: Loss, screen: Screen) -> list[tuple[str, int, str]]:
    """What is shown: value, gradient and Hessian, of each column that has a meaning of its own."""
    import sympy

    names = map(sympy.Symbol, loss.columns.symbols if loss.is_row else ())
    letters = [sympy.pretty(name, use_unicode=screen.unicode) for name in names] or [""]
    parts = [("value", 0, "value")]
    for which, label in (("gradient", "gradient"), ("hessian", "Hessian")):
        parts += [(which, k, f"{label} {letter}".rstrip()) for k, letter in enumerate(letters)]
    return parts


def _note_on_rows(loss: Loss) -> str:
    from lossbook.domains import ClassLabels

    if loss.columns.symbols:
        return f"A row of y_pred holds {loss.columns.describe()}."
    if not isinstance(loss.label_domain, ClassLabels):
        first = "Gradient and Hessian are those of the first column."
        return first if loss.columns.count else f"With 3 columns. {first}"
    note = "With 3 classes; gradient and Hessian for class 0, the others alike."
    if loss.link.name == "softmax":
        note += " S is the sum of the exponentials of the scores."
    return note


def _facts(loss: Loss, screen: Screen) -> None:
    screen.heading("Facts")
    pairs = [
        ("labels", loss.label_domain.describe()),
        ("predictions", loss.prediction_domain.describe() + _link_note(loss)),
    ]
    for parameter, value in loss.parameters.items():
        pairs.append((f"parameter {parameter}", f"{value} ({option_name(parameter)})"))
    if loss.functional is not None:
        constant = f"{loss.functional.describe()} of the labels"
        through = "" if loss.link.name == "identity" else f", through the {loss.link.name} link"
        pairs.append(("best constant", constant + through))
    screen.pairs([*pairs, *_shape(loss)])


def _shape(loss: Loss) -> list[tuple[str, str]]:
    facts = loss.facts
    pairs = [
        ("convex", _convexity(loss)),
        ("steepest slope", _bound(facts.lipschitz)),
        ("largest curvature", _bound(facts.smoothness)),
    ]
    for what, places in (("kinks", facts.kinks), ("jumps", facts.jumps)):
        if places:
            where = ", ".join(f"{place:g}" for place in places)
            pairs.append((what, f"at {_kink_variable(loss)} = {where}"))
    pairs += [
        ("smallest value", _bound(facts.minimum)),
        ("largest value", _bound(facts.supremum)),
    ]
    if not loss.is_row:
        pairs.append(("symmetric", "yes" if facts.symmetric else "no"))
        pairs.append(("far outliers", "lose their pull" if facts.redescending else "keep pulling"))
    if facts.calibrated is not None:
        side = "always" if facts.calibrated else "not always"
        pairs.append(("calibrated", f"{side} on the side of the likelier class"))
    forms = [("prox", loss.has_prox), ("conjugate", loss.has_conjugate)]
    if any(has for _, has in forms):
        pairs.append(("closed forms", ", ".join(name for name, has in forms if has)))
    return pairs


def _convexity(loss: Loss) -> str:
    facts = loss.facts
    if facts.strong_convexity:
        return f"strongly: the curvature is {facts.strong_convexity:g} or more"
    if facts.convex:
        return "strictly" if facts.strictly_convex else "yes, not strictly"
    return _NOT_CONVEX[facts.unimodal]


def _link_note(loss: Loss) -> str:
    if loss.link.name == "identity":
        return ""
    return f", raw scores (link: {loss.link.name})"


def _bound(value: float | None) -> str:
    if value is not None and math.isnan(value):
        return "not worked out"
    return "no bound" if value is None or math.isinf(value) else f"{value:g}"


def _kink_variable(loss: Loss) -> str:
    from lossbook.families import MarginLoss

    if isinstance(loss, MarginLoss):
        return "y ŷ"
    return "ŷ" if loss.label_domain.two_classes else "ŷ - y"


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
    from lossbook.cli.curves import curve_lines, view_of

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
