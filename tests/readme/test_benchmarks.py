"""The figures in documents are those that were measured; and what measures them runs."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from lossbook.bench.results import Run
from readme.documents import README, ROOT, links

FOLDER = ROOT / "benchmarks"


@pytest.fixture
def page(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import page

    return page


@pytest.fixture
def elsewhere(page, tmp_path, monkeypatch):
    """The documents, where a test may change them."""
    for name in ("PAGE", "README", "RESULTS"):
        copy = tmp_path / getattr(page, name).name
        shutil.copy(getattr(page, name), copy)
        monkeypatch.setattr(page, name, copy)
    monkeypatch.setattr(page, "ROOT", tmp_path)
    monkeypatch.setattr(page, "IMAGES", tmp_path / "images")
    shutil.copytree(ROOT / "docs" / "images", tmp_path / "images")
    return page


def test_documents_show_what_was_measured(page):
    assert page.stale(page.RESULTS) == []


def test_pictures_are_those_of_the_page(page):
    shown = [target for target in links(page.PAGE) if target.startswith("images/")]
    kept = {path.name for path in page.IMAGES.glob("benchmark_*")}
    assert (
        sorted(shown)
        == sorted(f"images/{name}" for name in kept)
        == sorted(f"images/{name}" for name in page.PICTURES)
    )


def test_links_lead_somewhere(page):
    for target in links(page.PAGE):
        assert (page.PAGE.parent / target).exists(), target


def test_another_figure_makes_them_stale(elsewhere, capsys):
    record = json.loads(elsewhere.RESULTS.read_text())
    own = record["sets"]["pointwise"]["cases"][0]["contenders"]["lossbook"]
    own["seconds"] *= 2
    elsewhere.RESULTS.write_text(json.dumps(record))
    everything = {"benchmarks.md", "README.md", *(f"images/{name}" for name in elsewhere.PICTURES)}
    assert set(elsewhere.stale(elsewhere.RESULTS)) == everything
    assert elsewhere.main(["--check"]) == 1
    assert capsys.readouterr().out.count("run python benchmarks/page.py") == len(everything)
    assert elsewhere.main([]) == 0
    assert elsewhere.main(["--check"]) == 0


def test_a_figure_typed_by_hand_is_noticed(elsewhere):
    for path in (elsewhere.PAGE, elsewhere.README):
        text = path.read_text()
        begin = text.index(elsewhere.BEGIN) if path == elsewhere.README else 0
        digit = re.compile(r"(?<=\| )\d").search(text, begin)
        path.write_text(f"{text[: digit.start()]}7{int(digit[0])}{text[digit.end() :]}")
    assert set(elsewhere.stale(elsewhere.RESULTS)) == {"benchmarks.md", "README.md"}


def test_readme_links_to_the_page():
    assert "docs/benchmarks.md" in links(README)


def test_the_script_measures_every_set_that_the_page_shows(page, tmp_path, monkeypatch):
    import run

    names = set(json.loads(page.RESULTS.read_text())["sets"])
    assert names == {*run.sets(False), "training"} == {*run.sets(True), "training"}
    # One of them in small, so that the way from there to a record is walked.
    monkeypatch.setattr(run, "FEW", ("numpy",))
    path = tmp_path / "quick.json"
    run.main(["--quick", "--sets", "growth given", "--to", str(path)])
    found = json.loads(path.read_text())
    cases = Run.read(found["sets"]["growth given"])
    assert {finding.case.out for finding in cases.findings} == {"given"}
    assert set(cases.versions) == {"lossbook", "numpy"}
    assert found["quick"]
    assert set(found["import_ms"]) == {"numpy", "lossbook", "lossbook and first call"}
    with pytest.raises(SystemExit):
        run.main(["--sets", "nonsense"])
