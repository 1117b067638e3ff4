"""Code on a page, run as it stands there, with what came out."""

from __future__ import annotations

import ast
import contextlib
import io
from typing import Any


def session(source: str, names: dict[str, Any]) -> str:
    """The source as a reader types it at a prompt, each statement with what it printed.

    An error ends the build: what does not run is on no page.
    """
    lines = source.splitlines()
    shown = []
    for statement in ast.parse(source).body:
        typed = lines[statement.lineno - 1 : statement.end_lineno]
        shown += [f"{'... ' if place else '>>> '}{line}" for place, line in enumerate(typed)]
        if len(typed) > 1 and isinstance(statement, ast.FunctionDef):
            shown.append("...")
        shown += _run(statement, names).splitlines()
    return "```python\n" + "\n".join(shown) + "\n```"


def _run(statement: ast.stmt, names: dict[str, Any]) -> str:
    printed = io.StringIO()
    code = compile(ast.Interactive([statement]), "<page>", "single")
    with contextlib.redirect_stdout(printed):
        exec(code, names)
    names.pop("_", None)
    return printed.getvalue()
