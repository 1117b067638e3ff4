"""`lossbook list` and `lossbook show` follow the registry."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import click
import pytest
from click.testing import CliRunner

import lossbook
from lossbook import registry
from lossbook.cli.parameters import LossCommand
from lossbook.facts import Example, Facts

NAMES = [loss.name for loss in lossbook.catalogue()]
WIDEST = 80


@pytest.fixture
def newcomer() -> Iterator[type[lossbook.Loss]]:
    """A loss of a user's own, registered by its definition alone."""

    class FourthPower(lossbook.ResidualLoss):
        r"""Fourth power of the error: a few large misses outweigh everything.

        Not part of the summary.
        """

        scale: float = lossbook.parameters.positive(1.0)

        kind = "regression"
        aliases = {"quartic": {}}
        example = Example(y_true=[0, 0], y_pred=[1, -2])

        @property
        def facts(self) -> Facts:
            return Facts(convex=True)

        def value(self, m: Any, r: Any) -> Any:
            return self.scale * r * r * r * r

        def deriv(self, m: Any, r: Any) -> Any:
            return 4 * self.scale * r * r * r

        def deriv2(self, m: Any, r: Any) -> Any:
            return 12 * self.scale * r * r

    yield FourthPower
    registry.unregister(FourthPower)


def test_list_names_every_loss_and_alias(run: Any) -> None:
    text = " ".join(run("list").output.split())
    for loss in lossbook.catalogue():
        assert loss.name in text
        assert all(alias in text for alias in loss.aliases)


def test_list_fits_80_columns(process: Any) -> None:
    lines = process("list").stdout.splitlines()
    assert max(map(len, lines)) <= WIDEST


def test_list_as_json(run: Any) -> None:
    entries = {entry["name"]: entry for entry in json.loads(run("list", "--format", "json").output)}
    assert list(entries) == NAMES
    assert entries["quantile"]["parameters"] == {"tau": 0.5}
    assert entries["binary_cross_entropy"]["aliases"]["binary:logistic"] == {"from_logits": True}


def test_list_as_csv(run: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(run("list", "--format", "csv").output)))
    assert [row["name"] for row in rows] == NAMES
    assert all(row["summary"] for row in rows)


@pytest.mark.parametrize("name", NAMES)
def test_show_says_everything(run: Any, name: str) -> None:
    result = run("show", name)
    assert result.exit_code == 0, result.output
    for part in ("Formulas", "Facts", "convex", "Worked example", "value at", "gradient at"):
        assert part in result.output
    mean = lossbook.get(name)(lossbook.get(name).example.y_true, lossbook.get(name).example.y_pred)
    assert f"The mean is {mean:.6g};" in result.output


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("squared_error", "strongly: the curvature is 2 or more"),
        ("hinge", "yes, not strictly"),
        ("welsch", "no, but one valley"),
        ("periodic", "no, several valleys"),
    ],
)
def test_show_says_how_convex(run: Any, name: str, words: str) -> None:
    assert re.search(rf"convex +{words}\n", run("show", name).output)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_show_fits_80_columns(process: Any, name: str, encoding: str) -> None:
    lines = process("show", name, PYTHONIOENCODING=encoding).stdout.splitlines()
    assert max(map(len, lines)) <= WIDEST


def test_show_takes_the_parameters_of_the_loss_in_any_place(run: Any) -> None:
    for words in (
        ["quantile", "--tau", "0.9"],
        ["--tau=0.9", "pinball"],
        ["--tau", "0.9", "Quantile"],
    ):
        output = run("show", *words).output
        assert output.startswith("Quantile(tau=0.9)")
        assert "quantile 0.9" in output


def test_show_takes_switches_both_ways(run: Any) -> None:
    assert run("show", "bce", "--from-logits").output.startswith(
        "BinaryCrossEntropy(from_logits=True)"
    )
    assert run("show", "softmax", "--no-from-logits").output.startswith(
        "CrossEntropy(from_logits=False)"
    )


def test_a_parameter_may_be_named_like_an_argument_of_the_command(
    newcomer: type[lossbook.Loss],
) -> None:
    @click.command(cls=LossCommand)
    @click.argument("scale")
    def command(scale: str, parameters: dict[str, object]) -> None:
        click.echo(f"{scale} {parameters}")

    assert "scale" in newcomer.__dataclass_fields__
    result = CliRunner().invoke(command, ["mine", "--scale", "2"])
    assert result.output == "mine {'scale': '2'}\n"


def test_show_without_sympy_says_how_to_get_it(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sympy", None)
    result = run("show", "hinge")
    assert result.exit_code == 0
    assert 'pip install "lossbook[cli]"' in result.output
    assert "Worked example" in result.output


def test_a_new_loss_appears_by_itself(run: Any, newcomer: type[lossbook.Loss]) -> None:
    entries = json.loads(run("list", "--format", "json").output)
    entry = next(entry for entry in entries if entry["name"] == newcomer.name)
    assert entry["summary"] == "Fourth power of the error: a few large misses outweigh everything."
    output = run("show", "quartic", "--scale", "2").output
    assert output.startswith("FourthPower(scale=2.0)")
    assert "The mean is 17;" in output
