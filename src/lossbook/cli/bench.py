"""``lossbook bench``: lossbook beside other libraries, called on arrays or training models."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lossbook.cli.bench_training import refuse_others, train
from lossbook.cli.parameters import LossCommand, build_loss
from lossbook.cli.progress import progress_bar

if TYPE_CHECKING:
    from lossbook.bench.contenders import Peer
    from lossbook.bench.results import Run
    from lossbook.loss import Loss

__all__ = ["bench_command"]

QUICK_N, QUICK_ROUNDS = 10_000, 3
GROWTH = [step * 10**power for power in (5, 6, 7) for step in (1, 2, 5)] + [10**8]


class Several(click.ParamType):  # type: ignore[type-arg]  # not generic at run time
    """Words or numbers with commas between them."""

    def __init__(self, name: str, choices: Sequence[str] = (), numbers: bool = False) -> None:
        self.name = name
        self._choices, self._numbers = choices, numbers

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if not isinstance(value, str):
            return value
        words = [word.strip() for word in value.split(",") if word.strip()]
        if not words:
            self.fail("nothing is given.", param, ctx)
        return [self._word(word, param, ctx) for word in words]

    def _word(self, word: str, param: Any, ctx: Any) -> Any:
        if self._choices and word not in self._choices:
            known = ", ".join(self._choices)
            self.fail(f"{word!r} is not one of {known}.", param, ctx)
        if not self._numbers:
            return word
        try:
            # 10_000_000 and 1e7 are what people write.
            number = int(word) if word.replace("_", "").isdigit() else int(float(word))
        except (ValueError, OverflowError):
            self.fail(f"{word!r} is not a whole number.", param, ctx)
        if number < 1:
            self.fail(f"{word!r} is not 1 or more.", param, ctx)
        return number


class Shapes(Several):
    """Shapes such as 1000x10, with commas between them."""

    def _word(self, word: str, param: Any, ctx: Any) -> Any:
        rows, mark, classes = word.partition("x")
        if not mark:
            self.fail(f"{word!r} is not rows x classes, such as 1000x10.", param, ctx)
        return tuple(NUMBERS.convert(number, param, ctx)[0] for number in (rows, classes))


DTYPES = Several("dtypes", ["float32", "float64"])
OUTPUTS = Several("outputs", ["value", "value+gradient", "gradient+hessian", "all"])
LAYOUTS = Several("layouts", ["contiguous", "strided", "mixed", "integer"])
OUTS = Several("outs", ["new", "given"])
WEIGHTS = Several("weights", ["no", "yes"])
NUMBERS = Several("numbers", numbers=True)
NAMES = Several("names")
SHAPES = Shapes("shapes")


@click.command("bench", cls=LossCommand)
@click.option("--loss", "losses", type=NAMES, help="Losses, by any name.  [default: all]")
@click.option(
    "--dtype",
    "dtypes",
    type=DTYPES,
    default="float32,float64",
    show_default=True,
    help="float32, float64.",
)
@click.option(
    "--outputs",
    type=OUTPUTS,
    default="value+gradient",
    show_default=True,
    help="value, value+gradient, gradient+hessian, all.",
)
@click.option("--n", "sizes", type=NUMBERS, help="Numbers per call.  [default: 1000000]")
@click.option(
    "--shapes",
    type=SHAPES,
    help="Rows x classes, for losses of rows.  [default: n numbers, in 10 and 1000 classes]",
)
@click.option("--threads", default="1", show_default=True, help="Numbers of threads, or 'all'.")
@click.option("--weights", type=WEIGHTS, default="no", show_default=True, help="no, yes.")
@click.option(
    "--layout",
    "layouts",
    type=LAYOUTS,
    default="contiguous",
    show_default=True,
    help="contiguous; strided: every second place; mixed: labels of another dtype; integer: "
    "labels of int64.",
)
@click.option(
    "--out",
    "outs",
    type=OUTS,
    default="new",
    show_default=True,
    help="new: results in new arrays; given: in arrays that are there.",
)
@click.option(
    "--peers",
    type=NAMES,
    help="Contenders.  [default: all installed but compile and lossbook.compile]",
)
@click.option("--rounds", type=click.IntRange(1), help="Turns of each.  [default: 15]")
@click.option("--quick", is_flag=True, help=f"{QUICK_N} numbers and {QUICK_ROUNDS} rounds.")
@click.option("--growth", is_flag=True, help="How times grow with n, from 1e5 to 1e8.")
@click.option("--training", is_flag=True, help="Boosters, trained with lossbook.")
@click.option("--json", "json_path", metavar="FILE", help="Also write everything as JSON.")
@click.option("--plot", "plot_path", metavar="FILE", help="Also draw it, as .png or .svg.")
def bench_command(
    losses: list[str] | None,
    parameters: Mapping[str, object],
    threads: str,
    peers: list[str] | None,
    rounds: int | None,
    quick: bool,
    growth: bool,
    training: bool,
    json_path: str | None,
    plot_path: str | None,
    **axes: Any,
) -> None:
    """How fast a loss is, here, beside other libraries.

    Most options take several values with commas between them; all combinations are measured. Each
    library has a process of its own and takes its turn, round by round. A result is compared with
    lossbook's own on the array path before it is timed; one that is wrong is not timed.

    \b
      lossbook bench --quick
      lossbook bench --loss bce,hinge --n 4,1e6 --outputs value,value+gradient
      lossbook bench --loss softmax --from-logits --shapes 1000000x3,256x128256
      lossbook bench --loss pinball --tau 0.9 --peers numpy,compile --plot bench.svg
      lossbook bench --loss mse --growth --peers numpy,jax --plot growth.svg
    """
    _check_destinations(json_path, plot_path)
    counts = _thread_counts(threads)
    if training:
        refuse_others(click.get_current_context())
        train(counts, rounds, quick, json_path)
        return
    if growth and losses is None:
        raise click.UsageError("--growth needs --loss: all losses would take hours.")
    chosen = _losses(losses, parameters)
    contenders = _contenders(peers)
    from lossbook.bench.cases import cases
    from lossbook.bench.runner import run

    sizes = axes["sizes"] or (GROWTH if growth else [QUICK_N if quick else 1_000_000])
    shapes = axes["shapes"] or [(max(n // k, 1), k) for n in sizes for k in (10, 1000)]
    jobs = cases(
        chosen,
        axes["dtypes"],
        axes["outputs"],
        sizes,
        list(dict.fromkeys(shapes)),
        [word == "yes" for word in axes["weights"]],
        axes["layouts"],
        axes["outs"],
    )
    if not jobs:
        raise click.UsageError("nothing is left to measure: no such loss has such a layout.")
    rounds = rounds or (QUICK_ROUNDS if quick else 15)
    with progress_bar("starting") as progress:
        found = run(jobs, contenders, counts, rounds, progress)
    _print(found, growth)
    if json_path is not None:
        from lossbook.report.atomic import write_whole

        write_whole(json_path, json.dumps(found.record(), indent=2) + "\n")
    if plot_path is not None:
        from lossbook.bench.drawing import write_plot

        write_plot(found, plot_path, growth)


def _check_destinations(json_path: str | None, plot_path: str | None) -> None:
    """Hear of a wrong path before the work."""
    from lossbook.report.atomic import check_destination

    if json_path is not None:
        check_destination(json_path)
    if plot_path is not None:
        if Path(plot_path).suffix.lower() not in {".png", ".svg"}:
            raise click.UsageError(f"--plot takes a file in .png or .svg, not {plot_path!r}.")
        import matplotlib as mpl  # noqa: F401

        check_destination(plot_path)


def _thread_counts(text: str) -> list[int]:
    from lossbook.bench.machine import available_cores

    cores = available_cores()
    counts: list[int] = []
    for word in text.split(","):
        count = cores if word.strip() == "all" else int(word) if word.strip().isdigit() else 0
        if not 1 <= count <= cores:
            raise click.UsageError(
                f"--threads takes 'all' or numbers from 1 to {cores}, not {word!r}."
            )
        counts.append(count)
    return sorted(set(counts))


def _losses(names: list[str] | None, parameters: Mapping[str, object]) -> list[Loss]:
    from lossbook.bench.cases import default_losses

    if names is None:
        if parameters:
            raise click.UsageError("parameters of a loss need --loss.")
        return default_losses()
    return [build_loss(name, parameters) for name in names]


def _contenders(names: list[str] | None) -> list[Peer]:
    """The peers asked for, which must be there; else those that are there."""
    from lossbook.bench.contenders import PEERS

    if names is None:
        return [peer for peer in PEERS.values() if peer.by_default and not peer.missing()]
    for name in names:
        if name not in PEERS:
            raise click.UsageError(f"there is no peer {name!r}: the peers are {', '.join(PEERS)}.")
        missing = PEERS[name].missing()
        if missing:
            raise click.UsageError(
                f"{name} needs {', '.join(missing)}, which is not installed: "
                'pip install "lossbook[bench]"'
            )
    return [peer for name, peer in PEERS.items() if name in names]


def _print(run: Run, growth: bool) -> None:
    from lossbook.bench.table import folded, groups, remarks
    from lossbook.cli.screen import Screen
    from lossbook.report.terminal import table

    screen = Screen.of_output()
    machine = run.machine
    cores = "1 core" if machine["cores"] == 1 else f"{machine['cores']} cores"
    screen.title(f"lossbook bench, {run.rounds} rounds", f"{machine['processor']}, {cores}")
    screen.paragraph(", ".join(f"{name} {version}" for name, version in run.versions.items()))
    window = shutil.get_terminal_size((80, 24)).columns
    for heading, header, rows in groups(run, growth):
        screen.heading(screen.spelled(heading))
        for number, (head, body) in enumerate(folded(header, rows, window)):
            if number:
                screen.blank()
            screen.lines(table(head, body, unicode=screen.unicode), indent=2)
    screen.blank()
    for remark in remarks(run):
        screen.paragraph(remark)
    if any(finding.entries["lossbook"].status != "timed" for finding in run.findings):
        sys.stdout.flush()
        raise click.ClickException("lossbook itself is wrong or failed: see above.")
