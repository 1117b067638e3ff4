"""What a page says about a loss, beside what is known about it from elsewhere."""

from __future__ import annotations

import pytest

import lossbook as lb


def rows(text):
    """The cells of a table of Markdown, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


FAST = "0, faster than any power"
RISES = r"$\infty$, like "


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        # Value, gradient and Hessian towards minus infinity, then towards infinity.
        (
            lb.SquaredError(),
            [
                [RISES + r"$\|t\|^{2}$", r"$-\infty$, like $-2 \|t\|$", "2"],
                [RISES + r"$\|t\|^{2}$", RISES + r"$2 \|t\|$", "2"],
            ],
        ),
        (
            lb.Quantile(tau=0.75),
            [[RISES + r"$0.75 \|t\|$", "-0.75", "0"], [RISES + r"$0.25 \|t\|$", "0.25", "0"]],
        ),
        # log(1 + r**2 / c**2) c**2 / 2 grows like c**2 log r; its slope is c**2 r / (c**2 + r**2).
        (
            lb.Cauchy(c=2.0),
            [
                [
                    RISES + r"$4 \log \|t\|$",
                    r"0, like $-4 / \|t\|$",
                    r"0, like $-4 / \|t\|^{2}$",
                ],
                [RISES + r"$4 \log \|t\|$", r"0, like $4 / \|t\|$", r"0, like $-4 / \|t\|^{2}$"],
            ],
        ),
        (
            lb.Poisson(),
            [
                [RISES + r"$\|t\|$", "-1", FAST],
                [r"$\infty$, faster than any power"] * 3,
            ],
        ),
        (lb.TukeyBiweight(c=6.0), [["6", "0", "0"]] * 2),
    ],
    ids=lambda value: repr(value) if isinstance(value, lb.Loss) else "",
)
def test_tails_are_the_limits(made_with, loss, expected):
    tails = made_with("loss_pages.tails").tails
    assert [row[1:] for row in rows(tails(loss))] == expected


def test_tails_at_the_ends_of_an_interval(made_with):
    tails = made_with("loss_pages.tails").tails
    shown = {row[0]: row[1:] for row in rows(tails(lb.BinaryCrossEntropy()))}
    assert shown["$y = 1$, at 0"] == [r"$\infty$", r"$-\infty$", r"$\infty$"]
    assert shown["$y = 1$, at 1"] == ["0", "-1", "1"]


def test_kinks_have_both_sides(made_with):
    kinks = made_with("loss_pages.kinks").kinks
    assert rows(kinks(lb.Quantile(tau=0.75))) == [["0", "-0.75", "0", "0.25"]]
    assert kinks(lb.SquaredError()) == ""


def test_a_picture_is_part_of_its_page(made_with):
    picture = made_with("loss_pages.pictures").picture
    drawn = picture(lb.Hinge())
    assert drawn.count("<svg") == drawn.count('role="img"') == 3
    assert 'aria-label="Gradient of Hinge() against the prediction"' in drawn
    assert "currentColor" in drawn
    assert "http" not in drawn.replace("http://www.w3.org/", "")


def test_a_session_shows_what_came_out(made_with):
    session = made_with("loss_pages.sessions").session
    shown = session("x = 2\ndef twice(y):\n    return 2 * y\ntwice(x)\nprint('done')", {})
    assert shown.splitlines() == [
        "```python",
        ">>> x = 2",
        ">>> def twice(y):",
        "...     return 2 * y",
        "...",
        ">>> twice(x)",
        "4",
        ">>> print('done')",
        "done",
        "```",
    ]


def test_a_session_that_fails_is_an_error(made_with):
    with pytest.raises(ZeroDivisionError):
        made_with("loss_pages.sessions").session("1 / 0", {})


def test_relatives_share_what_is_said(made_with):
    relatives = made_with("loss_pages.relatives").relatives
    first = relatives(lb.Poisson()).splitlines()[0]
    assert "the same best constant, the mean" in first
    assert "(squared_hinge.md)" in relatives(lb.Hinge())


@pytest.mark.parametrize(
    "name", ["squared_error", "binary_cross_entropy", "cross_entropy", "gaussian_nll"]
)
def test_a_page_has_a_derivation(made_with, name):
    derivation = made_with("loss_pages.derivation").derivation
    shown = derivation(lb.get(name))
    assert shown.count(r"\begin{align*}") >= 3
    for part in ("Value", "Gradient", "Hessian"):
        assert any(line.startswith(f"**{part}") for line in shown.splitlines())


def test_every_kind_has_a_title_in_the_catalogue(made_with):
    titles = made_with("loss_pages.index")._TITLES
    assert set(titles) == {cls.kind for cls in lb.catalogue() if cls.kind != "own"}


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("See {doc}`Huber </losses/huber>`.", "See **Huber**."),
        ("{meth}`lossbook.Loss.plot` draws.", "`lossbook.Loss.plot` draws."),
        ("a `code` and $x$", "a `code` and $x$"),
        (
            ":::{dropdown} Answer\nIt is 1.\n:::\n\nNext",
            "<details><summary>Answer</summary>\n\nIt is 1.\n\n</details>\n\nNext",
        ),
        (":::{note}\nMind.\n:::", "Mind.\n"),
    ],
)
def test_notebooks_to_download_hold_plain_markdown(made_with, written, plain):
    assert made_with("notebooks").in_plain(written) == plain
