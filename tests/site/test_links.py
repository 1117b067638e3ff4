"""Links of documents hold on the site too; those that lead nowhere are found."""

from __future__ import annotations

import pytest

SOURCE = "docs"


@pytest.fixture
def repository(tmp_path):
    for name in ("docs/accuracy.md", "docs/images/a.svg", "LICENSE", "CONTRIBUTING.md"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[errors](docs/accuracy.md)", "[errors](/accuracy.md)"),
        ("![a picture](docs/images/a.svg)", "![a picture](/images/a.svg)"),
        ("[how](CONTRIBUTING.md)", "[how](/contributing.md)"),
        ("[LICENSE](LICENSE)", "LICENSE"),
        ("[nox](https://nox.thea.codes)", "[nox](https://nox.thea.codes)"),
        ("[below](#facts)", "[below](#facts)"),
    ],
)
def test_links_of_a_document_become_those_of_the_site(made_with, repository, link, expected):
    rewritten = made_with("documents").rewritten
    assert rewritten(f"See {link}.", repository, repository / SOURCE) == f"See {expected}."


@pytest.fixture
def checks(made_with, tmp_path, monkeypatch):
    tool = made_with("site_checks")
    monkeypatch.setattr(tool, "SITE", tmp_path)
    return tool


def write(folder, **pages):
    paths = []
    for name, text in pages.items():
        path = folder / f"{name.replace('__', '/')}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        paths.append(path)
    return paths


def test_links_that_lead_somewhere(checks, tmp_path):
    paths = write(
        tmp_path,
        index='<a href="losses/huber.html#facts">x</a> <a href="https://example.org">y</a>',
        losses__huber='<h2 id="facts"></h2><a href="../index.html">z</a><a href="#facts">w</a>',
        explorer='<a href="explorer.html#losses=huber">x</a>',
    )
    assert [*checks.dead_links(paths)] == []


@pytest.mark.parametrize("link", ["nowhere.html", "index.html#nowhere", "#nowhere", "a.svg"])
def test_a_link_that_leads_nowhere(checks, tmp_path, link):
    paths = write(tmp_path, index=f'<h1 id="top"></h1><a href="{link}">x</a>')
    (problem,) = checks.dead_links(paths)
    assert problem.startswith(f"index.html: {link} ")


def test_a_loss_without_a_derivation(checks, tmp_path):
    paths = write(
        tmp_path,
        losses__index="",
        losses__one='<section id="derivation"></section>',
        losses__other='<section id="facts"></section>',
    )
    assert [*checks.without_derivation(paths)] == ["losses/other.html: has no derivation"]
