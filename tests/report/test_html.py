"""The page: whole, self-contained, harmless, and right."""

from __future__ import annotations

import dataclasses
import math
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from lossbook.report.html import render_report
from lossbook.scale.results import Evaluation, Histogram, ReliabilityBin, Summary, WorstRow

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;"
VOID = {"meta", "link", "br", "img", "input", "hr"}


def summary(group: str | None = None, **changes: Any) -> Summary:
    worst = (
        WorstRow(row=1234, y_true=1.0, y_pred=0.0, weight=1.0, group=group, loss=math.inf),
        WorstRow(row=7, y_true=0.0, y_pred=0.75, weight=1.0, group=group, loss=1.3862943611),
    )
    numbers = {
        "group": group,
        "rows": 1500,
        "weight": 1500.0,
        "mean": 0.25,
        "standard_error": 0.0125,
        "sum": 375.0,
        "minimum": 0.0,
        "maximum": 1.3862943611,
        "mean_gradient": 0.5,
        "baseline": 1.0,
        "skill": 0.75,
        "worst": worst,
    }
    return Summary(**{**numbers, **changes})


def evaluation(**changes: Any) -> Evaluation:
    parts: dict[str, Any] = {
        "file": "folder/predictions.csv",
        "file_bytes": 20_480,
        "loss": "binary_cross_entropy",
        "parameters": {"from_logits": False},
        "kind": "binary",
        "y_true": ("label",),
        "y_pred": ("p",),
        "weight": None,
        "by": None,
        "total": summary(),
        "groups": (),
        "skipped_rows": 0,
        "nulls": {},
        "functional": "mean",
        "constant": 0.625,
        "histogram": Histogram(
            scale="log",
            edges=(0.001, 0.01, 0.1, 1.0, 10.0),
            counts=(10, 200, 800, 400),
            zeros=88,
            below=0,
            above=0,
            infinite=2,
            quantiles=((0.5, 0.2), (0.99, 4.0)),
        ),
        "reliability": (
            ReliabilityBin(0.0, 0.5, 700, 700.0, 0.2, 0.25),
            ReliabilityBin(0.5, 1.0, 800, 800.0, 0.9, 0.85),
        ),
    }
    return Evaluation(**{**parts, **changes})


class Reader(HTMLParser):
    """Collects tags and attributes, and insists that tags are closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


GROUPS = (summary("north"), summary("south", mean=0.5, skill=0.5), summary(""))


def test_says_the_numbers() -> None:
    text = " ".join(read(render_report(evaluation())).text.split())
    for shown in ("0.25 ± 0.013", "75.0 %", "1,500", "375", "0.625", "20.5 kB", "1,234", "inf"):
        assert shown in text
    assert "88 rows have a loss of exactly 0. 2 rows have an infinite loss." in text


def test_asks_for_nothing_from_outside() -> None:
    page = render_report(evaluation(groups=GROUPS, by="region"))
    assert not re.search(r"https?:|//[a-z]|url\(|@import|<script|javascript:", page)
    for tag, attributes in read(page).tags:
        assert tag not in {"script", "img", "iframe", "object", "embed", "base", "form"}
        for name in ("src", "href", "xlink:href", "action"):
            assert attributes.get(name) in {None, "data:,"}
        assert not any(name.startswith("on") for name in attributes)


@pytest.mark.parametrize("place", ["file", "loss", "column", "group", "weight", "functional"])
def test_names_from_the_file_stay_text(place: str) -> None:
    changes: dict[str, dict[str, Any]] = {
        "file": {"file": HOSTILE},
        "loss": {"loss": HOSTILE, "parameters": {HOSTILE: HOSTILE}},
        "column": {"y_true": (HOSTILE, "b"), "y_pred": (HOSTILE, "c"), "nulls": {HOSTILE: 3}},
        "group": {
            "by": HOSTILE,
            "groups": (summary(HOSTILE), summary("b")),
            "total": dataclasses.replace(summary(HOSTILE), group=None),
        },
        "weight": {"weight": HOSTILE},
        "functional": {"functional": HOSTILE},
    }
    page = render_report(evaluation(**changes[place]))
    reader = read(page)
    assert "<script" not in page
    assert "<img" not in page
    assert "alert(1)" in reader.text or place == "file"
    assert not any("onerror" in attributes for _, attributes in reader.tags)


def test_figures_and_tables_speak_to_a_screen_reader() -> None:
    page = render_report(evaluation(groups=GROUPS, by="region"))
    tags = read(page).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    figures = [attributes for tag, attributes in tags if tag == "svg"]
    assert len(figures) == 3
    for attributes in figures:
        assert attributes["role"] == "img"
        assert set((attributes["aria-labelledby"] or "").split()) <= set(ids)
    assert all(attributes.get("scope") for tag, attributes in tags if tag == "th")
    assert [tag for tag, _ in tags].count("caption") == [tag for tag, _ in tags].count("table")


def test_follows_the_scheme_of_the_reader_and_fits_a_phone() -> None:
    page = render_report(evaluation())
    assert "prefers-color-scheme: dark" in page
    assert "width=device-width" in page


def test_the_bars_have_the_lengths_of_the_means() -> None:
    page = render_report(evaluation(groups=GROUPS[:2], by="region"))
    figure = page[page.index('aria-labelledby="groups-title') :]
    widths = [float(w) for w in re.findall(r'class="bar".*?width="([\d.]+)"', figure)]
    assert widths[1] == pytest.approx(2 * widths[0], abs=0.05)


def test_many_groups_are_cut_and_said_so() -> None:
    many = tuple(summary(f"g{i}", mean=float(i), worst=()) for i in range(600))
    page = render_report(evaluation(groups=many, by="shop"))
    text = read(page).text
    assert "The 24 largest of 600 groups." in text
    assert "(the first 500 of 600)" in text
    assert "g599" in text


@pytest.mark.parametrize(
    "changes",
    [
        {"mean": None, "standard_error": None, "baseline": None, "skill": None, "maximum": None},
        {"mean": math.inf, "sum": math.inf, "maximum": math.inf, "skill": None},
        {"rows": 1, "standard_error": None, "worst": ()},
        {"skill": -0.5, "mean": 1.5},
        {"skill": 0.0, "mean": 1.0},
    ],
)
def test_what_is_missing_or_infinite_is_said(changes: dict[str, Any]) -> None:
    groups = (summary("a", **changes), summary("b"))
    page = render_report(evaluation(total=summary(**changes), groups=groups, by="region"))
    text = read(page).text
    assert "None" not in text
    assert "nan" not in text


@pytest.mark.parametrize(
    ("edges", "counts", "scale"),
    [
        ((), (), "linear"),
        ((0.0, 1.0), (5,), "linear"),
        ((0.0, 0.0), (5,), "linear"),
        ((2.0, 2.1), (5,), "log"),
        ((1e-300, 1.0, 1e300), (5, 6), "log"),
    ],
)
def test_any_distribution_can_be_drawn(
    edges: tuple[float, ...], counts: tuple[int, ...], scale: str
) -> None:
    shape = dataclasses.replace(
        evaluation().histogram, edges=edges, counts=counts, scale=scale, below=2, above=3
    )
    read(render_report(evaluation(histogram=shape, reliability=None)))


def test_several_columns_of_predictions() -> None:
    row = WorstRow(3, 2.0, (0.1, 0.2, 0.7), 1.0, None, 2.302585)
    page = render_report(
        evaluation(
            y_pred=("a", "b", "c"),
            constant=(0.2, 0.3, 0.5),
            total=summary(worst=(row,)),
            reliability=None,
        )
    )
    text = read(page).text
    for shown in ("prediction a", "prediction c", "0.2, 0.3, 0.5", "0.7"):
        assert shown in text


def test_the_same_evaluation_gives_the_same_page() -> None:
    assert render_report(evaluation()) == render_report(evaluation())
