"""``lossbook bench``: lossbook beside NumPy, numexpr, numba, scikit-learn, PyTorch and JAX."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lossbook.cli.parameters import LossCommand, build_loss
from lossbook.cli.progress import progress_bar

if TYPE_CHECKING:
    from lossbook.bench.contenders import Peer
    from lossbook.bench.results import Run
    from lossbook.loss import Loss

__all__ = ["bench_command"]

QUICK_N, QUICK_ROUNDS = 10_000, 3


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


DTYPES = Several("dtypes", ["float32", "float64"])
OUTPUTS = Several("outputs", ["value", "value+gradient", "gradient+hessian", "all"])
LAYOUTS = Several("layouts", ["contiguous", "strided", "mixed"])
WEIGHTS = Several("weights", ["no", "yes"])
NUMBERS = Several("numbers", numbers=True)
NAMES = Several("names")


@click.command("bench", cls=LossCommand)
@click.option("--loss", "losses", type=NAMES, help="Losses, by any name.  [default: all]")
@click.option("--dtype", "dtypes", type=DTYPES, default="float32,float64", show_default=True)
@click.option("--outputs", type=OUTPUTS, default="value+gradient", show_default=True)
@click.option("--n", "sizes", type=NUMBERS, help="Numbers per call.  [default: 1000000]")
@click.option(
    "--classes",
    type=NUMBERS,
    default="10,1000",
    show_default=True,
    help="Classes of a loss of rows, which has n / classes rows.",
)
@click.option("--threads", default="1", show_default=True, help="Numbers of threads, or 'all'.")
@click.option("--weights", type=WEIGHTS, default="no", show_default=True)
@click.option(
    "--layout",
    "layouts",
    type=LAYOUTS,
    default="contiguous",
    show_default=True,
    help="strided: every second place; mixed: labels of another dtype.",
)
@click.option(
    "--peers",
    type=NAMES,
    help="Contenders.  [default: all installed but compile and lossbook.compile]",
)
@click.option("--rounds", type=click.IntRange(1), help="Turns of each.  [default: 15]")
@click.option("--quick", is_flag=True, help=f"{QUICK_N} numbers and {QUICK_ROUNDS} rounds.")
@click.option("--json", "json_path", metavar="FILE", help="Also write everything as JSON.")
@click.option("--plot", "plot_path", metavar="FILE", help="Also draw it, as .png or .svg.")
def bench_command(
    losses: list[str] | None,
    parameters: Mapping[str, object],
    threads: str,
    peers: list[str] | None,
    rounds: int | None,
    quick: bool,
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
      lossbook bench --loss pinball --tau 0.9 --peers numpy,compile --plot bench.svg
    """
    _check_destinations(json_path, plot_path)
    counts = _thread_counts(threads)
    chosen = _losses(losses, parameters)
    contenders = _contenders(peers)
    from lossbook.bench.cases import cases
    from lossbook.bench.runner import run

    jobs = cases(
        chosen,
        axes["dtypes"],
        axes["outputs"],
        axes["sizes"] or [QUICK_N if quick else 1_000_000],
        axes["classes"],
        [word == "yes" for word in axes["weights"]],
        axes["layouts"],
    )
    rounds = rounds or (QUICK_ROUNDS if quick else 15)
    with progress_bar("starting") as progress:
        found = run(jobs, contenders, counts, rounds, progress)
    _print(found)
    if json_path is not None:
        from lossbook.report.atomic import write_whole

        write_whole(json_path, json.dumps(found.record(), indent=2) + "\n")
    if plot_path is not None:
        from lossbook.bench.drawing import write_plot

        write_plot(found, plot_path)


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


def _print(run: Run) -> None:
    from lossbook.bench.table import groups, remarks
    from lossbook.cli.screen import Screen
    from lossbook.report.terminal import table

    screen = Screen.of_output()
    machine = run.machine
    cores = "1 core" if machine["cores"] == 1 else f"{machine['cores']} cores"
    screen.title(f"lossbook bench, {run.rounds} rounds", f"{machine['processor']}, {cores}")
    screen.paragraph(", ".join(f"{name} {version}" for name, version in run.versions.items()))
    for heading, header, rows in groups(run):
        screen.heading(screen.spelled(heading))
        screen.lines(table(header, rows, unicode=screen.unicode), indent=2)
    screen.blank()
    for remark in remarks(run):
        screen.paragraph(remark)
    if any(finding.entries["lossbook"].status != "timed" for finding in run.findings):
        sys.stdout.flush()
        raise click.ClickException("lossbook itself is wrong or failed: see above.")
