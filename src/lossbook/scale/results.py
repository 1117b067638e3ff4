"""What an evaluation says: plain, immutable records without a dependency.

The tables, the JSON output and the HTML report are written from these records and from nothing
else. ``None`` always means "there is no such number" (the standard error of one row, the baseline
of a loss without a best constant); an infinite loss is ``inf``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = [
    "Evaluation",
    "Histogram",
    "ReliabilityBin",
    "Summary",
    "WorstRow",
]


@dataclass(frozen=True, slots=True)
class WorstRow:
    """One of the rows with the largest loss.

    Attributes
    ----------
    row : int
        Number of the data row in the file: the first row of data is 1, a header is not counted.
    y_true, y_pred : float or tuple of float
        The label and the prediction; tuples where several columns were given.
    weight : float
        The weight of the row, 1.0 without a weight column.
    group : str or None
        The row's group, None without a ``by`` column.
    loss : float
        The loss of the row, not multiplied by its weight; ``inf`` is possible.
    """

    row: int
    y_true: float | tuple[float, ...]
    y_pred: float | tuple[float, ...]
    weight: float
    group: str | None
    loss: float


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of the whole file, or of one group of its rows.

    Attributes
    ----------
    group : str or None
        Name of the group; None for the whole file.
    rows : int
        Rows used, rows of weight 0 included.
    weight : float
        Sum of the weights; the number of rows without a weight column.
    mean : float or None
        ``sum(w * loss) / sum(w)``; None where all weights of a group are 0.
    standard_error : float or None
        Standard error of the mean (see :func:`lossbook.scale.moments.standard_error`); None for
        fewer than two rows of positive weight.
    sum : float
        ``sum(w * loss)``.
    minimum, maximum : float or None
        Smallest and largest loss of a row of positive weight.
    mean_gradient : float or None
        Weighted mean of ``|d loss / d y_pred|``; the Euclidean norm where the prediction has
        several columns.
    baseline : float or None
        Weighted mean loss, on these same rows, of the best constant prediction *for the whole
        file*. Groups share that one constant, so that their skills can be compared.
    skill : float or None
        ``1 - mean / baseline``: 1 is perfect, 0 is no better than the constant, negative is worse.
        None without a baseline, and where the baseline is 0 or both are infinite.
    worst : tuple of WorstRow
        The rows of largest loss, largest first, ties by row number; rows of weight 0 are left out.
    """

    group: str | None
    rows: int
    weight: float
    mean: float | None
    standard_error: float | None
    sum: float
    minimum: float | None
    maximum: float | None
    mean_gradient: float | None
    baseline: float | None
    skill: float | None
    worst: tuple[WorstRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Histogram:
    """How the losses of the rows of positive weight are distributed, as row counts.

    ``counts[i]`` rows have a loss from ``edges[i]`` up to ``edges[i + 1]``. ``edges`` are equally
    spaced where ``scale`` is "linear" and have a constant ratio where it is "log" (then ``zeros``
    holds the rows of loss exactly 0, which a logarithmic axis cannot show; otherwise they are in
    the bins). ``below`` and ``above`` rows have a finite loss beyond the first and the last edge,
    ``infinite`` rows an infinite one.
    The bins come from a sketch: a count may be off by the rows within 0.4 % of an edge.

    ``quantiles`` are pairs of (level, loss) such as (0.5, median), right to a relative 0.2 %.
    """

    scale: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    zeros: int
    below: int
    above: int
    infinite: int
    quantiles: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The rows whose predicted probability lies in one interval.

    ``lower <= p < upper`` (the last bin holds p = 1 as well). ``mean_prediction`` and
    ``mean_label`` are weighted means, None for an empty bin: on a calibrated model they agree.
    """

    lower: float
    upper: float
    rows: int
    weight: float
    mean_prediction: float | None
    mean_label: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that an evaluation of a predictions file says.

    Attributes
    ----------
    file : str
        The path as it was given.
    file_bytes : int
        The size of the file.
    loss : str
        Registered name of the loss, for example "quantile".
    parameters : mapping
        The parameters of the loss, for example ``{"tau": 0.9}``.
    kind : str
        "regression", "binary" or "multiclass".
    y_true, y_pred : tuple of str
        The columns that were read.
    weight, by : str or None
        The column of weights and the column of groups.
    total : Summary
        The whole file.
    groups : tuple of Summary
        One per value of the ``by`` column, in natural order of their names ("2" before "10");
        empty without one.
    skipped_rows : int
        Rows left out because a needed cell was null (only with ``skip_nulls``).
    nulls : mapping of str to int
        Null cells per needed column, of the columns that have any.
    functional : str or None
        What the best constant is, in words: "mean", "logit of the mean", "quantile 0.9".
    constant : float or tuple of float or None
        The best constant prediction over the whole file, in the space of ``y_pred`` (a raw score
        if the predictions are raw scores).
    histogram : Histogram
        Distribution of the losses over the whole file.
    reliability : tuple of ReliabilityBin or None
        Only for losses whose prediction is a probability of class 1.
    """

    file: str
    file_bytes: int
    loss: str
    parameters: Mapping[str, object]
    kind: str
    y_true: tuple[str, ...]
    y_pred: tuple[str, ...]
    weight: str | None
    by: str | None
    total: Summary
    groups: tuple[Summary, ...]
    skipped_rows: int
    nulls: Mapping[str, int]
    functional: str | None
    constant: float | tuple[float, ...] | None
    histogram: Histogram
    reliability: tuple[ReliabilityBin, ...] | None
