"""A file is written whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from lossbook.report.atomic import check_destination, write_whole


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_writes_and_replaces(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    write_whole(target, "first ŷ")
    write_whole(target, "second ŷ")
    assert target.read_text(encoding="utf-8") == "second ŷ"
    assert names(tmp_path) == ["report.html"]


@pytest.mark.parametrize(
    "trouble", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: BaseException, step: str
) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")

    def fail(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Path, "replace")), fail)
    with pytest.raises(type(trouble)):
        write_whole(target, "new")
    assert target.read_text() == "old"
    assert names(tmp_path) == ["report.html"]


def test_a_full_disk_is_an_error_that_names_the_file() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with pytest.raises(OSError, match="No space left on device") as caught:
        write_whole("/dev/full", "text")
    assert caught.value.filename == "/dev/full"


@pytest.mark.parametrize("write", [lambda path: write_whole(path, "x"), check_destination])
@pytest.mark.parametrize("place", ["missing/report.html", "."])
def test_a_wrong_place_is_named_as_given(
    tmp_path: Path, write: Callable[[str], None], place: str
) -> None:
    path = f"{tmp_path}/{place}"
    with pytest.raises(OSError, match=re.escape(place)) as caught:
        write(path)
    assert caught.value.filename == path
    assert names(tmp_path) == []


def test_checking_leaves_nothing_behind(tmp_path: Path) -> None:
    check_destination(tmp_path / "report.html")
    assert names(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions and links")
def test_follows_umask_and_links(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "real.html", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "real.html").stat().st_mode) == 0o640
    (tmp_path / "link.html").symlink_to(tmp_path / "real.html")
    write_whole(tmp_path / "link.html", "through the link")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "real.html").read_text() == "through the link"
