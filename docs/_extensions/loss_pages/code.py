"""A loss at work: in NumPy, in PyTorch, and as an objective of XGBoost."""

from __future__ import annotations

from typing import Any

import numpy as np

import lossbook as lb
from lossbook.domains import Labels

from .markdown import heading
from .sessions import session


def code(loss: lb.Loss) -> str:
    """A session for each library in which the loss is of use."""
    parts = {"NumPy": _numpy(loss)}
    if np.any(loss.gradient(loss.example.y_true, loss.example.y_pred)):  # else nothing to learn
        parts["PyTorch"] = _TORCH
    if not loss.is_row and loss.prediction_domain.checks_nothing:
        parts["XGBoost"] = _xgboost(loss)
    names: dict[str, Any] = {}
    shown = []
    for title, source in parts.items():
        shown += [heading(title, 3), session(source, names)]
        if title == "XGBoost" and not _is_curved(loss):
            shown.insert(-1, _FLAT)
    return "\n\n".join(shown)


_FLAT = (
    "XGBoost divides by the Hessian, which is 0 or less in places here. A curvature of 1 in its "
    "place makes plain gradient boosting of it:"
)


_TORCH = """\
import torch
predictions = torch.tensor(y_pred, dtype=torch.float64, requires_grad=True)
loss(torch.tensor(y_true), predictions).backward()
predictions.grad"""


def _numpy(loss: lb.Loss) -> str:
    example = loss.example
    return f"""\
import lossbook as lb
loss = lb.{loss!r}
y_true, y_pred = {example.y_true}, {example.y_pred}
loss(y_true, y_pred)
loss.gradient(y_true, y_pred)
loss.hessian(y_true, y_pred)"""


def _xgboost(loss: lb.Loss) -> str:
    curvature = "hessian" if _is_curved(loss) else "np.ones_like(hessian)"
    return f"""\
import numpy as np
import xgboost
def objective(y_pred, data):
    gradient, hessian = loss.gradient_and_hessian(data.get_label(), y_pred, reduction="sum")
    return gradient, {curvature}
labels = {_labels(loss)}
data = xgboost.DMatrix(np.arange(8.0).reshape(-1, 1), labels)
booster = xgboost.train({{"base_score": 0.0}}, data, num_boost_round=20, obj=objective)
booster.predict(data, output_margin=True).round(2)"""


def _is_curved(loss: lb.Loss) -> bool:
    return loss.facts.strictly_convex


def _labels(loss: lb.Loss) -> list[float]:
    """Eight labels that rise, as the loss allows them."""
    domain = loss.label_domain
    pair = domain.two_classes
    if pair is not None:
        first, second = map(int, pair)
        return [first, first, first, second, first, second, second, second]
    rising = np.asarray([1.0, 1.0, 2.0, 2.0, 3.0, 5.0, 4.0, 6.0])
    high = getattr(domain, "high", np.inf)
    if isinstance(domain, Labels) or rising.max() > high:
        rising = rising / rising.max() * high
    return [float(label) for label in rising]
