"""The same loss in other frameworks: its name there, and how that version differs from ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Framework:
    """A library that has losses of its own.

    Parameters
    ----------
    title : str
        How it writes its name.
    tested : str
        The version that every row of it was tested with; empty where rows are from its
        documentation and source alone.
    """

    title: str
    tested: str = ""


FRAMEWORKS = {
    "torch": Framework("PyTorch", "2.13.0"),
    "keras": Framework("Keras", "3.15.1"),
    "optax": Framework("Optax", "0.2.8"),
    "sklearn": Framework("scikit-learn", "1.9.1"),
    "scipy": Framework("SciPy", "1.17.1"),
    "statsmodels": Framework("statsmodels", "0.15.0"),
    "xgboost": Framework("XGBoost", "3.2.0"),
    "lightgbm": Framework("LightGBM", "4.7.0"),
    "catboost": Framework("CatBoost", "1.2.10"),
    "torchvision": Framework("torchvision"),
    "lossfunctions": Framework("LossFunctions.jl"),
}


@dataclass(frozen=True)
class Counterpart:
    """One name of a loss in one framework.

    Parameters
    ----------
    framework : str
        A key of ``FRAMEWORKS``: "torch", "keras", "sklearn", "xgboost", "lightgbm", ...
    name : str
        As that framework spells it.
    parameters : mapping
        The parameters that this loss has under that name, with the framework's own defaults.
    factor : float
        Their value is ``factor`` times ours, up to a constant of the label.
    hessian : str
        The curvature that the framework trains with, where it is not ours times ``factor``.
    ties : str
        The slope at a kink, where it differs.
    labels : str
        The label convention, where it differs.
    clipping : str
        What is clipped, floored or sorted on the way.
    reduction : str
        What is averaged or summed by default, where it is not the mean over all samples.
    note : str
        Anything else that makes numbers differ.
    """

    framework: str
    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)
    factor: float = 1.0
    hessian: str = ""
    ties: str = ""
    labels: str = ""
    clipping: str = ""
    reduction: str = ""
    note: str = ""

    @property
    def spellings(self) -> tuple[str, ...]:
        """What ``lossbook.get`` knows it by, ``framework:name`` and the name alone if it tells.

        >>> from lossbook.rosetta import Counterpart
        >>> Counterpart("xgboost", "reg:tweedie").spellings
        ('xgboost:reg:tweedie', 'reg:tweedie')
        >>> Counterpart("lightgbm", "fair").spellings
        ('lightgbm:fair',)
        """
        full = f"{self.framework}:{self.name}"
        return (full, self.name) if {":", "."} & set(self.name) else (full,)

    @property
    def title(self) -> str:
        """The framework as it writes itself."""
        framework = FRAMEWORKS.get(self.framework)
        return self.framework if framework is None else framework.title

    @property
    def differences(self) -> dict[str, str]:
        """What differs, in words, by what it is about; empty where the two agree."""
        told = {} if self.factor == 1 else {"factor": f"{self.factor:g} times this value"}
        words = [f.name for f in fields(self) if isinstance(f.default, str)]
        return told | {word: getattr(self, word) for word in words if getattr(self, word)}
