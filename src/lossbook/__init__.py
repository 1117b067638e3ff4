"""lossbook: every loss, with value, gradient and Hessian from one formula.

The losses are attributes of this module, found in the registry when they are first asked for, so
that ``import lossbook.cli`` stays as light as a command line needs.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

# Where each public name that is not a loss lives.
_HOMES = {
    "Loss": "lossbook.loss",
    "DevianceLoss": "lossbook.families",
    "ResidualLoss": "lossbook.families",
    "MarginLoss": "lossbook.families",
    "PointwiseLoss": "lossbook.families",
    "RowLoss": "lossbook.families",
    "LevelsLoss": "lossbook.families",
    "LocationScaleLoss": "lossbook.families",
    "ScoresLoss": "lossbook.families",
    "Facts": "lossbook.facts",
    "Accuracy": "lossbook.facts",
    "Example": "lossbook.facts",
    "Counterpart": "lossbook.rosetta",
    "Derivation": "lossbook.derivations",
    "DerivationError": "lossbook.derivations",
    "catalogue": "lossbook.registry",
    "check": "lossbook.checks",
    "compile": "lossbook.compiler",
    "counterparts": "lossbook.registry",
    "get": "lossbook.registry",
    "plot_contours": "lossbook.report.plots",
    "plot_losses": "lossbook.report.plots",
    "plot_push": "lossbook.report.plots",
    "plot_reliability": "lossbook.report.plots",
    "get_num_threads": "lossbook.engine.native",
    "set_num_threads": "lossbook.engine.native",
    "instruction_set": "lossbook.engine.native",
    "InputError": "lossbook.errors",
    "InputTypeError": "lossbook.errors",
    "LossbookError": "lossbook.errors",
    "UnknownLossError": "lossbook.errors",
    "MissingDependencyError": "lossbook.errors",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    elif name[:1].isupper() and name in _losses():
        value = _losses()[name]
    else:
        raise AttributeError(f"module 'lossbook' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*_HOMES, *_losses(), "__version__"})


def _losses() -> dict[str, Any]:
    from lossbook.registry import catalogue, is_built_in

    return {cls.__name__: cls for cls in catalogue() if is_built_in(cls)}
