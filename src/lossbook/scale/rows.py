"""From record batches to the arrays that a loss takes, with the number of every row."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lossbook.errors import InputError
from lossbook.scale.checks import check_no_nan, check_weight
from lossbook.scale.errors import FileError
from lossbook.scale.groups import CodedLabels
from lossbook.scale.tables import Table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ColumnNames", "RowBatch", "RowReader"]


@dataclasses.dataclass(frozen=True)
class ColumnNames:
    """Which column of a file plays which part."""

    y_true: tuple[str, ...]
    y_pred: tuple[str, ...]
    weight: str | None = None
    by: str | None = None

    @property
    def numbers(self) -> list[str]:
        """All columns that are read as numbers, each once."""
        weight = () if self.weight is None else (self.weight,)
        return list(dict.fromkeys((*self.y_true, *self.y_pred, *weight)))

    @property
    def labels(self) -> list[str]:
        """All columns that are read as text."""
        return [] if self.by is None or self.by in self.numbers else [self.by]

    def of_argument(self, argument: str | None) -> tuple[str, ...]:
        """The columns behind an argument of a loss."""
        weight = () if self.weight is None else (self.weight,)
        by = () if self.by is None else (self.by,)
        parts = {"y_true": self.y_true, "y_pred": self.y_pred, "weight": weight, "group": by}
        return parts.get(argument or "", ())


@dataclasses.dataclass(frozen=True)
class RowBatch:
    """Some rows of a file; ``y_true`` and ``y_pred`` are matrices for several columns."""

    y_true: npt.NDArray[np.float64]
    y_pred: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64] | None
    group: CodedLabels | None
    rows: npt.NDArray[np.int64]


class RowReader:
    """Reads the rows of a table, all that are needed of them, as often as asked.

    Parameters
    ----------
    table : Table
    columns : ColumnNames
    skip_nulls : bool
        Whether rows with a null in a needed column are left out; otherwise they are an error.
    batch_rows : int
        Most rows per batch.
    """

    def __init__(
        self, table: Table, columns: ColumnNames, skip_nulls: bool, batch_rows: int
    ) -> None:
        self.table = table
        self.columns = columns
        self.skip_nulls = skip_nulls
        self.batch_rows = batch_rows
        self.nulls: Counter[str] = Counter()
        self.skipped = 0
        table.require([*columns.numbers, *columns.labels])
        self._check_types()

    def labels(self, progress: Callable[[float], None]) -> Iterator[RowBatch]:
        """Yield labels and weights, checked; predictions are not read if it can be helped."""
        columns = self.columns
        if not self.skip_nulls:
            # Otherwise a null in any column decides whether the row counts.
            columns = dataclasses.replace(columns, y_pred=(), by=None)
        for batch in self._read(columns, progress):
            with self.naming_rows(batch):
                check_no_nan("y_true", batch.y_true)
                if batch.weight is not None:
                    check_weight(batch.weight)
            yield batch

    def rows(self, progress: Callable[[float], None]) -> Iterator[RowBatch]:
        """Yield everything; counts nulls and skipped rows anew."""
        return self._read(self.columns, progress)

    @contextmanager
    def naming_rows(self, batch: RowBatch) -> Iterator[None]:
        """Say the row of the file where an error says the index of an array."""
        try:
            yield
        except InputError as error:
            raise self._in_terms_of_the_file(error, batch) from error

    def _in_terms_of_the_file(self, error: InputError, batch: RowBatch) -> FileError:
        message = str(error)
        columns = self.columns.of_argument(error.argument)
        index = error.index
        row = column = None
        if index is not None:
            place = (index,) if isinstance(index, int) else index
            row = int(batch.rows[place[0]])
            message = re.sub(r"at index (\([^)]*\)|\d+)", f"in row {row}", message, count=1)
            columns = columns[place[1] :][:1] if len(place) > 1 else columns
        if len(columns) == 1:
            column = columns[0]
            message = re.sub(rf"^{error.argument}\b", lambda _: f"column {column!r}", message)
        return FileError(message, row=row, column=column)

    def _read(self, columns: ColumnNames, progress: Callable[[float], None]) -> Iterator[RowBatch]:
        self.nulls.clear()
        self.skipped = 0
        done = 0
        batches = self.table.batches(columns.numbers, columns.labels, self.batch_rows)
        for coded, share in batches:
            batch = _with_nulls_in_sight(coded)
            numbers = np.arange(done + 1, done + batch.num_rows + 1)
            done += batch.num_rows
            if any(batch.column(name).null_count for name in batch.schema.names):
                if not self.skip_nulls:
                    raise self._error_of_nulls()
                batch, kept = self._without_nulls(batch)
                numbers = numbers[kept]
            if batch.num_rows:
                yield self._arrays(batch, columns, numbers)
            progress(share)
        progress(1.0)
        if done == 0:
            raise FileError(f"{self.table.name} has a header but no rows.")
        if done == self.skipped:
            raise FileError(f"{self.table.name} has a null in every row: nothing is left.")

    def _without_nulls(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, Any]:
        import pyarrow.compute as pc

        kept = None
        for name in batch.schema.names:
            cells = batch.column(name)
            self.nulls[name] += cells.null_count
            if cells.null_count:
                kept = cells.is_valid() if kept is None else pc.and_(kept, cells.is_valid())
        mask = _mask(kept)
        self.skipped += int((~mask).sum())
        return batch.filter(kept), mask

    def _error_of_nulls(self) -> FileError:
        """Count the nulls of the whole file: the user wants to know before skipping them."""
        counts: Counter[str] = Counter()
        first: tuple[int, str] | None = None
        done = 0
        columns = self.columns
        for coded, _ in self.table.batches(columns.numbers, columns.labels, self.batch_rows):
            batch = _with_nulls_in_sight(coded)
            for name in batch.schema.names:
                valid = _mask(batch.column(name).is_valid())
                counts[name] += int((~valid).sum())
                if not valid.all():
                    row = done + int(np.argmin(valid)) + 1
                    first = min(first or (row, name), (row, name), key=lambda place: place[0])
            done += batch.num_rows
        assert first is not None
        row, column = first
        found = ", ".join(f"{count} in {name!r}" for name, count in counts.items() if count)
        return FileError(
            f"{self.table.name} has null cells ({found}; the first in column {column!r}, row "
            f"{row}): fill them, or pass --skip-nulls to leave those rows out.",
            row=row,
            column=column,
        )

    def _arrays(self, batch: pa.RecordBatch, columns: ColumnNames, rows: Any) -> RowBatch:
        numbers = {name: _float64(batch.column(name), name) for name in columns.numbers}
        group = None
        if columns.by in numbers:
            group = _labels_of_numbers(numbers[columns.by])
        elif columns.by is not None:
            group = _coded(batch.column(columns.by), columns.by)
        return RowBatch(
            y_true=_side_by_side([numbers[name] for name in columns.y_true]),
            y_pred=_side_by_side([numbers[name] for name in columns.y_pred]),
            weight=None if columns.weight is None else numbers[columns.weight],
            group=group,
            rows=rows,
        )

    def _check_types(self) -> None:
        """Refuse columns of a typed format that do not hold numbers, before anything is read."""
        import pyarrow as pa

        if self.table.is_text:
            return
        for name in self.columns.numbers:
            kind = self.table.schema.field(name).type
            if pa.types.is_dictionary(kind):
                kind = kind.value_type
            is_number = (
                pa.types.is_integer(kind)
                or pa.types.is_floating(kind)
                or pa.types.is_decimal(kind)
                or pa.types.is_boolean(kind)
                or pa.types.is_null(kind)
            )
            if not is_number:
                raise FileError(
                    f"column {name!r} of {self.table.name} holds {_in_words(kind)}, not numbers.",
                    column=name,
                )


# From Arrow to NumPy by way of DLPack: the reader's own conversion first imports pandas, if it is
# installed, which takes longer than many a file does.


def _mask(valid: pa.Array) -> npt.NDArray[np.bool_]:
    import pyarrow as pa

    return np.from_dlpack(valid.cast(pa.uint8())).view(np.bool_)


def _with_nulls_in_sight(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Decode dictionaries with a null among their values: such a cell does not count as null."""
    import pyarrow as pa

    for index, field in enumerate(batch.schema):
        cells = batch.column(index)
        if pa.types.is_dictionary(field.type) and cells.dictionary.null_count:
            batch = batch.set_column(index, field.name, cells.dictionary_decode())
    return batch


def _float64(cells: pa.Array, name: str) -> npt.NDArray[np.float64]:
    import pyarrow as pa

    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    try:
        numbers: npt.NDArray[Any] = np.from_dlpack(cells.cast(pa.float64()))
    except pa.ArrowInvalid as error:
        raise FileError(
            f"column {name!r} holds whole numbers that a float64 cannot hold exactly: {error}.",
            column=name,
        ) from error
    return numbers


def _side_by_side(columns: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    if len(columns) == 1:
        return columns[0]
    return np.column_stack(columns) if columns else np.zeros(0)


def _coded(cells: pa.Array, name: str) -> CodedLabels:
    import pyarrow as pa

    kind = cells.type.value_type if pa.types.is_dictionary(cells.type) else cells.type
    try:
        if not pa.types.is_dictionary(cells.type):
            cells = cells.dictionary_encode()
        names = cells.dictionary.cast(pa.string()).to_pylist()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise FileError(
            f"column {name!r} holds {_in_words(kind)}, which do not name groups.",
            column=name,
        ) from error
    codes = np.from_dlpack(cells.indices)
    # Entries that no row uses would make empty groups.
    used, codes = np.unique(codes, return_inverse=True)
    return CodedLabels(codes.astype(np.intp), [names[code] for code in used])


def _labels_of_numbers(numbers: npt.NDArray[np.float64]) -> CodedLabels:
    distinct, codes = np.unique(numbers, return_inverse=True)
    names = [repr(value).removesuffix(".0") for value in distinct.tolist()]
    return CodedLabels(codes.astype(np.intp), names)


def _in_words(kind: pa.DataType) -> str:
    import pyarrow as pa

    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "text"
    return f"values of type {kind}"
