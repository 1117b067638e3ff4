"""The worked examples that the library grew out of, to the digits printed there, and its mistakes.

The numbers were printed by the founding notebook or follow from its formulas on paper; none was
computed by the code under test.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import lossbook as lb

# loss, labels, predictions, mean, gradient of the mean (True) or of the sum, with printed decimals
FOUNDING = {
    "binary cross entropy": (
        lb.BinaryCrossEntropy(),
        [1, 1, 1, 1],
        [0.99, 0.46340523, 0.14644962, 0.91515728],
        (round(0.69723422, 7), 7),
        ([-1.01010101, -2.15793851, -6.82828697, -1.09270835], 6, "sum"),
    ),
    "cross entropy": (
        lb.CrossEntropy(from_logits=True),
        [1],
        [[1.0, 2.0, 2.0]],
        (0.8619948040582511, 16),
        ([[0.1553624, -0.5776812, 0.4223188]], 7, "sum"),
    ),
    "squared error": (
        lb.SquaredError(),
        [3, -1, 2, 7],
        [2.5, -2, 2, 8],
        (0.5625, 16),
        ([-0.25, -0.5, 0, 0.5], 16, "mean"),
    ),
    "hinge": (
        lb.Hinge(),
        [1, 1, -1, -1],
        [2, -0.5, 0.5, -2],
        (0.75, 16),
        ([0, -1, 1, 0], 16, "sum"),
    ),
    "quantile": (
        lb.Quantile(tau=0.5),
        [5, 0, 3],
        [4, 1, 2.5],
        (0.4166666666666667, 16),
        ([-0.5, 0.5, -0.5], 16, "sum"),
    ),
}


@pytest.mark.parametrize("name", FOUNDING)
def test_the_mean_is_the_printed_one(name: str) -> None:
    loss, y_true, y_pred, (mean, decimals), _ = FOUNDING[name]
    assert round(loss(y_true, y_pred), decimals) == mean


@pytest.mark.parametrize("name", FOUNDING)
def test_the_gradient_is_the_printed_one(name: str) -> None:
    loss, y_true, y_pred, _, (gradient, decimals, reduction) = FOUNDING[name]
    got = loss.gradient(y_true, y_pred, reduction=reduction)
    # The inputs of the binary cross entropy are printed to 8 digits: its gradient holds to 6.
    np.testing.assert_array_equal(np.round(got, decimals), np.round(gradient, decimals))


def test_elements_of_the_binary_cross_entropy() -> None:
    loss, y_true, y_pred, _, _ = FOUNDING["binary cross entropy"]
    elements = loss(y_true, y_pred, reduction="none")
    printed = [0.01005034, 0.76915337, 1.92107383, 0.08865934]
    np.testing.assert_array_equal(np.round(elements, 7), np.round(printed, 7))
    assert round(loss(y_true, y_pred, reduction="sum"), 7) == round(2.78893688, 7)


def test_elements_of_the_hinge() -> None:
    loss, y_true, y_pred, _, _ = FOUNDING["hinge"]
    assert loss(y_true, y_pred, reduction="none").tolist() == [0, 1.5, 1.5, 0]


class TestLimits:
    """Where the notebook returned NaN, the limit exists and is returned."""

    @pytest.mark.parametrize(
        ("y", "p", "value", "gradient", "hessian"),
        [
            (1, 1, 0, -1, 1),
            (0, 0, 0, 1, 1),
            (1, 0, math.inf, -math.inf, math.inf),
            (0, 1, math.inf, math.inf, math.inf),
        ],
    )
    def test_certain_probabilities(
        self, y: float, p: float, value: float, gradient: float, hessian: float
    ) -> None:
        got = lb.BinaryCrossEntropy().value_gradient_hessian([y], [p], reduction="none")
        assert [array.item() for array in got] == [value, gradient, hessian]
        assert math.copysign(1, got[0].item()) == 1

    @pytest.mark.parametrize("z", [1000.0, -1000.0, math.inf, -math.inf])
    def test_enormous_logits(self, z: float) -> None:
        loss = lb.BinaryCrossEntropy(from_logits=True)
        right, wrong = float(z > 0), float(z < 0)
        assert loss([right], [z]) == 0
        assert loss([wrong], [z]) == abs(z)
        assert loss.gradient([right], [z]).item() == 0
        assert loss.gradient([wrong], [z]).item() == math.copysign(1, z)

    def test_a_confident_prediction_keeps_its_gradient(self) -> None:
        loss = lb.BinaryCrossEntropy(from_logits=True)
        # -sigmoid(-40) = -exp(-40) to first order; the next term is 17 digits below.
        gradient = loss.gradient([1], [40.0]).item()
        assert math.isclose(gradient, -math.exp(-40), rel_tol=2 * 2**-52)

    def test_a_confident_row_keeps_its_loss(self) -> None:
        loss = lb.CrossEntropy(from_logits=True)
        value, gradient = loss.value_and_gradient([0], [[50.0, 0.0, 0.0]])
        # 2 exp(-50) to first order; the next term is 22 digits below.
        expected = 2 * math.exp(-50)
        assert float(f"{value:.4g}") == 3.857e-22
        assert math.isclose(value, expected, rel_tol=4 * 2**-52)
        assert math.isclose(gradient[0, 0], -expected, rel_tol=4 * 2**-52)

    def test_a_row_of_one_certain_class(self) -> None:
        loss = lb.CrossEntropy(from_logits=True)
        row = [[math.inf, 0.0, -math.inf]]
        assert loss([0], row) == 0
        assert loss([1], row) == math.inf
        assert loss.gradient([0], row).tolist() == [[0, 0, 0]]
        assert loss([0], [[0.0, -math.inf]]) == 0


class TestMistakesNotRepeated:
    """What the notebook gets wrong, one test each."""

    def test_value_and_gradient_belong_together(self) -> None:
        loss, y_true, y_pred, _, _ = FOUNDING["binary cross entropy"]
        mean, total = (loss.gradient(y_true, y_pred, reduction=r) for r in ("mean", "sum"))
        np.testing.assert_array_equal(mean * 4, total)

    def test_one_hot_rows_and_indices_agree_as_means(self) -> None:
        z = np.array([[1.0, 2.0, 2.0], [0.5, -3.0, 4.0]])
        loss = lb.CrossEntropy(from_logits=True)
        assert math.isclose(loss([1, 0], z), loss(np.eye(3)[[1, 0]], z), rel_tol=2**-51)

    def test_rows_of_both_probabilities_give_the_binary_loss(self) -> None:
        y, p = np.array([1, 0, 1, 1]), np.array([0.99, 0.46, 0.15, 0.92])
        rows = np.stack([1 - p, p], axis=-1)
        binary = lb.BinaryCrossEntropy()(y, p)
        assert math.isclose(lb.CrossEntropy()(y, rows), binary, rel_tol=2**-50)

    def test_a_far_off_class_has_an_ordinary_loss(self) -> None:
        assert lb.CrossEntropy(from_logits=True)([1], [[1000.0, 0.0]]) == 1000

    def test_the_quantile_gradient_above_the_label_is_positive(self) -> None:
        assert lb.Quantile(tau=0.25).gradient([1.0], [2.0]).item() == 0.75

    def test_the_quantile_gradient_at_the_label_is_a_subgradient(self) -> None:
        assert lb.Quantile(tau=0.25).gradient([1.0], [1.0]).item() == 0

    def test_labels_that_the_hinge_does_not_know(self) -> None:
        with pytest.raises(lb.InputError, match=r"y_true has 0 at index 0.*2 \* y_true - 1"):
            lb.Hinge()([0, 1], [0.5, 0.5])

    def test_logits_where_probabilities_are_meant(self) -> None:
        with pytest.raises(lb.InputError, match=r"y_pred has 3\.2 at index 1.*from_logits=True"):
            lb.BinaryCrossEntropy()([1, 0], [0.5, 3.2])
