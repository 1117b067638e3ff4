"""Losses made of losses keep the laws of all losses, and are what they are said to be."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from accuracy.measure import measure
from laws.collection import every_law
from lossbook.checks.sampling import ordinary
from lossbook.checks.truth import truth, ulp_errors
from lossbook.composition.combination import MarginCombination, ResidualCombination
from lossbook.composition.offset import Offset
from lossbook.composition.weighted import ClassWeighted

LOGITS = lb.BinaryCrossEntropy(from_logits=True)
# Of sums, those whose bounds are those of their parts together.
COMPOSITIONS = [
    2 * lb.Huber(delta=1.5),
    lb.Huber(delta=0.5) + 3 * lb.AbsoluteError(),
    lb.SquaredError() + lb.SquaredError() * 0.5,
    0.3 * LOGITS,
    LOGITS.class_weighted({0: 1, 1: 3}),
    lb.BinaryCrossEntropy().class_weighted({0: 2, 1: 2}),
    lb.Hinge().class_weighted({-1: 0.5, 1: 3}),
    lb.Hinge() + 2 * lb.Hinge(),
    lb.SquaredError().offset(-1.25),
    2 * lb.CrossEntropy(from_logits=True),
]
# These ask the registry, or read a repr with one class's name.
OF_THE_REGISTRY = {"a_loss_tells_what_it_is", "the_repr_can_be_read_back"}
LAWS = {name: law for name, law in every_law().items() if name not in OF_THE_REGISTRY}


@pytest.mark.parametrize("loss", COMPOSITIONS, ids=repr)
@pytest.mark.parametrize("name", LAWS)
def test_law(name: str, loss: lb.Loss) -> None:
    LAWS[name](loss)


@pytest.mark.parametrize("loss", COMPOSITIONS, ids=repr)
def test_accuracy_is_what_is_promised(loss: lb.Loss) -> None:
    for dtype in ("float32", "float64"):
        for found in measure(loss, dtype, 600) if not isinstance(loss, Offset) else ():
            # Promised for classes: a share of a class may be too small for its infinite slope.
            shares = isinstance(loss, ClassWeighted) and found.labels == "soft"
            assert found.holds or shares, found


@pytest.mark.parametrize("loss", [lb.SquaredError().offset(0.1), lb.LogCosh().offset(-1 / 3)])
def test_an_offset_costs_no_accuracy(loss: lb.Loss) -> None:
    for samples in ordinary(loss, 600, seed=4):
        bounds = loss.accuracy
        for order, bound in enumerate((bounds.value, bounds.gradient, bounds.hessian)):
            found = loss.value_gradient_hessian(samples.y_true, samples.y_pred, reduction="none")
            true = truth(loss, order, samples.y_true, samples.y_pred)
            assert ulp_errors(found[order], true).max() <= bound


@pytest.mark.parametrize("loss", COMPOSITIONS, ids=repr)
def test_a_repr_is_how_to_write_it(loss: lb.Loss) -> None:
    assert eval(repr(loss), vars(lb)) == loss


@pytest.mark.parametrize("loss", COMPOSITIONS, ids=repr)
def test_it_is_no_entry_of_the_registry(loss: lb.Loss) -> None:
    assert type(loss) not in lb.catalogue()
    assert pickle.loads(pickle.dumps(loss)) == loss


def test_a_sum_is_the_sum() -> None:
    huber, absolute = lb.Huber(delta=0.7), lb.AbsoluteError()
    loss = 2 * huber + absolute
    for samples in ordinary(loss, 200, seed=1):
        data = samples.y_true, samples.y_pred
        results = (
            part.value_gradient_hessian(*data, reduction="none") for part in (loss, huber, absolute)
        )
        for one, first, second in zip(*results, strict=True):
            np.testing.assert_allclose(one, 2 * first + second, rtol=4e-16, atol=0)


def test_sums_are_flat_and_factors_multiply() -> None:
    huber, absolute = lb.Huber(), lb.AbsoluteError()
    assert 2 * (huber + 3 * absolute) == 2 * huber + 6 * absolute
    assert sum([huber, absolute]) == huber + absolute
    assert np.float64(2) * huber == huber * 2 == 2.0 * huber
    assert len({huber + absolute, huber + absolute, absolute + huber}) == 2


def test_the_family_stays_where_all_parts_share_it() -> None:
    assert isinstance(lb.Huber() + lb.AbsoluteError(), ResidualCombination)
    assert isinstance(2 * lb.Hinge(), MarginCombination)
    assert isinstance(lb.Hinge() + lb.Hinge().class_weighted({-1: 1, 1: 2}), lb.PointwiseLoss)
    assert isinstance(2 * lb.CrossEntropy(), lb.ScoresLoss)


def test_bounds_of_a_sum_hold() -> None:
    loss = lb.Huber(delta=0.5) + lb.Cauchy() + lb.Quantile(tau=0.9)
    facts = loss.facts
    for samples in ordinary(loss, 2000, seed=2):
        value, slope, curve = loss.value_gradient_hessian(
            samples.y_true, samples.y_pred, reduction="none"
        )
        assert facts.minimum <= value.min()
        assert abs(slope).max() <= facts.lipschitz
        assert facts.smoothness == np.inf or abs(curve).max() <= facts.smoothness
    assert (facts.convex, facts.symmetric, facts.kinks) == (False, False, (0.0,))


def test_a_part_may_form_its_residual_in_its_own_way() -> None:
    periodic = lb.Periodic(c=24)
    y, p = [23.0, 1.0], [1.0, 300.0]
    np.testing.assert_array_equal((2 * periodic).gradient(y, p), 2 * periodic.gradient(y, p))
    shifted = periodic.offset(2).gradient(y, p)
    np.testing.assert_allclose(shifted, periodic.gradient(y, [3.0, 302.0]), rtol=1e-14, atol=0)


def test_soft_labels_share_in_both_weights() -> None:
    loss = LOGITS.class_weighted({0: 2, 1: 5})
    low, high = (LOGITS([y], [0.4]) for y in (0.0, 1.0))
    assert loss([0.25], [0.4]) == pytest.approx(0.75 * 2 * low + 0.25 * 5 * high, rel=1e-15)
    assert loss([1.0], [-np.inf]) == np.inf
    assert loss([0.0], [-np.inf]) == 0


def test_weights_of_classes_are_weights_of_samples() -> None:
    loss = lb.Hinge().class_weighted({-1: 0.5, 1: 3})
    samples = ordinary(loss, 300, seed=3)[0]
    weight = np.where(samples.y_true == 1, 3, 0.5)
    for one, other in zip(
        loss.value_gradient_hessian(samples.y_true, samples.y_pred, reduction="none"),
        lb.Hinge().value_gradient_hessian(
            samples.y_true, samples.y_pred, sample_weight=weight, reduction="none"
        ),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


def test_constants_of_compositions() -> None:
    y = np.array([1.0, 2.0, 7.0])
    assert lb.SquaredError().offset(10).optimal_constant(y) == pytest.approx(10 / 3 - 10)
    assert (3 * lb.SquaredError().offset(10)).optimal_constant(y) == pytest.approx(10 / 3 - 10)
    both = lb.SquaredError().offset(10) + lb.SquaredError()
    assert both.optimal_constant(y) == pytest.approx(10 / 3 - 5)
    assert (lb.Huber() + lb.Huber()).optimal_constant(y) == lb.Huber().optimal_constant(y)
    # 3 p = 1 - p: three times the weight on one of two classes.
    weighed = LOGITS.class_weighted({0: 1, 1: 3}).optimal_constant([0.0, 1.0])
    assert weighed == pytest.approx(np.log(3))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: lb.Huber() + lb.Hinge(), "no sum takes both"),
        (lambda: lb.BinaryCrossEntropy() + LOGITS, "do not predict the same"),
        (lambda: lb.Huber() + 2 * lb.CrossEntropy(), "do not predict the same"),
        (lambda: -1 * lb.Huber(), "greater than 0"),
        (lambda: 0 * lb.Huber(), "greater than 0"),
        (lambda: float("nan") * lb.Huber(), "greater than 0"),
        (lambda: lb.Huber().class_weighted({0: 1, 1: 2}), "no loss of two classes"),
        (lambda: lb.Hinge().class_weighted({0: 1, 1: 2}), "{-1: ..., 1: ...}"),
        (lambda: lb.Hinge().class_weighted({-1: 0, 1: 2}), "weight of class -1"),
        (lambda: lb.BinaryCrossEntropy().offset(1), "[0, 1]"),
        (lambda: lb.Huber().offset(np.inf), "finite"),
        (lambda: lb.Huber().offset([1.0, 2.0]), "added to y_pred"),  # type: ignore[arg-type]
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, words: str) -> None:
    with pytest.raises((lb.InputError, lb.InputTypeError)) as caught:
        make()
    assert words in str(caught.value)


@pytest.mark.parametrize("make", [lambda: lb.Huber() + 3, lambda: "a" * lb.Huber()])
def test_losses_add_to_losses_only(make: Any) -> None:
    with pytest.raises(TypeError):
        make()


def test_other_array_libraries_take_compositions() -> None:
    torch = pytest.importorskip("torch")
    loss = (lb.Huber() + 0.5 * lb.AbsoluteError()).offset(0.25)
    y, p = np.array([1.0, -2.0, 0.5]), np.array([0.5, 1.0, 0.75])
    wanted = loss.value_gradient_hessian(y, p, reduction="none")
    found = loss.value_gradient_hessian(torch.tensor(y), torch.tensor(p), reduction="none")
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one.numpy(), other, rtol=1e-15, atol=0)


def test_compositions_can_be_compiled() -> None:
    pytest.importorskip("llvmlite")
    for loss in (2 * lb.Huber() + lb.AbsoluteError(), lb.Hinge().class_weighted({-1: 1, 1: 3})):
        fast = lb.compile(loss)
        samples = ordinary(loss, 1000, seed=5)[0]
        for one, other in zip(
            fast.value_gradient_hessian(samples.y_true, samples.y_pred, reduction="none"),
            loss.value_gradient_hessian(samples.y_true, samples.y_pred, reduction="none"),
            strict=True,
        ):
            np.testing.assert_allclose(one, other, rtol=4e-16, atol=0)
        again = pickle.loads(pickle.dumps(fast))
        assert again == loss
        assert again._kernel is not None
