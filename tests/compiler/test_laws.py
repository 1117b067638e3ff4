"""A compiled loss keeps the laws of calls; what a loss is in itself does not depend on a path."""

from __future__ import annotations

import pytest

import lossbook as lb
from compiler.twins import SOME, compiled
from laws.collection import every_law
from lossbook.compiler import kernel

LAWS = {
    name: law
    for name, law in every_law().items()
    if law.__module__ in {"laws.accepting", "laws.reducing", "laws.same_bits", "laws.weighing"}
}


@pytest.fixture(autouse=True)
def _threads_for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "NUMBERS_PER_THREAD", 10_000)


@pytest.mark.parametrize("loss", SOME, ids=repr)
@pytest.mark.parametrize("name", LAWS)
def test_law(name: str, loss: lb.Loss) -> None:
    LAWS[name](compiled(loss))
