"""A loss at work: in NumPy, in PyTorch, and with boosted trees."""

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
    if not loss.is_row and _is_an_objective(loss):
        parts["Boosted trees"] = _boosted(loss)
    names: dict[str, Any] = {}
    shown = []
    for title, source in parts.items():
        shown += [heading(title, 3), session(source, names)]
    return "\n\n".join(shown)


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


def _is_an_objective(loss: lb.Loss) -> bool:
    try:
        loss.xgboost()
    except lb.InputError:
        return False
    return True


def _boosted(loss: lb.Loss) -> str:
    return f"""\
import numpy as np
from lossbook.boosting import BoostedTrees
rows, labels = np.arange(8.0).reshape(-1, 1), {_labels(loss)}
trees = BoostedTrees(loss, "xgboost", rounds=20, min_child_weight=0)
trees.fit(rows, labels).predict(rows).round(2)
loss.xgboost().curvature, loss.lightgbm().curvature, loss.catboost().curvature"""


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
