"""A worker as seen from the process that hands out the cases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Self

from lossbook.bench.contenders import Peer

# Every way in which a library is told how many threads it may use.
_THREAD_VARIABLES = (
    "LOSSBOOK_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMEXPR_MAX_THREADS",
)


class Process:
    """A contender's process, started at once and ended on leaving the ``with`` block."""

    def __init__(self, peer: Peer, threads: int, extra: Mapping[str, str] | None = None) -> None:
        self.peer = peer
        self._process = subprocess.Popen(
            [sys.executable, "-m", "lossbook.bench.worker", peer.place, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=_environment(threads) | dict(extra or {}),
        )
        self.version: str | None = None
        self.why = ""

    def greet(self) -> bool:
        """Wait until the library is loaded; False, with the reason in ``why``, if it is not."""
        reply = self._hear()
        self.version, self.why = reply.get("version"), reply.get("why", "")
        return self.version is not None

    def ask(self, do: str, **details: Any) -> dict[str, Any]:
        """Send a request and wait for the answer; a process that has ended answers with that."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"do": do, **details}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return self._ended()
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            return self._ended()
        reply: dict[str, Any] = json.loads(line)
        return reply

    def _ended(self) -> dict[str, Any]:
        code = self._process.wait()
        return {"status": "failed", "why": f"the process ended with code {code}"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def _environment(threads: int) -> dict[str, str]:
    count = str(threads)
    environment = {**os.environ, **dict.fromkeys(_THREAD_VARIABLES, count)}
    # Threads that wait for work by spinning would slow down whoever is in turn next.
    environment |= {"OMP_WAIT_POLICY": "passive", "KMP_BLOCKTIME": "0", "JAX_PLATFORMS": "cpu"}
    if threads == 1:
        flags = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        environment["XLA_FLAGS"] = f"{environment.get('XLA_FLAGS', '')} {flags}".strip()
    return environment
