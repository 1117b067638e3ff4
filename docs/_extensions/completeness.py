"""Every public name of the package is in the reference, or the build warns."""

from __future__ import annotations

from typing import Any

from sphinx.util import logging

import lossbook as lb

LOGGER = logging.getLogger(__name__)


def _check(_: Any, env: Any) -> None:
    described = env.get_domain("py").objects
    for name in dir(lb):
        if not name.startswith("__") and f"lossbook.{name}" not in described:
            LOGGER.warning("lossbook.%s is on no page: describe it in docs/api.", name)


def setup(app: Any) -> dict[str, Any]:
    app.connect("env-check-consistency", _check)
    return {"parallel_read_safe": True}
