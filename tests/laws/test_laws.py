"""Every law on every loss in every setting."""

from __future__ import annotations

import pytest

import lossbook as lb
from laws.collection import every_law
from variants import every_loss

LAWS = every_law()


@pytest.mark.parametrize("loss", every_loss(), ids=repr)
@pytest.mark.parametrize("name", LAWS)
def test_law(name: str, loss: lb.Loss) -> None:
    LAWS[name](loss)
