"""Expected curvature: the mean of the Hessian over labels for which the prediction is the best one.

Where labels follow the model this is Fisher's information, and a step with it is Fisher's scoring
(Green, Iteratively Reweighted Least Squares, JRSS B 46 (1984)). It is never negative, however far
the loss is from convex: at the best prediction the expected loss does not bend down.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbook.boosting.levels import expected_of_levels
from lossbook.boosting.probes import facts_of, is_safe, labels_of, scores_of
from lossbook.boosting.secant import density, mirror_of
from lossbook.engine.libraries import HOME
from lossbook.families import LevelsLoss, LikelihoodLoss, LocationScaleLoss
from lossbook.functionals import Mean
from lossbook.links import IDENTITY

if TYPE_CHECKING:
    from lossbook.loss import Loss

Formula = Callable[[Any, Any], tuple[Any, Any]]


def expected_of(loss: Loss, floor: float | None) -> Formula | None:
    """Gradient and expected curvature, from labels and scores; None where it has no form."""
    if isinstance(loss, LevelsLoss):
        return functools.partial(expected_of_levels, loss, floor)
    if loss.is_of_residual and facts_of(loss).kinks:
        mirror = mirror_of(loss)
        return None if mirror is None else functools.partial(density, loss, mirror, floor)
    expected = _form_of(loss)
    if expected is None:
        return None

    def formula(y_true: Any, raw: Any) -> tuple[Any, Any]:
        return loss.gradient(y_true, raw, reduction="none"), expected(loss, raw)

    # Of straight pieces it is 0: their Hessian knows nothing of kinks.
    return formula if is_safe(loss, formula) else None


def _form_of(loss: Loss) -> Callable[[Any, Any], Any] | None:
    if isinstance(loss, LocationScaleLoss):
        return _of_location_and_scale
    if isinstance(loss, LikelihoodLoss):
        return _of_classes
    if not loss.is_row and loss.label_domain.two_classes is not None:
        return _of_two_classes
    if isinstance(loss.functional, Mean) and _predicts_labels(loss) and _is_straight(loss):
        return _at_mean
    return None


def _of_classes(loss: LikelihoodLoss, raw: Any) -> Any:
    """All classes, in the shares for which their slopes balance at these scores.

    The slope of class k is a_k (p - e_k): slopes balance for shares in proportion to p_k / a_k.
    """
    probabilities = loss.inverse_link(raw)
    others = probabilities.sum(axis=-1, keepdims=True) - probabilities
    expected, total = np.zeros_like(raw), np.zeros_like(raw[..., :1])
    for k in range(raw.shape[-1]):
        labels = np.full(len(raw), k)
        gradient, hessian = loss.gradient_and_hessian(labels, raw, reduction="none")
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            share = probabilities[:, k] * others[:, k] / -gradient[:, k]
        share = np.where(np.isfinite(share), share, 0)[:, None]
        expected += share * hessian
        total += share
    return expected / np.where(total > 0, total, 1)


def _of_two_classes(loss: Loss, raw: Any) -> Any:
    """Both classes, in the shares for which their slopes balance at this score."""
    first, second = (np.full_like(raw, label) for label in loss.label_domain.two_classes or ())
    down, bend = loss.gradient_and_hessian(second, raw, reduction="sum")
    up, other_bend = loss.gradient_and_hessian(first, raw, reduction="sum")
    with np.errstate(invalid="ignore", divide="ignore"):
        share = up / (up - down)
    share = np.where((share >= 0) & (share <= 1), share, 0.5)
    return share * bend + (1 - share) * other_bend


def _at_mean(loss: Loss, raw: Any) -> Any:
    """The Hessian of the label that the score predicts, as it is a straight line in the label."""
    return loss.hessian(loss.inverse_link(raw), raw, reduction="sum")


def _of_location_and_scale(loss: LocationScaleLoss, raw: Any) -> Any:
    with np.errstate(over="ignore"):
        by_location, by_scale = loss.information(HOME, raw[..., 1])
    expected = np.empty_like(raw)
    expected[..., 0], expected[..., 1] = by_location, by_scale
    return expected


def _predicts_labels(loss: Loss) -> bool:
    """Whether the inverse link gives the mean label for which the scores are the best.

    Not so for a hinge's scores, nor for classes with weights.
    """
    if loss.is_row:
        raw = scores_of(loss)
        predicted = loss.inverse_link(raw)
        if not np.allclose(predicted.sum(axis=-1), 1):
            return False
        return np.allclose(loss.gradient(predicted, raw), 0, atol=1e-9)
    return loss.is_of_residual or loss.link != IDENTITY


def _is_straight(loss: Loss) -> bool:
    """Whether the Hessian of a label between two others lies between theirs, in proportion."""
    if loss.is_row:
        raw = scores_of(loss)
        first, second = np.eye(raw.shape[-1])[:2]
    else:
        allowed = labels_of(loss)
        first, second = np.asarray(min(allowed)), np.asarray(max(allowed))
        raw = np.asarray([0.3])
    ends = [loss.hessian(label[None], raw) for label in (first, second)]
    between = loss.hessian((0.25 * first + 0.75 * second)[None], raw)
    return np.allclose(between, 0.25 * ends[0] + 0.75 * ends[1], rtol=1e-9, atol=0)
