"""How much memory this process has and had at most, and how much there is."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import re
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_SUMMARY = Path("/proc/self/smaps_rollup")
_SYSTEM = Path("/proc/meminfo")


def settle() -> None:
    """Give back what was freed, so that it does not count for what comes next."""
    gc.collect()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # only glibc has it
            ctypes.CDLL(None).malloc_trim(0)


def forget_peak() -> None:
    """Let the peak start from what there is now, where the system can do that (Linux)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def resident() -> int | None:
    """Bytes in memory now; None where the system does not say."""
    return _read(_STATUS, "VmRSS")


def offered() -> int:
    """Bytes in memory that the system may have, such as those kept for the next results."""
    return _read(_SUMMARY, "LazyFree") or 0


def peak() -> int | None:
    """The most bytes in memory since the peak was forgotten; None where nobody counts."""
    return _read(_STATUS, "VmHWM")


def available() -> int | None:
    """Bytes that new programs can have without swapping; None where the system does not say."""
    return _read(_SYSTEM, "MemAvailable")


def _read(file: Path, key: str) -> int | None:
    try:
        found = re.search(rf"^{key}:\s+(\d+) kB", file.read_text(encoding="ascii"), re.M)
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None
