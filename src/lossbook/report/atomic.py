"""Files that are either written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

__all__ = ["check_destination", "write_whole"]


def write_whole(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file so that nobody ever sees half of it.

    The text goes to a new file in the same folder, which takes the name at the end. After a full
    disk or Ctrl-C the file that was there before is there still.

    Parameters
    ----------
    path : path
        The file to write; one that exists is replaced, and a link to it stays a link.
    text : str
        Its content, written as UTF-8.

    Raises
    ------
    OSError
        With `path` as its file name, whatever step failed.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            # A device such as /dev/stdout has no half-written state; a folder fails here.
            target.write_text(text, encoding="utf-8")
            return
        _replace(target, text.encode("utf-8"))
    except OSError as error:
        raise OSError(error.errno, os.strerror(error.errno or 0), os.fspath(path)) from error


def check_destination(path: str | os.PathLike[str]) -> None:
    """Raise the error of `write_whole` now if its folder is missing or cannot be written.

    For work that takes long: better to hear of a wrong path before than after it.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file() and not target.is_dir():
        return
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        trial = _new_name(target)
        os.close(os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        trial.unlink()
    except OSError as error:
        raise OSError(error.errno, os.strerror(error.errno or 0), os.fspath(path)) from error


def _replace(target: Path, content: bytes) -> None:
    temporary = _new_name(target)
    try:
        # Not tempfile: its files are private to the user, a report follows the umask.
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise


def _new_name(target: Path) -> Path:
    return target.with_name(f".lossbook-{secrets.token_hex(6)}.tmp")
