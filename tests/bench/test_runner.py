"""What becomes of contenders that are wrong, fail, or end; and of those that are right."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lossbook
from lossbook.bench import memory
from lossbook.bench.cases import DTYPES, LAYOUTS, OUTS, Case, cases, data, default_losses
from lossbook.bench.contenders import PEERS, Peer
from lossbook.bench.contenders.own import Copy, FreshCopy
from lossbook.bench.results import TIMED, Finding, Run
from lossbook.bench.runner import run
from lossbook.bench.table import remarks
from lossbook.bench.worker import kept_by

CASE = Case("hinge", {}, "float32", "value+gradient", 50, 0, False, "contiguous")
STRANGE = ("Wrong", "Near", "Missing", "Wide", "Short", "Fewer", "Raising", "Dying", "Tiring")
STRANGE += ("Printing", "Hungry", "Absent")


def strange(name: str) -> Peer:
    return Peer(name.lower(), f"strange:{name}")


@pytest.fixture(autouse=True)
def _place_of_the_strange_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


@pytest.fixture(scope="module")
def found() -> Run:
    """One run with all of them."""
    peers = [PEERS["numpy"], *map(strange, STRANGE)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))
        return run([CASE], peers, [1], 1)


@pytest.fixture(scope="module")
def finding(found: Run) -> Finding:
    (only,) = found.findings
    return only


@pytest.mark.parametrize(
    ("name", "status", "why"),
    [
        ("wrong", "wrong", "results are 1.0e-02 apart"),
        ("near", "wrong", "results are 3.0e-05 apart"),
        ("missing", "wrong", "results are not numbers"),
        ("wide", "wrong", "a result is float64 instead of float32"),
        ("short", "wrong", "a result has shape (49,) instead of (50,)"),
        ("fewer", "wrong", "1 results instead of 2"),
        ("raising", "failed", "ZeroDivisionError: this is it"),
        ("dying", "failed", "the process ended with code 3"),
        ("tiring", "failed", "RuntimeError: enough"),
    ],
)
def test_what_misbehaves_is_reported_and_not_timed(
    finding: Finding, name: str, status: str, why: str
) -> None:
    entry = finding.entries[name]
    assert (entry.status, entry.why) == (status, why)
    assert entry.seconds is None
    assert finding.ratio(name) is None


@pytest.mark.parametrize("name", ["lossbook", "numpy", "printing", "hungry"])
def test_what_is_right_is_timed(finding: Finding, name: str) -> None:
    entry = finding.entries[name]
    assert entry.status == TIMED
    assert entry.seconds is not None
    assert entry.seconds == entry.cpu_seconds > 0
    assert entry.share_of_copy is not None
    assert entry.share_of_copy > 0


def test_copies_are_timed_into_memory_that_is_there_and_into_new(finding: Finding) -> None:
    assert finding.interleaved
    assert finding.copy_seconds is not None
    assert finding.fresh_copy_seconds is not None
    case = dataclasses.replace(CASE, n=2**19)  # large enough for several threads
    for threads in (1, 2):
        for contender, fresh in ((Copy(threads), False), (FreshCopy(threads), True)):
            job = contender.job(case, data(case))
            (first,), (second,) = job(), job()
            assert (first is not second) == fresh
            assert first.nbytes == second.nbytes == 3 * 2**19 * 4 // 2
            assert (first == 1).all()
            assert (second == 1).all()


def test_what_cannot_be_loaded_is_absent(found: Run) -> None:
    assert found.absent == {"absent": "ImportError: libstrange.so is not there"}
    assert "absent" not in found.findings[0].entries


def test_bytes_are_those_of_arguments_and_results(finding: Finding) -> None:
    assert finding.bytes_moved == 3 * 50 * 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forgets a peak")
def test_memory_is_the_peak_beyond_what_was_there(finding: Finding) -> None:
    hungry, modest = (finding.entries[name].working_bytes for name in ("hungry", "numpy"))
    assert hungry is not None
    assert modest is not None
    # The system counts pages in batches, so it may be some short.
    assert 0.98 * 2**26 <= hungry < 2**27
    assert modest < 2**24


@pytest.mark.skipif(
    sys.platform != "linux" or lossbook.instruction_set() == "none",
    reason="kept by kernels on Linux",
)
def test_memory_kept_for_the_next_results_counts() -> None:
    """Else calls whose results lie in it would seem to need none."""
    y = np.zeros(2**23, np.float32)  # 32 MiB
    hinge = lossbook.Hinge()
    for _ in range(2):  # also where earlier cases have left such memory
        assert kept_by(lambda: hinge.gradient(y - 1, y)) == pytest.approx(2**25, rel=0.05)
    assert kept_by(lambda: y + 1) == 0


def test_the_fastest_library_is_none_of_the_loops_for_one_loss(finding: Finding) -> None:
    entry = finding.entries["hungry"]
    loop = Peer("loop", "strange:Printing", is_library=False)
    with_loop = run([CASE], [loop], [1], 1).findings[0]
    assert with_loop.entries["loop"].status == TIMED
    assert with_loop.fastest_library is None
    assert with_loop.ahead_by is None
    assert entry.is_library


def test_every_loss_is_measured_in_every_setting() -> None:
    """Whatever the catalogue holds, and whatever is added to it."""
    measured = {(loss.name, *loss.parameters.items()) for loss in default_losses()}
    for cls in lossbook.catalogue():
        if cls.is_row:
            continue
        loss = cls()
        assert (loss.name, *loss.parameters.items()) in measured
    for loss in (
        lossbook.BinaryCrossEntropy(from_logits=True),
        lossbook.CrossEntropy(from_logits=True),
    ):
        assert (loss.name, *loss.parameters.items()) in measured


def test_cases_are_all_combinations() -> None:
    losses = [lossbook.Hinge(), lossbook.CrossEntropy(from_logits=True)]
    shapes = [(10, 4), (1, 100)]
    outs = ["new", "given"]
    found = cases(losses, DTYPES, ["all"], [40], shapes, [False, True], ["mixed"], outs)
    assert len(found) == len(set(map(repr, found))) == 2 * 2 * 2 * 3
    assert {(case.n, case.classes) for case in found} == {(40, 0), *shapes}


def test_what_would_be_the_same_case_again_is_left_out() -> None:
    losses = [lossbook.Hinge(), lossbook.SquaredError(), lossbook.CrossEntropy()]
    integers = cases(losses, ["float32"], ["all"], [40], [(10, 4)], [False], ["integer"])
    assert [case.loss for case in integers] == ["hinge"]
    numbers = cases(losses, ["float32"], ["value"], [40], [], [False], ["mixed"], ["new", "given"])
    assert [(case.loss, case.out) for case in numbers] == [
        ("hinge", "new"),
        ("squared_error", "new"),
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("out", OUTS)
def test_bytes_held_are_those_of_the_data(layout: str, out: str) -> None:
    for loss in (lossbook.Hinge(), lossbook.CrossEntropy(from_logits=True)):
        kinds = (
            DTYPES,
            ["value+gradient", "all"],
            [640],
            [(80, 8)],
            [False, True],
            [layout],
            [out],
        )
        for case in cases([loss], *kinds):
            made = data(case)
            arrays = [made.y_true, made.y_pred, made.weight, *(made.out or ())]
            held = sum((a if a.base is None else a.base).nbytes for a in arrays if a is not None)
            assert held <= case.bytes_held <= 1.5 * held


def test_without_the_memory_for_all_they_come_one_after_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free = CASE.bytes_held * 3 + CASE.bytes_needed  # of three contenders and two copies
    monkeypatch.setattr(memory, "available", lambda: free)
    found = run([CASE], [PEERS["numpy"], PEERS["plain"]], [1], 2)
    (finding,) = found.findings
    assert not finding.interleaved
    assert {entry.status for entry in finding.entries.values()} == {TIMED}
    assert finding.copy_seconds
    assert finding.fresh_copy_seconds
    assert any("one after another" in remark for remark in remarks(found))


def test_without_the_memory_for_one_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 2**30)
    huge = dataclasses.replace(CASE, n=10**9)
    with pytest.raises(
        lossbook.InputError, match=r"^hinge: 1,000,000,000 numbers in float32 need "
    ) as error:
        run([CASE, huge], [], [1], 1)
    assert "and 1.0 GiB are free: ask for fewer numbers." in str(error.value)


def test_a_run_is_read_from_its_record(found: Run) -> None:
    record = json.loads(json.dumps(found.record()))
    assert Run.read(record).record() == record


def test_threads_are_pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process hears how many threads it may use, in every library's own way."""
    (tmp_path / "telling.py").write_text(
        "import os\n"
        "from lossbook import get_num_threads\n"
        "class Telling:\n"
        "    def __init__(self, threads):\n"
        "        self.threads = threads\n"
        "    def version(self):\n"
        "        cores = getattr(os, 'sched_getaffinity', lambda _: [0])(0)\n"
        "        return f\"{self.threads} {os.environ['OMP_NUM_THREADS']} {len(cores)} \""
        " + str(get_num_threads())\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    from lossbook.bench.process import Process

    with Process(Peer("telling", "telling:Telling"), 1) as process:
        assert process.greet()
    told: Any = process.version
    assert told.split() == ["1"] * 4
