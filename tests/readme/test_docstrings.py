"""Every public name is documented, and every loss in full."""

import inspect
import re

import pytest

import lossbook

PUBLIC = [name for name in dir(lossbook) if name != "__version__"]
LOSSES = lossbook.catalogue()


@pytest.mark.parametrize("name", PUBLIC)
def test_public_names_have_docstrings(name):
    documented = getattr(lossbook, name)
    assert inspect.getdoc(documented)
    if inspect.isclass(documented):
        for method, function in vars(documented).items():
            public = not method.startswith("_") and not isinstance(function, property)
            if public and inspect.isfunction(function):
                assert inspect.getdoc(getattr(documented, method)), f"{name}.{method}"


@pytest.mark.parametrize("cls", LOSSES, ids=lambda cls: cls.name)
def test_losses_have_every_section(cls):
    """A sentence that says what it is, the formula, its parameters, an example."""
    text = inspect.getdoc(cls)
    summary, _, rest = text.partition("\n\n")
    assert summary.endswith("."), summary
    assert ".. math::" in rest
    assert "Examples\n--------\n" in rest
    assert ">>> " in rest
    described = set(re.findall(r"^(\w+) : ", rest, re.MULTILINE))
    assert described == set(cls().parameters)
    assert bool(described) == ("Parameters\n----------\n" in rest)


@pytest.mark.parametrize("cls", LOSSES, ids=lambda cls: cls.name)
def test_losses_name_a_source(cls):
    assert all(re.search(r"\(\d{4}\)|\b\d{4}\b", reference) for reference in cls.references)
    assert len(cls.references) > 0
