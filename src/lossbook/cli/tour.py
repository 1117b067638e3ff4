"""``lossbook tour``: the founding examples, and what a gradient does to a prediction."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from lossbook.cli.screen import Screen
    from lossbook.cli.stations import Station
    from lossbook.loss import Loss
    from lossbook.report.descent import Step

__all__ = ["tour_command"]

PUSHES = 7

# Lines of the longest page; a lower terminal gets it in two halves.
TALLEST_PAGE = 34


@click.command("tour")
@click.option(
    "--pause/--no-pause",
    default=None,
    help="Wait for Enter after each screen. By default only on a terminal.",
)
def tour_command(pause: bool | None) -> None:
    """Five losses, and gradient descent on a prediction, step by step."""
    from lossbook.cli.screen import Screen
    from lossbook.cli.stations import STATIONS

    if pause is None:
        pause = sys.stdin.isatty() and sys.stdout.isatty()
    screen = Screen.of_output()
    pages = len(STATIONS) + 2
    _opening(screen, pages)
    for page, station in enumerate(STATIONS, start=2):
        _go_on(pause)
        _station(station, screen, f"{page} of {pages}", pause)
    _go_on(pause)
    _closing(screen, f"{pages} of {pages}")


def _go_on(pause: bool) -> None:
    """Wait for Enter where asked to; end the tour if the reader has had enough."""
    click.echo()
    if not pause:
        return
    click.echo(click.style("Enter for the next page, q to leave: ", dim=True), nl=False)
    answer = sys.stdin.readline()
    if not answer or answer.strip().lower().startswith("q"):
        click.echo()
        raise click.exceptions.Exit(0)
    click.clear()


def _opening(screen: Screen, pages: int) -> None:
    screen.title("A tour of five losses", f"1 of {pages}")
    screen.paragraph(
        "A loss compares a prediction ŷ with the label y and says how bad the miss is, as one "
        "number: 0 is perfect for the losses of this tour. Each loss has its own idea of a miss, "
        "and so its own idea of the best prediction."
    )
    screen.blank()
    screen.paragraph(
        "Its derivative by the prediction, the gradient, says which way is better. Gradient "
        "descent takes a step against it; how long a step, the learning rate η decides:"
    )
    screen.blank()
    screen.lines(["ŷ ← ŷ - η · ∂L/∂ŷ"], indent=6)
    screen.blank()
    screen.paragraph(
        "A positive gradient pushes the prediction down, a negative one up, a gradient of 0 "
        "leaves it where it is. On each of the next pages one loss pushes one prediction; the "
        "last page says what that has to do with a model that learns."
    )


def _station(station: Station, screen: Screen, aside: str, pause: bool) -> None:
    import lossbook
    from lossbook.report.descent import descend

    screen.title(station.title, aside)
    screen.paragraph(station.question)
    screen.blank()
    screen.pairs([("value", station.value), ("gradient", station.gradient)])
    example_loss = lossbook.get(station.loss, **station.example_parameters)
    screen.heading(f"{example_loss!r}")
    screen.lines(_example(station, example_loss, screen), indent=2)
    if pause and shutil.get_terminal_size().lines < TALLEST_PAGE:
        _go_on(pause)

    loss = lossbook.get(station.loss, **station.parameters)
    label = int(station.label) if loss.is_row else station.label
    path = descend(loss, label, station.start, station.rate, PUSHES)
    target = f"class {label:g}" if loss.is_row else f"label {label:g}"
    screen.heading(screen.spelled(f"Descent to {target} with η = {station.rate:g}: {loss!r}"))
    screen.lines(_descent(loss, station, path, screen), indent=2)
    screen.blank()
    screen.paragraph(station.watch)


def _example(station: Station, loss: Loss, screen: Screen) -> list[str]:
    """Lay out the worked example: values and gradients one by one, and those of the mean."""
    from lossbook.report.scales import number
    from lossbook.report.terminal import table

    y_true, y_pred = station.y_true, station.y_pred
    values, gradients = loss.value_and_gradient(y_true, y_pred, reduction="none")
    mean, of_mean = loss.value_and_gradient(y_true, y_pred)
    digits = 3 if loss.is_row else 5
    rows = [
        [f"{y:g}", _text(p, digits), number(float(v)), _text(g, digits), _text(m, digits)]
        for y, p, v, g, m in zip(y_true, y_pred, values, gradients, of_mean, strict=True)
    ]
    header = ["y", _symbol(loss, screen), "value", "gradient", "gradient of the mean"]
    if len(rows) == 1:  # the mean of one sample is the sample
        header, rows = header[:4], [row[:4] for row in rows]
    else:
        rows.append(["", "mean", number(float(mean)), "", ""])
    return table(header, rows, left=(), unicode=screen.unicode)


def _symbol(loss: Loss, screen: Screen) -> str:
    symbol = loss.prediction_symbol
    return screen.spelled("ŷ" if symbol == r"\hat{y}" else symbol)


def _descent(loss: Loss, station: Station, path: Sequence[Step], screen: Screen) -> list[str]:
    """Lay out the steps as a table, and beside it the way down as a plot."""
    from lossbook.report.scales import aligned
    from lossbook.report.terminal import Curve, plot, side_by_side, table
    from lossbook.report.views import view_of

    losses = aligned([step.loss for step in path], 3)
    if loss.is_row:
        header = ["step", "scores", "loss"]
        predictions = [_text(step.prediction, 2) for step in path]
        columns = [predictions, losses]
        chances = [float(_probabilities(loss, step)[int(station.label)]) for step in path]
        header, columns = [*header, "p"], [*columns, aligned(chances, 3)]
    else:
        header = ["step", _symbol(loss, screen), "loss", "gradient"]
        columns = [
            aligned([float(step.prediction) for step in path], 3),
            losses,
            aligned([float(step.gradient) for step in path], 3),
        ]
    rows = [[str(k), *cells] for k, cells in enumerate(zip(*columns, strict=True))]
    steps = table(header, rows, left=(), unicode=screen.unicode)
    width = screen.width - max(map(len, steps)) - 6
    if width < 30:
        return steps
    if loss.is_row:
        drawing = plot(
            Curve(
                "loss after each step",
                _between([step.loss for step in path]),
                [(float(k), step.loss) for k, step in enumerate(path)],
            ),
            0.0,
            float(len(path) - 1),
            x_label="step",
            width=width,
            height=7,
            unicode=screen.unicode,
        )
    else:
        view = view_of(loss)
        label = [station.label]

        def values(xs: list[float]) -> list[float]:
            return [float(v) for v in loss(label * len(xs), xs, reduction="none")]

        marks = [(float(step.prediction), step.loss) for step in path]
        drawing = plot(
            Curve(screen.spelled(f"value at y = {station.label:g}, and the steps"), values, marks),
            view.low,
            view.high,
            x_label=screen.spelled(view.x_label),
            width=width,
            height=7,
            unicode=screen.unicode,
        )
    return side_by_side(steps, drawing, gap=4)


def _probabilities(loss: Loss, step: Step) -> Any:
    return loss.inverse_link(step.prediction)


def _between(values: Sequence[float]) -> Callable[[list[float]], list[float]]:
    """Return the function that joins the values at 0, 1, 2, ... by straight lines."""
    import numpy as np

    def between(xs: list[float]) -> list[float]:
        return [float(v) for v in np.interp(xs, np.arange(len(values)), np.asarray(values))]

    return between


def _text(value: Any, digits: int = 4) -> str:
    from lossbook.report.scales import aligned, number

    if getattr(value, "ndim", 0) == 0 and not isinstance(value, list):
        return number(float(value), digits)
    return "(" + ", ".join(aligned([float(entry) for entry in value], digits)) + ")"


def _closing(screen: Screen, aside: str) -> None:
    import numpy as np

    import lossbook
    from lossbook.report.scales import aligned
    from lossbook.report.terminal import table

    screen.title("What a push is, and what it is not", aside)
    screen.paragraph(
        "A model does not move its predictions one by one. It moves its parameters θ, and each "
        "of them moves many predictions at once. To first order, a step θ ← θ - η ∂L/∂θ changes "
        "the predictions by"
    )
    screen.blank()
    screen.lines(["-η J Jᵀ ∂L/∂ŷ,   where J = ∂ŷ/∂θ has a row for each sample."], indent=6)
    screen.blank()
    screen.paragraph(
        "The loss asks for -η ∂L/∂ŷ; the model answers with what J Jᵀ makes of it. Here is one "
        "step of the line ŷ = w x + b, from w = b = 0, under the mean squared error:"
    )
    screen.blank()

    rate = 0.1
    x, y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 4.0])
    jacobian = np.column_stack([x, np.ones_like(x)])
    theta = np.zeros(2)
    before = jacobian @ theta
    gradient = lossbook.get("squared_error").gradient(y, before)
    after = jacobian @ (theta - rate * (jacobian.T @ gradient))
    columns = [
        aligned(x.tolist(), 2),
        aligned(y.tolist(), 2),
        aligned(before.tolist(), 2),
        aligned((-rate * gradient).tolist(), 3),
        aligned((after - before).tolist(), 3),
    ]
    rows = [list(row) for row in zip(*columns, strict=True)]
    header = ["x", "label", "before", "push asked for", "what the step did"]
    screen.lines(table(header, rows, left=(), unicode=screen.unicode), indent=2)
    screen.blank()
    screen.paragraph(
        "The first two samples asked for the same push and got different ones, larger than asked "
        "for: the samples share w and b, so the third, which is far off, moves the others too. "
        "The two columns agree where J Jᵀ is the identity, for example where each prediction has "
        "a parameter of its own, as on the pages before. For a curved model the formula holds to "
        "first order only, for small steps."
    )
    screen.blank()
    screen.paragraph("Next: lossbook list, or lossbook show quantile --tau 0.9")
