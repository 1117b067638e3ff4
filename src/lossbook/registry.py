"""The one list of losses: it fills itself, as each loss class is defined."""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lossbook.errors import (
    InputError,
    InputTypeError,
    MissingDependencyError,
    UnknownLossError,
)

if TYPE_CHECKING:
    from lossbook.loss import Loss
    from lossbook.rosetta import Counterpart

_classes: dict[str, type[Loss]] = {}
_KINDS = ("regression", "counts", "distributions", "binary", "multiclass", "several")


def register(cls: type[Loss]) -> None:
    """Take up a loss class; one defined again (an edited notebook cell) replaces the old one."""
    if not is_built_in(cls):
        load_catalogue()  # a built-in name is taken whether or not anybody has asked for it yet
    known = _classes.get(cls.name)
    if known is not None and is_built_in(known) and known.__module__ != cls.__module__:
        raise InputError(f"a loss named {cls.name!r} is built in: choose another class name.")
    _classes[cls.name] = cls


def is_built_in(cls: type[Loss]) -> bool:
    """Whether a loss class belongs to the package, and so has compiled kernels."""
    return cls.__module__.startswith("lossbook.losses.")


def unregister(cls: type[Loss]) -> None:
    """Forget a loss class."""
    _classes.pop(cls.name, None)


def load_catalogue() -> None:
    """Import every module below ``lossbook.losses``; importing a loss registers it."""
    losses = importlib.import_module("lossbook.losses")
    for module in pkgutil.walk_packages(losses.__path__, losses.__name__ + "."):
        importlib.import_module(module.name)


def composing() -> Any:
    """The module that makes losses of losses: it stands above them, but they know how to ask."""
    return importlib.import_module("lossbook.composition")


def plotting() -> Any:
    """The module that draws losses, which stands above them too."""
    return importlib.import_module("lossbook.report.plots")


def boosting(library: str) -> Any:
    """The module of the objectives of one library, which stands above losses too."""
    return importlib.import_module(f"lossbook.boosting.{library}")


def deriving() -> Any:
    """The module that derives losses: it stands above them too, and needs SymPy."""
    try:
        return importlib.import_module("lossbook.derivations")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("sympy", "mpmath"):
            raise
        raise MissingDependencyError(
            "derivations need SymPy: pip install 'lossbook[cli]'."
        ) from None


def catalogue() -> tuple[type[Loss], ...]:
    """Every registered loss class, by kind, then by name.

    >>> import lossbook
    >>> {"regression", "binary", "multiclass"} <= {cls.kind for cls in lossbook.catalogue()}
    True
    """
    load_catalogue()
    kinds = {kind: position for position, kind in enumerate(_KINDS)}
    return tuple(
        sorted(
            _classes.values(),
            key=lambda cls: (kinds.get(cls.kind, len(_KINDS)), cls.kind, cls.name),
        )
    )


def other_names(cls: type[Loss]) -> dict[str, Mapping[str, Any]]:
    """Aliases, and names in other frameworks, each with the parameters that it implies."""
    elsewhere = {one.spellings[-1]: one.parameters for one in cls.counterparts}
    return {**cls.aliases, **elsewhere}


def get(name: str, **parameters: Any) -> Loss:
    """The loss of this name, class name, or alias in any framework.

    Parameters
    ----------
    name : str
        ``"squared_error"``, ``"SquaredError"``, ``"mse"``, ``"binary:logistic"``, ...
    **parameters
        The loss's parameters; they override what the alias implies.

    Raises
    ------
    UnknownLossError
        No loss has this name; the message lists the nearest ones.
    InputError
        The loss has no such parameter, or its value breaks a rule.

    Examples
    --------
    >>> import lossbook
    >>> lossbook.get("pinball", tau=0.9)
    Quantile(tau=0.9)
    >>> lossbook.get("binary:logistic")
    BinaryCrossEntropy(from_logits=True)
    """
    if not isinstance(name, str):
        raise InputTypeError(f"name must be the name of a loss, got {name!r}.")
    cls, implied = _find(name)
    chosen = {**implied, **parameters}
    allowed = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
    for parameter in chosen:
        if parameter not in allowed:
            has = f"it has {', '.join(allowed)}" if allowed else "it has none"
            raise InputError(
                f"{cls.name} has no parameter {parameter!r}: {has}.", argument=parameter
            )
    return cls(**chosen)


def counterparts(framework: str) -> tuple[tuple[Loss, Counterpart], ...]:
    """The losses of another framework, each as this library has it, with what differs there.

    Parameters
    ----------
    framework : str
        ``"torch"``, ``"keras"``, ``"sklearn"``, ``"xgboost"``, ``"lightgbm"``, ...

    Raises
    ------
    InputError
        No loss has a counterpart there; the message lists the frameworks.

    Examples
    --------
    >>> import lossbook
    >>> theirs = {row.name: (loss, row) for loss, row in lossbook.counterparts("xgboost")}
    >>> loss, row = theirs["count:poisson"]
    >>> loss, row.differences
    (Poisson(from_log=True), {'hessian': 'e^0.7 times as large'})
    """
    found = [
        (cls(**theirs.parameters), theirs) for cls in catalogue() for theirs in cls.counterparts
    ]
    known = sorted({theirs.framework for _, theirs in found})
    if framework not in known:
        raise InputError(
            f"framework must be one of {', '.join(known)}, got {framework!r}.",
            argument="framework",
        )
    return tuple(pair for pair in found if pair[1].framework == framework)


def counterpart_named(name: str) -> Counterpart | None:
    """The counterpart that a name stands for; None for a name of a loss itself."""
    key = name.strip().lower()
    for cls in catalogue():
        for counterpart in cls.counterparts:
            if key in map(str.lower, counterpart.spellings):
                return counterpart
    return None


def _find(name: str) -> tuple[type[Loss], dict[str, Any]]:
    names: dict[str, tuple[type[Loss], dict[str, Any]]] = {}
    for cls in catalogue():
        for other, implied in cls.aliases.items():
            names[other.lower()] = (cls, dict(implied))
        for counterpart in cls.counterparts:
            for spelling in counterpart.spellings:
                names[spelling.lower()] = (cls, dict(counterpart.parameters))
    for cls in catalogue():
        names[cls.name] = names[cls.__name__.lower()] = (cls, {})
    key = name.strip().lower()
    if key in names:
        return names[key]
    near = [
        names[found][0].name if found == names[found][0].__name__.lower() else found
        for found in difflib.get_close_matches(key, names, n=3)
    ]
    closest = ", ".join(dict.fromkeys(near))
    hint = f"did you mean {closest}?" if near else "`lossbook list` shows them all."
    raise UnknownLossError(f"there is no loss named {name!r}: {hint}", argument="name")
