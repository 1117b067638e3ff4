"""The one list of losses: what it holds, under which names, and what the package shows of it."""

from __future__ import annotations

import ast
import importlib
import inspect
import math
import pkgutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest

import lossbook as lb
import lossbook.losses
from laws.collection import every_law
from lossbook import registry
from lossbook.errors import InputError, InputTypeError, LossbookError, UnknownLossError
from lossbook.parameters import positive
from lossbook.printers.exports import print_exports

BUILT_IN = [cls for cls in lb.catalogue() if registry.is_built_in(cls)]
ALIASES = [(cls, alias) for cls in BUILT_IN for alias in registry.other_names(cls)]


def test_the_five_are_there() -> None:
    assert {cls.__name__ for cls in BUILT_IN} >= {
        "SquaredError",
        "Quantile",
        "BinaryCrossEntropy",
        "Hinge",
        "CrossEntropy",
    }


def test_every_module_below_losses_is_found_and_holds_one_loss() -> None:
    """A file in ``losses`` counts because it is there; folders give the kind."""
    found = {cls.__module__: cls for cls in BUILT_IN}
    modules = [
        module.name
        for module in pkgutil.walk_packages(lossbook.losses.__path__, "lossbook.losses.")
        if not module.ispkg
    ]
    assert sorted(modules) == sorted(found)
    assert len(BUILT_IN) == len(modules)
    for name in modules:
        *_, kind, file = name.split(".")
        module = importlib.import_module(name)
        defined = [
            cls
            for _, cls in inspect.getmembers(module, inspect.isclass)
            if cls.__module__ == name and issubclass(cls, lb.Loss)
        ]
        assert defined == [found[name]]
        assert (found[name].kind, found[name].name) == (kind, file)


def test_names_are_class_names_in_snake_case() -> None:
    for cls in BUILT_IN:
        assert cls.name.replace("_", "") == cls.__name__.lower()
        assert cls.name == cls.name.lower()


def test_names_and_aliases_mean_one_loss_each() -> None:
    names = [name for cls in BUILT_IN for name in {cls.name, cls.__name__.lower()}]
    spellings = names + [alias.lower() for _, alias in ALIASES]
    assert len(spellings) == len(set(spellings))


@pytest.mark.parametrize("cls", BUILT_IN, ids=lambda cls: cls.name)
def test_get_by_name_and_by_class_name(cls: type[lb.Loss]) -> None:
    for name in (cls.name, cls.__name__, cls.name.upper(), f" {cls.name}\n"):
        loss = lb.get(name)
        assert type(loss) is cls
        assert loss == cls()


@pytest.mark.parametrize(("cls", "alias"), ALIASES, ids=lambda part: getattr(part, "name", part))
def test_get_by_alias_with_the_parameters_it_implies(cls: type[lb.Loss], alias: str) -> None:
    for name in (alias, alias.upper(), alias.swapcase()):
        loss = lb.get(name)
        assert type(loss) is cls
        assert loss == cls(**registry.other_names(cls)[alias])


def test_what_frameworks_call_their_losses() -> None:
    """Written out, so that an alias that changes its meaning is noticed."""
    logits = {"from_logits": True}
    for name, loss in {
        "mse": lb.SquaredError(),
        "reg:squarederror": lb.SquaredError(),
        "pinball": lb.Quantile(tau=0.5),
        "hinge_loss": lb.Hinge(),
        "log_loss": lb.BinaryCrossEntropy(),
        "torch.nn.BCELoss": lb.BinaryCrossEntropy(),
        "torch.nn.BCEWithLogitsLoss": lb.BinaryCrossEntropy(**logits),
        "binary:logistic": lb.BinaryCrossEntropy(**logits),
        "categorical_crossentropy": lb.CrossEntropy(),
        "torch.nn.CrossEntropyLoss": lb.CrossEntropy(**logits),
        "multi:softprob": lb.CrossEntropy(**logits),
    }.items():
        assert lb.get(name) == loss, name


def test_parameters_override_what_an_alias_implies() -> None:
    assert lb.get("pinball", tau=0.9) == lb.Quantile(tau=0.9)
    assert lb.get("binary:logistic", from_logits=False) == lb.BinaryCrossEntropy()
    # ... and leave the alias as it was.
    assert lb.get("binary:logistic") == lb.BinaryCrossEntropy(from_logits=True)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("sqared_error", "squared_error"),
        ("Qantile", "quantile"),
        ("bcee", "bce"),
        ("HINGED", "hinge"),
        ("crossentropi", "cross_entropy"),
    ],
)
def test_an_unknown_name_lists_the_nearest(name: str, near: str) -> None:
    with pytest.raises(UnknownLossError) as caught:
        lb.get(name)
    message = str(caught.value)
    said, _, hints = message.partition(": did you mean ")
    assert said == f"there is no loss named {name!r}"
    assert near in hints.rstrip("?").split(", ")
    assert caught.value.argument == "name"
    assert isinstance(caught.value, ValueError)


def test_an_unknown_name_like_no_other_points_to_the_list() -> None:
    with pytest.raises(UnknownLossError, match="'0123456789': `lossbook list` shows them all"):
        lb.get("0123456789")


@pytest.mark.parametrize("name", [None, 3, lb.SquaredError])
def test_a_name_is_text(name: Any) -> None:
    with pytest.raises(InputTypeError, match="name must be the name of a loss, got"):
        lb.get(name)


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("pinball", {"tua": 0.5}, "quantile has no parameter 'tua': it has tau."),
        ("mse", {"delta": 1.0}, "squared_error has no parameter 'delta': it has none."),
    ],
)
def test_an_unknown_parameter(name: str, parameters: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        lb.get(name, **parameters)
    assert str(caught.value) == words
    assert [caught.value.argument] == list(parameters)


def test_a_parameter_that_breaks_its_rule() -> None:
    with pytest.raises(InputError, match=r"tau must be strictly between 0 and 1, got 1\.5"):
        lb.get("pinball", tau=1.5)
    with pytest.raises(InputTypeError, match="from_logits must be True or False, got 1"):
        lb.get("bce", from_logits=1)


def test_the_catalogue_is_in_order() -> None:
    order = ["regression", "counts", "distributions", "binary", "multiclass", "several"]
    kinds = [kind for kind in order if any(cls.kind == kind for cls in BUILT_IN)]
    assert [cls.kind for cls in BUILT_IN] == sorted((c.kind for c in BUILT_IN), key=kinds.index)
    for kind in kinds:
        names = [cls.name for cls in BUILT_IN if cls.kind == kind]
        assert names
        assert names == sorted(names)
    assert lb.catalogue() == lb.catalogue()


def test_the_package_exports_each_loss() -> None:
    for cls in BUILT_IN:
        assert getattr(lb, cls.__name__) is cls
    assert {cls.__name__ for cls in BUILT_IN} <= set(dir(lb))


def test_what_the_package_lists_is_there() -> None:
    for name in dir(lb):
        assert getattr(lb, name) is not None
    for missing in ("Nonsense", "squared_error_", "quantile"):
        with pytest.raises(AttributeError, match=f"'lossbook' has no attribute '{missing}'"):
            getattr(lb, missing)


def test_importing_a_loss_by_name() -> None:
    """``from lossbook import X`` goes the same way as ``lossbook.X``."""
    for cls in BUILT_IN:
        scope: dict[str, Any] = {}
        exec(f"from lossbook import {cls.__name__}", scope)
        assert scope[cls.__name__] is cls


def test_the_stub_names_what_the_package_exports() -> None:
    tree = ast.parse(print_exports())
    imported = {
        alias.asname: (node.module, alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    # A type checker takes only ``import X as X`` for an export.
    assert all(name == original for name, (_, original) in imported.items())
    assert {*imported, "__version__"} == set(dir(lb))
    for name, (module, _) in imported.items():
        assert getattr(importlib.import_module(module), name) is getattr(lb, name)
    (version,) = (node for node in tree.body if isinstance(node, ast.AnnAssign))
    assert ast.unparse(version) == "__version__: str"


HEAVY = [
    "torch",
    "jax",
    "jaxlib",
    "sympy",
    "mpmath",
    "pyarrow",
    "pandas",
    "scipy",
    "sklearn",
    "matplotlib",
    "rich",
    "array_api_compat",
]


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [
        # Asking for a name costs what it needs: nothing, the command line, the losses.
        ("import lossbook", [*HEAVY, "numpy", "click"]),
        ("import lossbook.cli", [*HEAVY, "numpy", "click"]),
        ("import lossbook.cli.group", [*HEAVY, "numpy"]),
        ("import lossbook; lossbook.catalogue(); lossbook.get('mse')", [*HEAVY, "click"]),
        ("import lossbook; lossbook.Hinge()([1], [0.5])", [*HEAVY, "click"]),
    ],
)
def test_imports_stay_light(statement: str, heavy: list[str]) -> None:
    code = textwrap.dedent(f"""
        import sys
        before = set(sys.modules)
        {statement}
        print(*sorted((set(sys.modules) - before) & set({heavy})))
    """)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == []


@pytest.mark.parametrize("asked_before", [False, True])
def test_a_built_in_name_is_taken(asked_before: bool) -> None:
    """In a process of its own: the losses may not have been loaded when a user defines one."""
    code = textwrap.dedent(f"""
        import lossbook as lb
        if {asked_before}:
            lb.catalogue()
        try:
            class Hinge(lb.MarginLoss):
                pass
        except lb.InputError as error:
            print(error)
        print(type(lb.get("hinge")).__module__, lb.Hinge.__module__)
    """)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    message, modules = done.stdout.splitlines()
    assert message == "a loss named 'hinge' is built in: choose another class name."
    assert modules.split() == ["lossbook.losses.binary.hinge"] * 2


def test_errors_are_lossbook_s() -> None:
    for error in (InputError, InputTypeError, UnknownLossError):
        assert issubclass(error, LossbookError)


@pytest.fixture
def own_loss() -> Iterator[type[lb.Loss]]:
    class SoftAbsolute(lb.ResidualLoss):
        """Smooth near 0 and straight far away: a loss that somebody writes in a notebook."""

        delta: float = positive(1.0)

        aliases = {"soft_absolute_of_a_notebook": {}}
        example = lb.Example(y_true=[1.0, 2.0], y_pred=[1.5, 0.0])

        @property
        def facts(self) -> lb.Facts:
            return lb.Facts(
                convex=True,
                strictly_convex=True,
                symmetric=True,
                lipschitz=1,
                smoothness=1 / (2 * self.delta),
                minimum=2 * self.delta * math.log(2),
            )

        def value(self, m: Any, r: Any) -> Any:
            return self.delta * (m.softplus(r / self.delta) + m.softplus(-r / self.delta))

        def deriv(self, m: Any, r: Any) -> Any:
            return m.sigmoid(r / self.delta) - m.sigmoid(-r / self.delta)

        def deriv2(self, m: Any, r: Any) -> Any:
            product = m.sigmoid(r / self.delta) * m.sigmoid(-r / self.delta)
            return 2 * product / self.delta

    yield SoftAbsolute
    registry.unregister(SoftAbsolute)


@pytest.mark.parametrize("law", sorted(every_law()))
def test_a_class_in_a_notebook_keeps_the_laws(own_loss: type[lb.Loss], law: str) -> None:
    every_law()[law](own_loss(delta=2.0))
