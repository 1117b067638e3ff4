"""One copy of the package for all tests of the new loss."""

from __future__ import annotations

import pytest

from registry.new_file import Tree


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """The package with the new loss in it."""
    return Tree(tmp_path_factory.mktemp("new_file"))
