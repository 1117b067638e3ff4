"""``lossbook docs`` opens the book where it was built; elsewhere it says how to build it."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import pytest
from click.testing import CliRunner

from lossbook.cli import docs
from lossbook.cli.group import lossbook


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone of the repository, and a folder in it from which the command is run."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "conf.py").touch()
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "lossbook"\n')
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    # Neither the clone of these tests, nor one around an installed package.
    monkeypatch.setattr(docs, "__file__", str(tmp_path / "src" / "docs.py"))
    return tmp_path


@pytest.fixture
def opened(monkeypatch):
    found = []
    monkeypatch.setattr(webbrowser, "open", found.append)
    return found


def run(*words):
    return CliRunner().invoke(lossbook, ["docs", *words])


def build(clone, page):
    path = clone / "build" / "site" / page
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_the_front_page_is_opened(clone, opened):
    path = build(clone, "index.html")
    result = run()
    assert result.exit_code == 0
    assert result.output == f"{path}\n"
    assert opened == [path.as_uri()]


def test_the_page_of_a_loss_by_any_of_its_names(clone, opened):
    path = build(clone, "losses/quantile.html")
    assert run("pinball").output == f"{path}\n"
    assert opened == [path.as_uri()]


def test_only_the_path_is_printed(clone, opened):
    path = build(clone, "index.html")
    assert run("--no-open").output == f"{path}\n"
    assert opened == []


def test_a_book_that_is_not_built(clone, opened):
    result = run()
    assert result.exit_code == 2
    assert f"Build it with: cd {clone} && pip install nox && nox -s site" in result.output
    assert opened == []


def test_outside_of_a_clone(clone, opened):
    (clone / "pyproject.toml").write_text('[project]\nname = "another"\n')
    result = run()
    assert result.exit_code == 2
    assert "in a clone of the repository" in result.output
    assert opened == []


def test_a_name_that_is_none(clone):
    build(clone, "index.html")
    result = run("nosuchloss")
    assert result.exit_code == 2
    assert "there is no loss named 'nosuchloss'" in result.output


def test_the_site_lies_where_nox_builds_it():
    noxfile = Path(__file__).parents[2] / "noxfile.py"
    assert f'"docs", "{docs.SITE}"' in noxfile.read_text(encoding="utf-8")
