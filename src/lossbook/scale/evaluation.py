"""Evaluate a predictions file: the labels first, for the best constant, then the losses."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.domains import ClassLabels
from lossbook.errors import InputError
from lossbook.parameters import chosen
from lossbook.scale.constants import search_for
from lossbook.scale.errors import FileError
from lossbook.scale.results import Evaluation
from lossbook.scale.rows import ColumnNames, RowReader
from lossbook.scale.state import EvaluationState
from lossbook.scale.tables import open_table

if TYPE_CHECKING:
    from lossbook.loss import Loss

__all__ = ["evaluate"]

BATCH_ROWS = 1 << 16
FEWEST_BATCH_ROWS = 1 << 10
BATCH_CELLS = 1 << 20

Progress = Callable[[str, float], None]


def evaluate(
    path: str | os.PathLike[str],
    loss: Loss | str,
    *,
    y_true: str | Sequence[str],
    y_pred: str | Sequence[str],
    weight: str | None = None,
    by: str | None = None,
    worst: int = 10,
    skip_nulls: bool = False,
    batch_rows: int | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Say what a loss says about the predictions in a file.

    The file is streamed, so memory stays flat. Sums are exact and rounded once: the result has the
    same bits for every batch size, order of rows and file format.

    Parameters
    ----------
    path : path
        A CSV, Parquet or Arrow file; the format is told by the name's ending.
    loss : Loss or str
        A loss, or the name of one.
    y_true, y_pred : str or sequence of str
        Columns of labels and of predictions. A loss over classes takes one ``y_pred`` column per
        class, in the order of the class indices, and either one ``y_true`` column of indices or one
        of probabilities per class.
    weight : str, optional
        Column of weights.
    by : str, optional
        Column of groups; the numbers are then given for each group as well.
    worst : int
        How many of the rows with the largest loss to keep, overall and per group.
    skip_nulls : bool
        Leave rows out that have a null in one of these columns. By default nulls are an error.
    batch_rows : int, optional
        Rows to hold at a time, by default about as many as fit the processor's cache.
    progress : callable, optional
        Called as ``progress(stage, share)`` while the file is read; ``share`` goes from 0 to 1.

    Returns
    -------
    Evaluation

    Raises
    ------
    FileError
        If the file or one of its rows cannot be used; the message names the row. Rows are counted
        from 1, and a header is not counted.
    UnknownLossError
        If there is no loss of this name.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from lossbook.scale import evaluate
    >>> folder = tempfile.TemporaryDirectory()
    >>> file = pathlib.Path(folder.name, "predictions.csv")
    >>> _ = file.write_text("y,p\\n1,0.5\\n2,2\\n3,4\\n")
    >>> evaluation = evaluate(file, "squared_error", y_true="y", y_pred="p")
    >>> evaluation.total.sum, evaluation.constant, evaluation.total.skill
    (1.25, 2.0, 0.375)
    >>> folder.cleanup()
    """
    if isinstance(loss, str):
        from lossbook.registry import get

        loss = get(loss)
    if worst < 0:
        raise InputError(f"worst must not be negative, got {worst}.", argument="worst")
    if batch_rows is not None and batch_rows < 1:
        raise InputError(f"batch_rows must be positive, got {batch_rows}.", argument="batch_rows")
    columns = ColumnNames(_names(y_true), _names(y_pred), weight, by)
    _check_number_of_columns(loss, columns)
    table = open_table(path)
    report = progress or _ignore
    rows = batch_rows or _rows_for_the_cache(len(columns.numbers))
    reader = RowReader(table, columns, skip_nulls, rows)
    constant = _best_constant(loss, reader, report)
    state = EvaluationState(loss, constant, worst)
    for batch in reader.rows(lambda share: report("losses", share)):
        with reader.naming_rows(batch):
            predictions = batch.y_pred
            if loss.is_row and predictions.ndim == 1:  # rows of one column
                predictions = predictions[:, None]
            state.update(batch.y_true, predictions, batch.weight, batch.group, batch.rows)
    total = state.total()
    if total.weight == 0:
        raise FileError(f"column {weight!r} is 0 in every row: nothing is left to average.")
    return Evaluation(
        file=os.fspath(path),
        file_bytes=table.bytes,
        loss=loss.name,
        parameters=chosen(loss),
        kind=loss.kind,
        y_true=columns.y_true,
        y_pred=columns.y_pred,
        weight=weight,
        by=by,
        total=total,
        groups=state.by_group(),
        skipped_rows=reader.skipped,
        nulls={name: count for name, count in reader.nulls.items() if count},
        functional=_describe(loss) if constant is not None else None,
        constant=_plain(constant),
        histogram=state.histogram(),
        reliability=state.reliability(),
    )


def _best_constant(loss: Loss, reader: RowReader, report: Progress) -> Any:
    """The constant prediction with the smallest loss over the whole file; None if unknown."""
    if loss.functional is None:
        return None
    classes = isinstance(loss.label_domain, ClassLabels)
    search = search_for(loss.functional, len(reader.columns.y_pred) if classes else 0)
    if search is None:
        return None
    while not search.is_done:
        for batch in reader.labels(lambda share: report("labels", share)):
            with reader.naming_rows(batch):
                search.update(batch.y_true, batch.weight)
        search.end_pass()
    # Labels that are infinite have no finite mean; labels of no weight have none at all.
    if np.size(search.value) == 0 or not np.isfinite(search.value).all():
        return None
    # Labels outside the domain of the loss may leave that of its link; the loss will name them.
    with np.errstate(all="ignore"):
        constant = loss.constant_from(search.value)
    return None if np.isnan(constant).any() else constant


def _check_number_of_columns(loss: Loss, columns: ColumnNames) -> None:
    labels, predictions = len(columns.y_true), len(columns.y_pred)
    if not loss.is_row and (labels, predictions) != (1, 1):
        raise FileError(
            f"{loss.name} takes one column of labels and one of predictions, not {labels} and "
            f"{predictions}."
        )
    if not loss.is_row:
        return
    if not loss.columns.allow(predictions):
        each = "one column of predictions per class: name"
        if not isinstance(loss.label_domain, ClassLabels):
            each = "columns of predictions that hold"
        raise FileError(f"{loss.name} takes {each} {loss.columns.describe()}, not {predictions}.")
    counts = {
        layout.words: predictions if layout.is_row else 1 for layout in loss.label_domain.layouts
    }
    if labels not in counts.values():
        wanted = " or ".join(f"{count} with {words}" for words, count in counts.items())
        raise FileError(f"{loss.name} takes this many columns of labels: {wanted}, not {labels}.")


def _ignore(_stage: str, _share: float) -> None:
    pass


def _rows_for_the_cache(columns: int) -> int:
    return max(min(BATCH_ROWS, BATCH_CELLS // columns), FEWEST_BATCH_ROWS)


def _names(columns: str | Sequence[str]) -> tuple[str, ...]:
    return (columns,) if isinstance(columns, str) else tuple(columns)


def _describe(loss: Loss) -> str | None:
    if loss.functional is None:
        return None
    is_class = isinstance(loss.label_domain, ClassLabels)
    words = "class frequencies" if is_class else loss.functional.describe()
    return f"{loss.link.raw_score_is} of the {words}" if loss.link.raw_score_is else words


def _plain(constant: Any) -> float | tuple[float, ...] | None:
    if constant is None:
        return None
    return tuple(constant.tolist()) if np.ndim(constant) else float(constant)
