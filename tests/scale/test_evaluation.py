"""Evaluating files: right numbers, and the same bits however the file is cut."""

from __future__ import annotations

import dataclasses
import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lossbook
from lossbook.scale import Evaluation, EvaluationState, evaluate

Write = Callable[..., Path]
EPS = 2.0**-52


def plain(evaluation: Evaluation) -> Evaluation:
    """Without what the file is called and how large it is."""
    return dataclasses.replace(evaluation, file="", file_bytes=0)


def test_the_mean_and_what_belongs_to_it(write: Write, predictions: dict[str, Any]) -> None:
    evaluation = evaluate(write(predictions), "log_loss", y_true="y", y_pred="p")
    loss = lossbook.BinaryCrossEntropy()
    y, p = predictions["y"], predictions["p"]
    losses = loss(y, p, reduction="none")
    total = evaluation.total
    assert total.rows == total.weight == 2000
    assert total.sum == math.fsum(losses)
    assert total.mean == pytest.approx(math.fsum(losses) / 2000, rel=EPS, abs=0)
    assert total.standard_error == pytest.approx(
        losses.std(ddof=1) / math.sqrt(2000), rel=1e-12, abs=0
    )
    assert (total.minimum, total.maximum) == (losses.min(), losses.max())
    gradients = np.abs(loss.gradient(y, p, reduction="none"))
    assert total.mean_gradient == pytest.approx(math.fsum(gradients) / 2000, rel=EPS, abs=0)
    assert evaluation.constant == math.fsum(y) / 2000
    baseline = loss(y, np.full(2000, evaluation.constant))
    assert total.baseline == pytest.approx(baseline, rel=2 * EPS, abs=0)
    assert total.skill == pytest.approx(1 - total.mean / total.baseline, rel=1e-13, abs=0)


def test_weights(write: Write, predictions: dict[str, Any]) -> None:
    evaluation = evaluate(write(predictions), "log_loss", y_true="y", y_pred="p", weight="w")
    loss = lossbook.BinaryCrossEntropy()
    y, p, w = predictions["y"], predictions["p"], predictions["w"]
    losses = loss(y, p, reduction="none")
    total = evaluation.total
    assert total.rows == 2000
    assert total.weight == math.fsum(w)
    assert total.mean == pytest.approx(loss(y, p, sample_weight=w), rel=4 * EPS, abs=0)
    used = w > 0
    n, mean = used.sum(), np.average(losses, weights=w)
    spread = np.sum(w[used] ** 2 * (losses[used] - mean) ** 2)
    expected = math.sqrt(n / (n - 1) * spread) / w.sum()
    assert total.standard_error == pytest.approx(expected, rel=1e-12, abs=0)
    assert evaluation.constant == pytest.approx(np.average(y, weights=w), rel=4 * EPS, abs=0)


def test_equal_weights_change_nothing(write: Write, predictions: dict[str, Any]) -> None:
    columns = predictions | {"w": np.full(2000, 0.25)}
    names = {"y_true": "y", "y_pred": "p"}
    without = evaluate(write(columns), "log_loss", **names).total
    weighted = evaluate(write(columns), "log_loss", weight="w", **names).total
    for name in ("mean", "standard_error", "minimum", "mean_gradient", "baseline", "skill"):
        assert getattr(weighted, name) == getattr(without, name)
    assert weighted.weight == without.weight / 4


def test_formats_and_batches_give_the_same_bits(
    any_format: str, write: Write, predictions: dict[str, Any]
) -> None:
    names = {"y_true": "y", "y_pred": "p", "weight": "w", "by": "shop"}
    expected = plain(evaluate(write(predictions), "log_loss", **names))
    path = write(predictions, any_format)
    for batch_rows in (None, 1000, 7):
        assert plain(evaluate(path, "log_loss", batch_rows=batch_rows, **names)) == expected


@pytest.mark.parametrize("loss", ["mse", "hinge", "pinball"])
def test_single_rows_give_the_same_bits(loss: str, write: Write) -> None:
    rng = np.random.default_rng(6)
    columns = {"y": rng.choice([-1.0, 1.0], 300), "p": rng.normal(size=300) * 1e3}
    path = write(columns, ".parquet", rows=100)
    names = {"y_true": "y", "y_pred": "p"}
    whole, single = (evaluate(path, loss, batch_rows=rows, **names) for rows in (None, 1))
    assert whole == single


def test_order_of_rows_shows_only_in_row_numbers(write: Write, predictions: dict[str, Any]) -> None:
    names = {"y_true": "y", "y_pred": "p", "weight": "w", "by": "shop", "worst": 0}
    expected = plain(evaluate(write(predictions), "log_loss", **names))
    order = np.random.default_rng(7).permutation(2000)
    shuffled = {name: values[order] for name, values in predictions.items()}
    assert plain(evaluate(write(shuffled), "log_loss", **names)) == expected


def test_groups_are_files_of_their_own_but_for_the_constant(
    write: Write, predictions: dict[str, Any]
) -> None:
    path = write(predictions)
    whole = evaluate(path, "log_loss", y_true="y", y_pred="p", by="shop")
    assert [group.group for group in whole.groups] == ["9", "10", "north", "south"]
    assert sum(group.rows for group in whole.groups) == whole.total.rows
    assert math.fsum(g.sum for g in whole.groups) == pytest.approx(
        whole.total.sum, rel=4 * EPS, abs=0
    )
    loss = lossbook.BinaryCrossEntropy()
    for group in whole.groups:
        inside = predictions["shop"] == group.group
        alone = write({name: values[inside] for name, values in predictions.items()})
        expected = evaluate(alone, "log_loss", y_true="y", y_pred="p").total
        for name in ("rows", "mean", "standard_error", "sum", "maximum", "mean_gradient"):
            assert getattr(group, name) == getattr(expected, name)
        y = predictions["y"][inside]
        constant = np.full(len(y), whole.constant)
        assert group.baseline == pytest.approx(loss(y, constant), rel=4 * EPS, abs=0)


def test_grouping_does_not_change_the_total(write: Write, predictions: dict[str, Any]) -> None:
    names = {"y_true": "y", "y_pred": "p", "weight": "w", "worst": 0}
    path = write(predictions)
    total = evaluate(path, "log_loss", **names).total
    assert evaluate(path, "log_loss", by="shop", **names).total == total


def test_worst_rows(write: Write, predictions: dict[str, Any]) -> None:
    y, p = predictions["y"], predictions["p"].round(2)  # many ties
    path = write(predictions | {"p": p}, ".parquet")
    names = {"y_true": "y", "y_pred": "p", "weight": "w", "by": "shop"}
    evaluation = evaluate(path, "mse", worst=7, batch_rows=100, **names)
    losses = (p - y) ** 2
    used = predictions["w"] > 0
    order = [i for i in np.lexsort((np.arange(2000), -losses)) if used[i]]
    assert [row.row - 1 for row in evaluation.total.worst] == order[:7]
    first = evaluation.total.worst[0]
    i = order[0]
    assert (first.y_true, first.y_pred, first.loss) == (y[i], p[i], losses[i])
    assert (first.weight, first.group) == (predictions["w"][i], predictions["shop"][i])
    for group in evaluation.groups:
        mine = [i for i in order if predictions["shop"][i] == group.group]
        assert [row.row - 1 for row in group.worst] == mine[:7]


def test_fewer_rows_than_worst_rows(write: Write) -> None:
    path = write({"y": [1.0, 2.0], "p": [1.5, 4.0]})
    worst = evaluate(path, "mse", y_true="y", y_pred="p").total.worst
    assert [(row.row, row.loss) for row in worst] == [(2, 4.0), (1, 0.25)]


def test_infinite_losses_are_infinite_not_nan(write: Write) -> None:
    path = write({"y": [1.0, 0.0, 1.0], "p": [0.0, 0.5, 1.0], "g": ["a", "b", "b"]})
    evaluation = evaluate(path, "log_loss", y_true="y", y_pred="p", by="g")
    total = evaluation.total
    assert total.mean == total.sum == total.standard_error == total.maximum == math.inf
    assert total.mean_gradient == math.inf
    assert total.skill == -math.inf
    assert evaluation.histogram.infinite == 1
    assert evaluation.groups[1].mean == pytest.approx(math.log(2) / 2, rel=EPS, abs=0)


def test_infinite_labels_have_no_best_constant(write: Write) -> None:
    path = write({"y": [1.0, np.inf], "p": [1.5, 2.0]}, ".parquet")
    evaluation = evaluate(path, "mse", y_true="y", y_pred="p")
    assert evaluation.total.mean == math.inf
    assert evaluation.constant is evaluation.total.baseline is evaluation.total.skill is None


def test_a_row_of_weight_0_contributes_exactly_0(write: Write) -> None:
    path = write({"y": [1.0, 0.0, 1.0], "p": [0.0, 0.5, 0.5], "w": [0.0, 1.0, 1.0]})
    evaluation = evaluate(path, "log_loss", y_true="y", y_pred="p", weight="w")
    total = evaluation.total
    assert (total.rows, total.weight) == (3, 2.0)
    assert total.mean == total.maximum == math.log(2)
    assert [row.row for row in total.worst] == [2, 3]
    assert evaluation.histogram.infinite == 0


def test_a_group_without_weight_has_no_mean(write: Write) -> None:
    path = write({"y": [1.0, 0.0], "p": [0.5, 0.5], "w": [0.0, 1.0], "g": ["a", "b"]})
    names = {"y_true": "y", "y_pred": "p", "weight": "w", "by": "g"}
    empty = evaluate(path, "log_loss", **names).groups[0]
    assert (empty.rows, empty.weight, empty.sum) == (1, 0.0, 0.0)
    assert empty.mean is empty.minimum is empty.baseline is empty.skill is None


def test_one_row_has_no_standard_error(write: Write) -> None:
    total = evaluate(write({"y": [1.0], "p": [3.0]}), "mse", y_true="y", y_pred="p").total
    assert total.standard_error is None
    assert total.skill is None  # the best constant is right, so there is nothing to compare with


def test_alike_rows_have_no_spread(write: Write) -> None:
    path = write({"y": [1.0] * 9, "p": [1.1] * 9, "w": [0.1 * k for k in range(1, 10)]})
    names = {"y_true": "y", "y_pred": "p"}
    assert evaluate(path, "mse", **names).total.standard_error == 0
    assert evaluate(path, "mse", weight="w", **names).total.standard_error == 0


@pytest.mark.parametrize("from_logits", [False, True])
def test_only_one_class_among_the_labels(from_logits: bool, write: Write) -> None:
    path = write({"y": [1.0, 1.0], "p": [0.5, 0.75]})
    loss = lossbook.BinaryCrossEntropy(from_logits=from_logits)
    evaluation = evaluate(path, loss, y_true="y", y_pred="p")
    assert evaluation.total.baseline in (0.0, None)
    assert evaluation.total.skill is None


@pytest.mark.parametrize("from_logits", [False, True])
def test_classes(from_logits: bool, write: Write) -> None:
    rng = np.random.default_rng(8)
    scores = rng.normal(size=(500, 3)) * 3
    labels = rng.integers(0, 3, size=500)
    loss = lossbook.CrossEntropy(from_logits=from_logits)
    predictions = scores
    if not from_logits:
        exponentials = np.exp(scores)
        predictions = exponentials / exponentials.sum(axis=1, keepdims=True)
    columns: dict[str, Any] = {f"s{k}": predictions[:, k] for k in range(3)}
    columns |= {f"y{k}": (labels == k).astype(float) for k in range(3)}
    path = write(columns | {"class": labels}, ".parquet")
    names = [f"s{k}" for k in range(3)]
    by_index = evaluate(path, loss, y_true="class", y_pred=names)
    one_hot = evaluate(path, loss, y_true=[f"y{k}" for k in range(3)], y_pred=names)
    assert by_index.total.mean == pytest.approx(loss(labels, predictions), rel=4 * EPS, abs=0)
    words = "class frequencies"
    assert by_index.functional == (f"log of the {words}" if from_logits else words)
    shares = np.bincount(labels, minlength=3) / 500
    entropy = -np.sum(shares * np.log(shares))
    assert by_index.total.baseline == pytest.approx(entropy, rel=1e-14, abs=0)
    gradients = loss.gradient(labels, predictions, reduction="none")
    expected = np.linalg.norm(gradients, axis=1).mean()
    assert by_index.total.mean_gradient == pytest.approx(expected, rel=1e-13, abs=0)
    assert one_hot.total.mean == pytest.approx(by_index.total.mean, rel=4 * EPS, abs=0)
    assert one_hot.constant == by_index.constant
    assert len(by_index.total.worst[0].y_pred) == 3


def test_batches_of_classes_give_the_same_bits(write: Write) -> None:
    rng = np.random.default_rng(9)
    columns: dict[str, Any] = {f"s{k}": rng.normal(size=200) * 5 for k in range(11)}
    path = write(columns | {"class": rng.integers(0, 11, size=200)}, ".parquet", rows=60)
    names = {"y_true": "class", "y_pred": [f"s{k}" for k in range(11)]}
    whole, single = (evaluate(path, "softmax", batch_rows=rows, **names) for rows in (None, 1))
    assert whole == single


def test_reliability(write: Write, predictions: dict[str, Any]) -> None:
    evaluation = evaluate(write(predictions), "log_loss", y_true="y", y_pred="p", weight="w")
    assert evaluation.reliability is not None
    y, p, w = predictions["y"], predictions["p"], predictions["w"]
    for index, found in enumerate(evaluation.reliability):
        last = index == 9
        inside = (w > 0) & (p >= found.lower) & ((p < found.upper) | last)
        assert found.rows == inside.sum()
        assert found.mean_label == pytest.approx(
            np.average(y[inside], weights=w[inside]), rel=1e-13, abs=0
        )
        assert found.mean_prediction == pytest.approx(
            np.average(p[inside], weights=w[inside]), rel=1e-13, abs=0
        )
    assert evaluate(write(predictions), "mse", y_true="y", y_pred="p").reliability is None


def test_reliability_of_logits_is_that_of_probabilities(
    write: Write, predictions: dict[str, Any]
) -> None:
    z = np.log(predictions["p"]) - np.log1p(-predictions["p"])
    path = write(predictions | {"z": z})
    loss = lossbook.BinaryCrossEntropy(from_logits=True)
    from_logits = evaluate(path, loss, y_true="y", y_pred="z").reliability
    direct = evaluate(path, "log_loss", y_true="y", y_pred="p").reliability
    assert from_logits is not None
    assert direct is not None
    assert [b.rows for b in from_logits] == [b.rows for b in direct]


def test_a_loss_without_a_functional_has_no_baseline(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lossbook.SquaredError, "functional", None)
    path = write({"y": [1.0, 2.0], "p": [1.5, 4.0]})
    evaluation = evaluate(path, "mse", y_true="y", y_pred="p")
    assert evaluation.functional is evaluation.constant is None
    assert evaluation.total.baseline is evaluation.total.skill is None


def test_states_merge_in_any_order(predictions: dict[str, Any]) -> None:
    loss = lossbook.get("log_loss")
    predictions["p"] = predictions["p"].round(1)  # ties, so that the row numbers decide
    columns = [predictions[name] for name in ("y", "p", "w", "shop")]
    rows = np.arange(1, 2001)

    def state_of(*parts: slice) -> EvaluationState:
        state = EvaluationState(loss, constant=0.5, worst=5)
        for part in parts:
            state.update(*(column[part] for column in columns), rows=rows[part])
        return state

    whole = state_of(slice(None))
    parts = [state_of(slice(a, a + 250)) for a in range(0, 2000, 250)]
    merged = EvaluationState(loss, constant=0.5, worst=5)
    for part in reversed(parts):
        merged.merge(pickle.loads(pickle.dumps(part)))
    merged.merge(EvaluationState(loss, constant=0.5, worst=5))
    assert merged.total() == whole.total()
    assert merged.by_group() == whole.by_group()
    assert merged.histogram() == whole.histogram()
    assert merged.reliability() == whole.reliability()


def test_a_refused_update_leaves_the_state_as_it_was() -> None:
    state = EvaluationState(lossbook.BinaryCrossEntropy())
    state.update([1.0], [0.5])
    before = state.total()
    for y_true, y_pred, weight in (
        ([1.0, 1.0], [0.5, 1.5], None),
        ([1.0, 1.0], [0.5, math.nan], None),
        ([1.0, 1.0], [0.5, 0.5], [1.0, 1.0]),
        ([1.0, 1.0], [0.5, 0.5], [1.0, -1.0]),
    ):
        with pytest.raises(lossbook.InputError):
            state.update(y_true, y_pred, weight)
        assert state.total() == before


def test_progress_reaches_the_end(
    any_format: str, write: Write, predictions: dict[str, Any]
) -> None:
    seen: list[tuple[str, float]] = []
    path = write(predictions, any_format)
    evaluate(
        path,
        "mse",
        y_true="y",
        y_pred="p",
        batch_rows=100,
        progress=lambda stage, share: seen.append((stage, share)),
    )
    assert [stage for stage, _ in seen] == sorted(stage for stage, _ in seen)
    for stage in ("labels", "losses"):
        shares = [share for name, share in seen if name == stage]
        assert shares == sorted(shares)
        assert 0 <= shares[0] <= shares[-1] == 1.0
