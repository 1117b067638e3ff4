"""A bar that shows how far a long command is."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

__all__ = ["progress_bar"]


@contextlib.contextmanager
def progress_bar(first: str = "reading") -> Iterator[Callable[[str, float], None] | None]:
    """Show how far the work is, where somebody is watching."""
    if not sys.stderr.isatty():
        yield None
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn
    except ModuleNotFoundError:
        yield None
        return
    shown = Progress(
        "{task.description:8}",
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with shown:
        task = shown.add_task(first, total=1.0)
        yield lambda stage, share: shown.update(task, description=stage, completed=share)
