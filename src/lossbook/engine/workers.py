"""Python threads for one call: started when it comes and joined before it returns.

As in the compiled kernels there is no pool: nothing clashes with another runtime, and nothing is
left that a fork could inherit half-alive.
"""

from __future__ import annotations

import _thread
from collections.abc import Callable
from typing import TypeVar

from lossbook.engine.native import get_num_threads

Result = TypeVar("Result")


def share_out(work: Callable[[], Result], worth: int) -> list[Result]:
    """Call ``work`` in so many threads, as far as they are allowed; what each of them returned.

    ``work`` itself finds its share, and gives up the interpreter where it computes.
    """
    threads = min(get_num_threads(), worth)
    if threads <= 1:
        return [work()]
    results: list[Result] = []
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            results.append(work())
        except BaseException as failure:  # raised again below, in the caller's thread
            failures.append(failure)

    helpers = [helper for _ in range(threads - 1) if (helper := _start(guarded)) is not None]
    guarded()
    for helper in helpers:
        _join(helper, failures)
    if failures:
        raise failures[0]
    return results


def _start(work: Callable[[], None]) -> _thread.LockType | None:
    """A lock that is free once the work is done; None where there are no more threads to be had."""
    running = _thread.allocate_lock()
    running.acquire()

    def run() -> None:
        try:
            work()
        finally:
            running.release()

    try:
        # Not threading.Thread, whose start() waits for the new thread to be scheduled.
        _thread.start_new_thread(run, ())
    except RuntimeError:
        return None
    return running


def _join(running: _thread.LockType, failures: list[BaseException]) -> None:
    while True:
        try:
            running.acquire()
        except BaseException as interrupt:  # the thread still uses the caller's arrays
            failures.append(interrupt)
        else:
            return
