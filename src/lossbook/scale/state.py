"""The state of an evaluation: a few kilobytes that rows are added to and that merge.

States are exact, so any split of the rows over batches, threads, processes or machines, merged in
any order, gives the same result to the last bit. A state can be pickled: on a cluster every worker
returns one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lossbook.errors import InputError
from lossbook.scale.checks import check_no_nan, check_weight
from lossbook.scale.exact import nearest_float
from lossbook.scale.groups import CodedLabels, GroupNames, natural_order
from lossbook.scale.moments import Exact, Moments, ratio, skill
from lossbook.scale.reliability import ReliabilityCounts
from lossbook.scale.results import Histogram, ReliabilityBin, Summary, WorstRow
from lossbook.scale.sketch import LossSketch
from lossbook.scale.worst import Rows, WorstRows

if TYPE_CHECKING:
    from lossbook.loss import Loss

__all__ = ["EvaluationState"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

WHOLE = np.zeros(1, dtype=np.intp)


class EvaluationState:
    """What has been learnt from the rows so far.

    Parameters
    ----------
    loss : Loss
        The loss to evaluate.
    constant : float or array of shape (K,), optional
        The constant prediction to compare with, in the space of ``y_pred``.
    worst : int
        How many of the worst rows to keep, overall and per group.

    Examples
    --------
    >>> import numpy as np
    >>> import lossbook
    >>> from lossbook.scale import EvaluationState
    >>> loss = lossbook.SquaredError()
    >>> first, second = (EvaluationState(loss, constant=2.0) for _ in range(2))
    >>> first.update(np.array([1.0, 2.0]), np.array([1.0, 3.0]))
    >>> second.update(np.array([3.0]), np.array([5.0]), rows=np.array([3]))
    >>> first.merge(second)
    >>> summary = first.total()
    >>> summary.rows, summary.sum, summary.baseline
    (3, 5.0, 0.6666666666666666)
    """

    def __init__(self, loss: Loss, constant: Any = None, worst: int = 10) -> None:
        self.loss = loss
        self.constant = constant
        self._names = GroupNames()
        self._is_weighted: bool | None = None
        self._is_grouped: bool | None = None
        self._moments = Moments()
        self._worst = WorstRows(worst)
        self._sketch = LossSketch()
        self._reliability = ReliabilityCounts() if loss.predicts_probability else None

    def update(
        self,
        y_true: Any,
        y_pred: Any,
        weight: Any = None,
        group: Any = None,
        rows: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Add rows.

        Parameters
        ----------
        y_true, y_pred : array
            Labels and predictions, as the loss takes them.
        weight : array, optional
            One weight per row. A row of weight 0 is counted, and nothing more.
        group : sequence of labels or CodedLabels, optional
            The group of each row.
        rows : array of int, optional
            Numbers of the rows, 1, 2, 3, ... by default.

        Raises
        ------
        InputError
            If a row breaks a rule of the loss, or a loss, label or prediction is NaN. Nothing of
            this call has been added then.
        """
        y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
        check_no_nan("y_true", y_true)
        check_no_nan("y_pred", y_pred)
        losses, gradients = self.loss.value_and_gradient(y_true, y_pred, reduction="none")
        columns = {"loss": _float64(losses), "gradient": _magnitude(gradients)}
        check_no_nan("the loss", columns["loss"])
        if self.constant is not None:
            constant = np.broadcast_to(np.asarray(self.constant, dtype=np.float64), y_pred.shape)
            baseline = self.loss(y_true, np.ascontiguousarray(constant), reduction="none")
            columns["baseline"] = _float64(baseline)
        count = len(columns["loss"])
        if weight is not None:
            weight = _float64(weight)
            check_weight(weight)
        self._agree(weight is not None, group is not None)
        codes = self._codes(group)
        numbers = np.arange(1, count + 1) if rows is None else rows
        self._add(_Batch(y_true, y_pred, weight, codes, numbers, columns))

    def merge(self, other: EvaluationState) -> None:
        """Add all that another state has learnt."""
        if other._is_weighted is None:
            return
        self._agree(bool(other._is_weighted), bool(other._is_grouped))
        codes = self._names.codes_of(other._names.names) if self._is_grouped else WHOLE
        groups = self.groups
        self._moments.merge(other._moments, codes, groups)
        self._worst.merge(other._worst, codes, groups)
        self._sketch.merge(other._sketch)
        if self._reliability is not None and other._reliability is not None:
            self._reliability.merge(other._reliability)

    @property
    def groups(self) -> int:
        """How many groups have been met; 1 if rows are not grouped."""
        return len(self._names) if self._is_grouped else 1

    def total(self) -> Summary:
        """The numbers of all rows."""
        return self._summary(self._moments.total(), 0, None, self._worst.overall())

    def by_group(self) -> tuple[Summary, ...]:
        """The numbers of every group, in natural order of the names; empty if not grouped."""
        order = sorted(enumerate(self._names.names), key=lambda item: natural_order(item[1]))
        return tuple(
            self._summary(self._moments, code, name, self._worst.of_group(code))
            for code, name in order
        )

    def histogram(self) -> Histogram:
        """How the losses are distributed."""
        return self._sketch.histogram()

    def reliability(self) -> tuple[ReliabilityBin, ...] | None:
        """Probabilities against frequencies; None if the loss predicts no probability."""
        return self._reliability.bins(bool(self._is_weighted)) if self._reliability else None

    def _agree(self, is_weighted: bool, is_grouped: bool) -> None:
        """Weights and groups come with all rows or with none."""
        if self._is_weighted is None:
            self._is_weighted, self._is_grouped = is_weighted, is_grouped
        if (self._is_weighted, self._is_grouped) != (is_weighted, is_grouped):
            raise InputError("weights and groups must be given for all rows or for none.")

    def _codes(self, group: Any) -> Codes | None:
        if group is None:
            return None
        coded = group if isinstance(group, CodedLabels) else CodedLabels.from_labels(group)
        return self._names.codes_of(coded.names)[coded.codes]

    def _add(self, batch: _Batch) -> None:
        groups = self.groups
        self._moments.count(len(batch.rows), batch.codes, groups)
        batch = batch.of_positive_weight()
        if len(batch.rows) == 0:
            return
        self._moments.add(batch.columns, batch.weight, batch.codes)
        self._sketch.add(batch.columns["loss"])
        self._worst.add(batch.as_rows(), groups)
        if self._reliability is not None:
            probability = np.asarray(self.loss.inverse_link(batch.y_pred), dtype=np.float64)
            self._reliability.add(_float64(batch.y_true), probability, batch.weight)

    def _summary(
        self, moments: Moments, code: int, name: str | None, worst: Rows | None
    ) -> Summary:
        weight = moments.weight(code, bool(self._is_weighted))
        used = weight > 0

        def mean(of: str) -> Exact | None:
            return ratio(moments.sum(of, code), weight) if used else None

        baseline = None if self.constant is None else mean("baseline")
        return Summary(
            group=name,
            rows=int(moments.rows[code]),
            weight=nearest_float(weight),
            mean=_rounded(mean("loss")),
            standard_error=moments.standard_error(code, bool(self._is_weighted)),
            sum=nearest_float(moments.sum("loss", code)),
            minimum=float(moments.minimum[code]) if used else None,
            maximum=float(moments.maximum[code]) if used else None,
            mean_gradient=_rounded(mean("gradient")),
            baseline=_rounded(baseline),
            skill=skill(mean("loss"), baseline),
            worst=self._worst_rows(worst),
        )

    def _worst_rows(self, rows: Rows | None) -> tuple[WorstRow, ...]:
        if rows is None:
            return ()
        names = self._names.names if self._is_grouped else [None]
        return tuple(
            WorstRow(
                row=int(rows.row[i]),
                y_true=_plain(rows.y_true[i]),
                y_pred=_plain(rows.y_pred[i]),
                weight=float(rows.weight[i]),
                group=names[rows.code[i]],
                loss=float(rows.loss[i]),
            )
            for i in range(len(rows.row))
        )


@dataclass(frozen=True)
class _Batch:
    """Rows that have been checked, with what was computed for them."""

    y_true: npt.NDArray[Any]
    y_pred: npt.NDArray[Any]
    weight: Floats | None
    codes: Codes | None
    rows: npt.NDArray[np.int64]
    columns: dict[str, Floats]

    def of_positive_weight(self) -> _Batch:
        """Without the rows of weight 0: they contribute nothing, not even infinity."""
        if self.weight is None or self.weight.all():
            return self
        kept = self.weight > 0
        return _Batch(
            self.y_true[kept],
            self.y_pred[kept],
            self.weight[kept],
            None if self.codes is None else self.codes[kept],
            self.rows[kept],
            {name: values[kept] for name, values in self.columns.items()},
        )

    def as_rows(self) -> Rows:
        count = len(self.rows)
        return Rows(
            loss=self.columns["loss"],
            row=self.rows,
            code=np.zeros(count, dtype=np.intp) if self.codes is None else self.codes,
            weight=np.ones(count) if self.weight is None else self.weight,
            y_true=self.y_true,
            y_pred=self.y_pred,
        )


def _float64(values: Any) -> Floats:
    return np.ascontiguousarray(values, dtype=np.float64)


def _magnitude(gradients: Any) -> Floats:
    """Size of each row's gradient: its Euclidean length where it has several entries."""
    sizes = np.abs(_float64(gradients))
    if sizes.ndim == 1:
        return sizes
    # Divided by the largest entry, so that squares neither overflow nor vanish.
    largest = sizes.max(axis=1)
    ordinary = (largest > 0) & (largest < np.inf)
    scale = np.where(ordinary, largest, 1.0)
    with np.errstate(invalid="ignore"):
        length = scale * np.sqrt(np.square(sizes / scale[:, None]).sum(axis=1))
    norms: Floats = np.where(ordinary, length, largest)
    return norms


def _rounded(number: Exact | None) -> float | None:
    return None if number is None else nearest_float(number)


def _plain(cell: Any) -> float | tuple[float, ...]:
    return tuple(float(part) for part in cell) if np.ndim(cell) else float(cell)
