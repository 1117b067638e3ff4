"""The page as a file: one file, nothing to load, nothing of the user's written over."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from explorer.drawn import every, formulas
from lossbook.cli.group import lossbook
from lossbook.explorer.modules import join
from lossbook.printers.formulas import drawn_losses, formula_name


def test_every_formula_is_in_it() -> None:
    assert [f["key"] for f in formulas()] == [formula_name(loss) for loss in drawn_losses()]


def test_every_value_has_a_formula_and_most_derivatives() -> None:
    written = [(f["key"], each["of"], each["math"]) for f in formulas() for each in f["math"]]
    left_out = [of for _, of, text in written if text is None]
    assert "value" not in left_out
    assert len(left_out) < 0.02 * len(written)
    for _, _, text in written:
        if text is not None:
            ET.fromstring(text)
            assert "piecewise" not in text.lower()


def test_what_a_long_formula_repeats_has_a_name() -> None:
    (curvature,) = (
        each["math"]
        for formula in formulas()
        for each in formula["math"]
        if (formula["key"], each["of"]) == ("binary_focal", "curvature")
    )
    names = [line[-1] for line in re.findall(r"where\u00a0</mtext><mrow><mi>(\w)</mi>", curvature)]
    assert len(names) > 2
    assert len(set(names)) == len(names)
    assert all(curvature.count(f"<mi>{name}</mi>") > 1 for name in names)


def test_parameters_have_their_usual_value_on_the_slider() -> None:
    for entry in every():
        for parameter in entry["parameters"]:
            assert parameter["usual"] is None or parameter["usual"] in parameter["values"]
            assert len(parameter["values"]) > 10


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("src", "href", "action")]


def test_it_refers_to_nothing_outside(page_file: Path) -> None:
    text = page_file.read_text(encoding="utf-8")
    links = Links()
    links.feed(text)
    assert links.found == ["data:,"]
    assert set(re.findall(r"https?://[\w./]+", text)) == {"http://www.w3.org/2000/svg"}
    assert "{{" not in re.sub(r"\$\{\{", "", text)
    assert not re.search(r"^(import|export) ", text, re.MULTILINE)


def test_modules_that_import_each_other_are_refused() -> None:
    sources = {name: f'import {{ x }} from "./{other}.js";\n' for name, other in ("ab", "bc", "ca")}
    with pytest.raises(ValueError, match="a -> b -> c -> a"):
        join(sources)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The command in a folder of its own, with a browser that only notes what it shall show."""
    monkeypatch.chdir(tmp_path)
    shown: list[str] = []
    monkeypatch.setattr("click.launch", lambda url: shown.append(url) or 0)
    # What takes a second is left out.
    monkeypatch.setattr("lossbook.explorer.page.contents", list)
    monkeypatch.setattr("lossbook.explorer.page.print_formulas", str)

    def call(*words: str) -> Any:
        result = CliRunner().invoke(lossbook, ["explore", *words])
        result.shown = list(shown)  # type: ignore[attr-defined]
        return result

    return call


def test_command_writes_the_page_and_shows_it(run: Any, tmp_path: Path) -> None:
    result = run()
    assert (result.exit_code, result.output) == (0, "Written: lossbook-explorer.html\n")
    assert result.shown == [(tmp_path / "lossbook-explorer.html").as_uri()]
    result = run("--no-open")  # over its own page
    assert result.exit_code == 0
    assert len(result.shown) == 1


def test_command_leaves_other_files_alone(run: Any, tmp_path: Path) -> None:
    own = tmp_path / "notes.html"
    own.write_text("mine", encoding="utf-8")
    result = run("--output", "notes.html")
    assert result.exit_code == 2
    assert result.stderr == (
        "lossbook: error: notes.html is there and is no explorer page: "
        "choose another --output, or --force.\n"
    )
    assert own.read_text(encoding="utf-8") == "mine"
    assert run("--output", "notes.html", "--force", "--no-open").exit_code == 0
    assert own.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_command_says_where_it_cannot_write(run: Any) -> None:
    result = run("--output", "nowhere/page.html")
    assert result.exit_code == 2
    assert result.stderr == "lossbook: error: nowhere/page.html: No such file or directory.\n"
