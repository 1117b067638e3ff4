"""Every law on every loss in every setting."""

from __future__ import annotations

import os

import pytest

import lossbook as lb
from laws.collection import every_law
from variants import every_formula, every_loss

LAWS = every_law()
# On arrays alone, numbers that are parameters go the same way as the defaults, and take longer.
LOSSES = every_formula() if os.environ.get("LOSSBOOK_NATIVE") == "0" else every_loss()


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("name", LAWS)
def test_law(name: str, loss: lb.Loss) -> None:
    LAWS[name](loss)
