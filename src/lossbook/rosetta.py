"""The same loss in other frameworks: its name there, and how that version differs from ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Counterpart:
    """One name of a loss in one framework.

    Parameters
    ----------
    framework : str
        "torch", "keras", "sklearn", "xgboost", "lightgbm", "catboost", "optax", "scipy", ...
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
        """What ``lossbook.get`` knows it by: ``framework:name``, and the name alone if it tells.

        >>> from lossbook.rosetta import Counterpart
        >>> Counterpart("xgboost", "reg:tweedie").spellings
        ('xgboost:reg:tweedie', 'reg:tweedie')
        >>> Counterpart("lightgbm", "fair").spellings
        ('lightgbm:fair',)
        """
        full = f"{self.framework}:{self.name}"
        return (full, self.name) if {":", "."} & set(self.name) else (full,)

    @property
    def differences(self) -> dict[str, str]:
        """What differs, in words, by what it is about; empty where the two agree."""
        told = {} if self.factor == 1 else {"factor": f"{self.factor:g} times this value"}
        words = [f.name for f in fields(self) if isinstance(f.default, str)]
        return told | {word: getattr(self, word) for word in words if getattr(self, word)}
