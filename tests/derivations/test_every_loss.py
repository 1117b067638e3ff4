"""Every loss has a derivation, and all of its lines hold."""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET

import pytest

import lossbook as lb
from lossbook.derivations.html import document
from lossbook.derivations.latex import words
from variants import every_formula

WIDEST = 80
# No kernel takes part in a derivation: where the tests run once more without, a few will do.
LOSSES = every_formula()[:: 10 if os.environ.get("LOSSBOOK_NATIVE") == "0" else 1]


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_derivation_is_right_and_can_be_read(loss: lb.Loss) -> None:
    derivation = loss.derivation()  # an error if a line is wrong
    orders = {part.order for part in derivation.parts}
    assert {0, 1, 2} <= orders
    for part in derivation.parts:
        # Each line but a first one says what leads to it.
        assert all(line.reason or line.left is not None for line in part.lines[1:]), part
    _check_text(derivation)
    _check_latex(derivation.latex())
    for said in [line.reason for part in derivation.parts for line in part.lines]:
        outside = re.sub(r"\$[^$]*\$", "", words(said))
        assert not re.search(r"\^|(?<!\\)_|\$|&|%|#", outside), said
    ET.fromstring(document(derivation).replace("&#160;", " "))


def _check_text(derivation: lb.Derivation) -> None:
    for unicode in (True, False):
        text = derivation.text(80, unicode)
        assert max(map(len, text.splitlines())) <= WIDEST, text
        assert unicode or text.isascii()
        for internal in ("Slope(", "Entry(", "Total(", "Piecewise", r"\hat"):
            assert internal not in text


def _check_latex(latex: str) -> None:
    depth = 0
    for place, sign in enumerate(latex):
        if latex[place - 1] != "\\":
            depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0
    opened, closed = (re.findall(rf"\\{side}[(\[|{{)\]]", latex) for side in ("left", "right"))
    assert len(opened) == len(closed)
    for environment in ("align*", "cases"):
        begin, end = (latex.count(rf"\{word}{{{environment}}}") for word in ("begin", "end"))
        assert begin == end
    for internal in ("Slope", "Entry", "Total", "Piecewise", "operatorname{log}"):
        assert internal not in latex
    assert not re.search(r"_\w_", latex), "LaTeX refuses a second subscript"
    assert latex.isascii(), {sign for sign in latex if not sign.isascii()}
