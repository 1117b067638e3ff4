"""The machine that a run was made on, in words that make its figures comparable."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path
from typing import Any

from lossbook.engine.native import instruction_set


def describe() -> dict[str, Any]:
    """Processor, cores, memory, how busy it is, system and Python."""
    return {
        "processor": _processor(),
        "cores": available_cores(),
        "architecture": platform.machine(),
        "instruction_set": instruction_set(),
        "caches": _caches(),
        "memory_bytes": _memory(),
        "load": _load(),
        "system": platform.system(),
        "release": platform.release(),
        "python": platform.python_version(),
    }


def available_cores() -> int:
    """The processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    name = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return name[1].strip() if name else platform.machine()


def _caches() -> dict[str, int]:
    """The sizes of the caches of one processor that hold data, where the system tells (Linux)."""
    found = {}
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        try:
            level, kind, size = (
                (folder / name).read_text(encoding="ascii").strip()
                for name in ("level", "type", "size")
            )
        except OSError:
            continue
        if kind != "Instruction" and size.endswith("K"):
            found[f"L{level}"] = int(size[:-1]) * 1024
    return found


def _load() -> float | None:
    """How many programs wanted a processor during the last minute."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):
        return None


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
