"""Which version of a library is installed."""

from __future__ import annotations

import contextlib
from importlib import metadata

from lossbook.errors import MissingDependencyError

# The distributions that a library may be installed as.
_DISTRIBUTIONS = {"xgboost": ("xgboost", "xgboost-cpu")}


def version_of(library: str) -> str:
    """The installed version of a library."""
    for distribution in _DISTRIBUTIONS.get(library, (library,)):
        with contextlib.suppress(metadata.PackageNotFoundError):
            return metadata.version(distribution)
    raise MissingDependencyError(f"{library} is not installed: pip install 'lossbook[{library}]'.")
