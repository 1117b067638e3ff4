"""The registry finds every loss by itself; names and aliases lead to exactly one."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import lossbook as lb
from laws.collection import every_law
from lossbook import registry
from lossbook.parameters import positive

LOSSES = Path(importlib.import_module("lossbook.losses").__path__[0])


def test_every_loss_file_is_in_the_catalogue() -> None:
    files = {
        ".".join(("lossbook.losses", *path.relative_to(LOSSES).with_suffix("").parts))
        for path in LOSSES.rglob("*.py")
        if path.name != "__init__.py"
    }
    found = {cls.__module__ for cls in lb.catalogue() if cls.__module__.startswith("lossbook.")}
    assert files == found
    assert len(files) >= 5


def test_names_and_aliases_are_unique() -> None:
    words: list[str] = []
    for cls in lb.catalogue():
        own = {cls.name, cls.__name__.lower()}
        words += [*own, *(alias.lower() for alias in cls.aliases)]
    assert len(words) == len(set(words)), sorted(word for word in words if words.count(word) > 1)


def test_every_alias_gives_its_loss() -> None:
    for cls in lb.catalogue():
        for alias, implied in cls.aliases.items():
            for spelling in (alias, alias.upper(), f" {alias} "):
                loss = lb.get(spelling)
                assert type(loss) is cls
                assert implied.items() <= dict(loss.parameters).items()


def test_parameters_override_what_an_alias_implies() -> None:
    assert lb.get("pinball", tau=0.9) == lb.Quantile(tau=0.9)
    assert lb.get("binary:logistic") == lb.BinaryCrossEntropy(from_logits=True)
    assert lb.get("binary:logistic", from_logits=False) == lb.BinaryCrossEntropy()


@pytest.mark.parametrize(
    ("name", "near"),
    [("quantle", "quantile"), ("hing", "hinge"), ("croos_entropy", "cross_entropy")],
)
def test_an_unknown_name_lists_the_nearest(name: str, near: str) -> None:
    with pytest.raises(lb.UnknownLossError, match=f"no loss named '{name}': did you mean.*{near}"):
        lb.get(name)


def test_a_name_like_no_other() -> None:
    with pytest.raises(lb.UnknownLossError, match="lossbook list"):
        lb.get("zzzzzzzzzzzz")


def test_a_name_is_text() -> None:
    with pytest.raises(lb.InputTypeError, match="got 3"):
        lb.get(3)  # type: ignore[arg-type]


def test_a_parameter_that_the_loss_has_not() -> None:
    with pytest.raises(lb.InputError, match="quantile has no parameter 'alpha': it has tau"):
        lb.get("quantile", alpha=0.5)
    with pytest.raises(lb.InputError, match="hinge has no parameter 'tau': it has none"):
        lb.get("hinge", tau=0.5)


def test_the_module_lists_every_loss() -> None:
    for cls in lb.catalogue():
        assert getattr(lb, cls.__name__) is cls
        assert cls.__name__ in dir(lb)
    with pytest.raises(AttributeError, match="NoSuchLoss"):
        _ = lb.NoSuchLoss


@pytest.fixture
def own_loss() -> Iterator[type[lb.Loss]]:
    class SoftAbsolute(lb.ResidualLoss):
        """Smooth near 0 and straight far away: a loss that somebody writes in a notebook."""

        delta: float = positive(1.0)

        aliases = {"pseudo_huber_of_a_notebook": {}}
        example = lb.Example(y_true=[1.0, 2.0], y_pred=[1.5, 0.0])

        @property
        def facts(self) -> lb.Facts:
            return lb.Facts(convex=True, lipschitz=1, smoothness=1 / self.delta)

        def value(self, m: Any, r: Any) -> Any:
            return m.log(1 + m.exp(-abs(r) / self.delta)) * 2 * self.delta + abs(r)

        def deriv(self, m: Any, r: Any) -> Any:
            return m.sigmoid(r / self.delta) - m.sigmoid(-r / self.delta)

        def deriv2(self, m: Any, r: Any) -> Any:
            product = m.sigmoid(r / self.delta) * m.sigmoid(-r / self.delta)
            return 2 * product / self.delta

    yield SoftAbsolute
    registry.unregister(SoftAbsolute)


def test_a_class_in_a_notebook_is_a_loss_like_any_other(own_loss: type[lb.Loss]) -> None:
    assert own_loss in lb.catalogue()
    assert own_loss.name == "soft_absolute"
    assert lb.get("pseudo_huber_of_a_notebook") == own_loss()
    loss = lb.get("soft_absolute", delta=2.0)
    value, gradient, hessian = loss.value_gradient_hessian([0.0, 1.0], [0.0, 5.0], reduction="sum")
    assert value > 0
    assert gradient[0] == 0
    assert hessian[0] == 0.25
    assert abs(loss.gradient([1.0, 2.0], [loss.optimal_constant([1.0, 2.0])] * 2).sum()) < 1e-15


def test_the_best_constant_of_a_loss_without_a_functional_is_found(own_loss: type[lb.Loss]) -> None:
    for name in (
        "no_constant_beats_the_optimal_one",
        "the_gradient_is_the_slope_of_the_textbook_value",
    ):
        every_law()[name](own_loss())


def test_a_built_in_name_cannot_be_taken() -> None:
    with pytest.raises(lb.InputError, match="a loss named 'hinge' is built in"):

        class Hinge(lb.MarginLoss):
            """An impostor."""

    assert lb.get("hinge") == lb.Hinge()
