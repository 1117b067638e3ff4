"""Large results: their memory is kept for the next call, and nobody may notice but by the time."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import lossbook as lb

# Gradients of more than 16 MiB; a little more than a whole number of huge pages.
LARGE = (16 << 20) // 8 + 1031
LEAST = (1 << 20) // 8
SQUARED = lb.SquaredError()

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or lb.instruction_set() == "none",
    reason="only the compiled kernels keep memory, and only on Linux",
)


def gradient(fill: float, count: int = LARGE) -> Any:
    """A gradient whose entries are all twice `fill`."""
    return SQUARED.gradient(np.zeros(count), np.full(count, fill), reduction="none")


def address(array: Any) -> int:
    return int(array.__array_interface__["data"][0])


@pytest.mark.parametrize("count", [LEAST, LARGE])
def test_the_next_result_lies_where_the_last_was_let_go(count: int) -> None:
    first = gradient(1.0, count)
    place = address(first)
    del first
    # Where the C library would give this memory back, other results take the place.
    others = [np.ones(count) for _ in range(8)]
    second = gradient(2.0, count)
    assert others
    assert address(second) == place
    assert np.all(second == 4.0)


def test_results_in_use_share_nothing() -> None:
    results = [gradient(float(fill)) for fill in range(1, 7)]
    for fill, result in enumerate(results, start=1):
        assert np.all(result == 2 * fill)
        assert result.flags.owndata
        assert result.flags.writeable
    del results[::2]
    again = gradient(9.0)
    assert [float(result[0]) for result in results] == [4.0, 8.0, 12.0]
    assert np.all(again == 18.0)


def test_a_view_keeps_the_memory_in_use() -> None:
    view = gradient(3.0)[::1000]
    assert np.all(gradient(5.0) == 10.0)
    assert np.all(view == 6.0)


@pytest.mark.parametrize("count", [LARGE // 2, LARGE * 2])
def test_a_result_may_be_resized(count: int) -> None:
    result = gradient(1.5)
    result.resize(count, refcheck=False)
    kept = min(count, LARGE)
    assert np.all(result[:kept] == 3.0)
    assert np.all(result[kept:] == 0.0)


def test_copies_and_pickles_are_as_of_any_array() -> None:
    result = gradient(2.5)
    assert np.array_equal(pickle.loads(pickle.dumps(result)), result)
    assert np.array_equal(result.copy(), result)


def test_no_more_is_kept_than_a_few_results() -> None:
    script = f"""
import numpy as np, lossbook as lb
from pathlib import Path

def virtual():
    return int(Path("/proc/self/statm").read_text().split()[0]) * 4096

y = np.zeros({LARGE})
loss = lb.SquaredError()
loss.gradient(y, y)
before = virtual()
results = [loss.gradient(y, y) for _ in range(20)]
del results
print((virtual() - before) / y.nbytes)
"""
    # One thread: the stacks of others are virtual memory too.
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LOSSBOOK_NUM_THREADS": "1"},
    )
    # Four at most, of which one was there before.
    assert float(done.stdout) < 4.5


def test_nothing_is_kept_where_that_is_switched_off() -> None:
    script = f"""
import numpy as np, lossbook as lb
y = np.zeros({LARGE})
result = lb.SquaredError().gradient(y, y)
from numpy._core.multiarray import get_handler_name
print(get_handler_name(result))
"""
    names = []
    for wish in ("1", "0"):
        environment = {**os.environ, "LOSSBOOK_KEEP_MEMORY": wish}
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        names.append(done.stdout.strip())
    assert names == ["lossbook_kept_memory", "default_allocator"]


def test_a_forked_process_has_memory_of_its_own() -> None:
    script = f"""
import os, numpy as np, lossbook as lb
y, p = np.zeros({LARGE}), np.ones({LARGE})
loss = lb.SquaredError()
mine = loss.gradient(y, p, reduction="none")
del mine
child = os.fork()
fill = 3.0 if child == 0 else 5.0
result = loss.gradient(y, np.full({LARGE}, fill), reduction="none")
right = bool(np.all(result == 2 * fill))
if child == 0:
    os._exit(0 if right else 1)
assert right and os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
