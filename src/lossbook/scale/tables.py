"""Predictions files as streams of record batches, in the same shape for every format.

A table is opened once, checked, and can then be read any number of times, a batch at a time and
only the columns that are asked for. The format is told by the name's ending.
"""

from __future__ import annotations

import difflib
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lossbook.errors import MissingDependencyError
from lossbook.scale.errors import FileError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Table", "open_table"]

COMPRESSED = (".gz", ".bz2", ".zst", ".lz4")
READ_BUFFER = 1 << 20  # bytes
PARQUET_ROWS = 1 << 16
# Spellings of a missing number in CSV. "nan" is none of them: it is a number that came out wrong.
NULL_SPELLINGS = ["", "NA", "N/A", "#N/A", "n/a", "<NA>", "NULL", "Null", "null", "None"]
SHOWN_COLUMNS = 8


class Table(ABC):
    """A predictions file whose header has been read."""

    is_text = False  # whether cells are text until they are read as numbers

    def __init__(self, path: str) -> None:
        self.path = path
        self.bytes = Path(path).stat().st_size
        with self._readable("cannot be read"):
            self.schema: pa.Schema = self._read_schema()

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return Path(self.path).name

    def require(self, columns: Sequence[str]) -> None:
        """Check that the file has each of these columns, once."""
        names = self.schema.names
        for column in columns:
            found = names.count(column)
            if found == 0:
                raise FileError(f"{self.name} {_no_such_column(column, names)}", column=column)
            if found > 1:
                raise FileError(
                    f"{self.name} has {found} columns named {column!r}: rename one of them.",
                    column=column,
                )

    def batches(
        self, numbers: Sequence[str], labels: Sequence[str], rows: int
    ) -> Iterator[tuple[pa.RecordBatch, float]]:
        """Yield batches of at most ``rows`` rows and the share of the file read so far.

        ``numbers`` are the columns to be read as numbers, ``labels`` those to be read as text.
        """
        with self._readable("is damaged"):
            for batch, share in self._batches(numbers, labels):
                for start in range(0, batch.num_rows, rows):
                    yield batch.slice(start, rows), share

    @abstractmethod
    def _read_schema(self) -> pa.Schema: ...

    @abstractmethod
    def _batches(
        self, numbers: Sequence[str], labels: Sequence[str]
    ) -> Iterator[tuple[pa.RecordBatch, float]]: ...

    @contextmanager
    def _readable(self, trouble: str) -> Iterator[None]:
        """Turn what the reader reports into one line about this file."""
        import pyarrow as pa

        try:
            yield
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None and error.filename:
                raise FileError(f"{self.name}: {os.strerror(error.errno)}.") from error
            reason = str(error).strip().partition("\n")[0].rstrip(".")
            raise FileError(f"{self.name} {trouble}: {reason}.") from error


class ParquetTable(Table):
    """Parquet, read page by page: pre-buffering would hold whole row groups in memory."""

    def _open(self) -> Any:
        import pyarrow.parquet as pq

        return pq.ParquetFile(self.path, pre_buffer=False, buffer_size=READ_BUFFER)

    def _read_schema(self) -> pa.Schema:
        import pyarrow as pa

        try:
            with self._open() as file:
                return file.schema_arrow
        except pa.ArrowInvalid as error:
            raise FileError(
                f"{self.name} is not a complete Parquet file: it was cut short while it was "
                "written or copied, or is of another format."
            ) from error

    def _batches(
        self, numbers: Sequence[str], labels: Sequence[str]
    ) -> Iterator[tuple[pa.RecordBatch, float]]:
        with self._open() as file:
            total = file.metadata.num_rows
            done = 0
            for batch in file.iter_batches(PARQUET_ROWS, columns=[*numbers, *labels]):
                done += batch.num_rows
                yield batch, done / total


class ArrowTable(Table):
    """Arrow's own format: the file (also called Feather) or the stream, told by the first bytes."""

    def _open(self, columns: Sequence[str] | None = None) -> tuple[Any, Any, int | None]:
        """Return the source, the reader and the number of batches (None for a stream)."""
        import pyarrow as pa

        source = pa.OSFile(self.path)
        fields = None
        if columns is not None:
            fields = [self.schema.get_field_index(column) for column in columns]
        options = pa.ipc.IpcReadOptions(included_fields=fields)
        is_file = source.read(6) == b"ARROW1"
        source.seek(0)
        if is_file:
            reader = pa.ipc.open_file(source, options=options)
            return source, reader, reader.num_record_batches
        return source, pa.ipc.open_stream(source, options=options), None

    def _read_schema(self) -> pa.Schema:
        source, reader, _ = self._open()
        with source:
            return reader.schema

    def _batches(
        self, numbers: Sequence[str], labels: Sequence[str]
    ) -> Iterator[tuple[pa.RecordBatch, float]]:
        source, reader, count = self._open([*numbers, *labels])
        with source:
            if count is not None:
                for index in range(count):
                    yield reader.get_batch(index), (index + 1) / count
            else:
                for batch in reader:
                    yield batch, source.tell() / self.bytes


class CsvTable(Table):
    """CSV with a header; tab-separated if the name says .tsv.

    Types are given, never inferred: a reader that infers looks at the first block only and trips
    over the first fraction in a column that began with whole numbers.
    """

    is_text = True

    def _open(self, types: dict[str, Any] | None) -> tuple[Any, Any]:
        import pyarrow as pa
        from pyarrow import csv

        raw = pa.OSFile(self.path)
        compression = _compression(self.path)
        source = pa.CompressedInputStream(raw, compression) if compression else raw
        tab = Path(_without_compression(self.path)).suffix == ".tsv"
        reader = csv.open_csv(
            source,
            # One thread: reading is not the slow part, and two would hold more blocks in memory.
            read_options=csv.ReadOptions(use_threads=False, block_size=READ_BUFFER),
            parse_options=csv.ParseOptions(delimiter="\t" if tab else ",", newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=types,
                include_columns=list(types) if types else None,
                null_values=NULL_SPELLINGS,
            ),
        )
        return raw, reader

    def _read_schema(self) -> pa.Schema:
        raw, reader = self._open(None)
        with raw:
            return reader.schema

    def _batches(
        self, numbers: Sequence[str], labels: Sequence[str]
    ) -> Iterator[tuple[pa.RecordBatch, float]]:
        import pyarrow as pa

        types = dict.fromkeys(numbers, pa.float64()) | dict.fromkeys(labels, pa.string())
        try:
            raw, reader = self._open(types)
            with raw:
                for batch in reader:
                    yield _empty_text_is_null(batch, labels), raw.tell() / self.bytes
        except pa.ArrowInvalid as error:
            if "conversion error" in str(error):
                self._name_text_in(numbers)
            raise

    def _name_text_in(self, numbers: Sequence[str]) -> None:
        """Find the first cell that is not a number and say where it is."""
        import pyarrow as pa

        done = 0
        raw, reader = self._open(dict.fromkeys(numbers, pa.string()))
        with raw:
            for batch in reader:
                found = [
                    (row, name, text)
                    for name in numbers
                    for row, text in _first_text(batch.column(name))
                ]
                if found:
                    row, name, text = min(found, key=lambda cell: cell[0])
                    raise FileError(
                        f"{self.name} has {text!r} in the number column {name!r}, "
                        f"row {done + row + 1}.",
                        row=done + row + 1,
                        column=name,
                    )
                done += batch.num_rows


FORMATS: dict[str, type[Table]] = {
    ".csv": CsvTable,
    ".tsv": CsvTable,
    ".parquet": ParquetTable,
    ".pq": ParquetTable,
    ".arrow": ArrowTable,
    ".arrows": ArrowTable,
    ".feather": ArrowTable,
    ".ipc": ArrowTable,
}


def open_table(path: str | os.PathLike[str]) -> Table:
    """Open a predictions file.

    Parameters
    ----------
    path : path
        A .csv or .tsv file (also .csv.gz and other compressions), a .parquet file, or an Arrow
        file or stream (.arrow, .feather, .ipc, .arrows).

    Raises
    ------
    FileError
        If there is no such file, or it is empty, cut short or of no known format.
    """
    try:
        import pyarrow as pa  # noqa: F401
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            'reading a file needs pyarrow: pip install "lossbook[eval]"'
        ) from error
    text = os.fspath(path)
    _check_file(text)
    suffix = Path(_without_compression(text)).suffix.lower()
    kind = FORMATS.get(suffix)
    if kind is None or (kind is not CsvTable and _compression(text)):
        known = ", ".join(FORMATS)
        raise FileError(f"{text!r} is of no known format: its name must end in one of {known}.")
    return kind(text)


def _check_file(path: str) -> None:
    file = Path(path)
    if file.is_dir():
        raise FileError(f"{path!r} is a directory: give one file.")
    if not file.exists():
        others = [other.name for other in file.parent.iterdir()] if file.parent.is_dir() else []
        near = difflib.get_close_matches(file.name, others, n=1)
        hint = f": did you mean {str(file.with_name(near[0]))!r}?" if near else "."
        raise FileError(f"there is no file {path!r}{hint}")
    if not file.is_file():
        # A pipe can be read only once, but the best constant has to be known before the losses.
        raise FileError(f"{path!r} is not a regular file: it has to be read more than once.")
    if file.stat().st_size == 0:
        raise FileError(f"{path!r} is empty.")


def _compression(path: str) -> str | None:
    suffix = Path(path).suffix.lower()
    names = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".lz4": "lz4"}
    return names[suffix] if suffix in COMPRESSED else None


def _without_compression(path: str) -> str:
    return path[: -len(Path(path).suffix)] if _compression(path) else path


def _no_such_column(column: str, names: Sequence[str]) -> str:
    by_lower_case = {name.lower(): name for name in names}
    near = difflib.get_close_matches(column.lower(), by_lower_case, n=1)
    if near:
        return f"has no column {column!r}: did you mean {by_lower_case[near[0]]!r}?"
    shown = ", ".join(repr(name) for name in names[:SHOWN_COLUMNS])
    more = ", ..." if len(names) > SHOWN_COLUMNS else ""
    return f"has no column {column!r}: it has {shown}{more}."


def _empty_text_is_null(batch: pa.RecordBatch, labels: Sequence[str]) -> pa.RecordBatch:
    """A CSV file has no other way to leave a cell of text out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for name in labels:
        index = batch.schema.get_field_index(name)
        cells = batch.column(index)
        # Written without a scalar "" or None: making one imports pandas, if it is installed.
        is_there = pc.binary_length(cells).cast(pa.bool_())
        if is_there.false_count:
            cells = pc.if_else(is_there, cells, pa.nulls(len(cells), pa.string()))
            batch = batch.set_column(index, name, cells)
    return batch


def _first_text(cells: Any) -> Iterator[tuple[int, str]]:
    """Yield the first cell that cannot be read as a number, with its position, if there is one."""
    for row, text in enumerate(cells.to_pylist()):
        if text is not None and not _is_number(text.strip()):
            yield row, text
            return


def _is_number(text: str) -> bool:
    import pyarrow as pa

    if text in NULL_SPELLINGS:
        return True
    try:
        # Python reads nearly all that Arrow reads, much faster for single cells; not "1_000".
        float(text)
        if "_" not in text:
            return True
    except ValueError:
        pass
    try:
        pa.scalar(text).cast(pa.float64())
    except pa.ArrowInvalid:
        return False
    return True
