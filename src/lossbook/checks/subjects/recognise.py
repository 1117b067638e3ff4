"""What kind of thing is to be checked: told by the caller, or seen from the thing itself."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lossbook.boosting.objective import Objective
from lossbook.checks.subjects.calling import Samplewise, quietly
from lossbook.checks.subjects.dataset import Dataset
from lossbook.checks.subjects.guessing import guess_domains
from lossbook.checks.subjects.subject import FunctionsSubject, LossSubject, Subject, Weighted
from lossbook.errors import InputError, InputTypeError
from lossbook.loss import Loss

Array = np.ndarray[Any, Any]

KINDS = ("loss", "functions", "objective", "native objective")
_OUTPUTS = ("value", "gradient", "hessian")
_WEIGHT_NAMES = ("sample_weight", "weight", "weights", "w")

_WHAT_IT_TAKES = (
    "check takes a loss, functions (value, gradient[, hessian]) of (y_true, y_pred), or an "
    "objective that returns (gradient, hessian) to a booster"
)


@dataclass(frozen=True)
class Told:
    """What the caller said about a function that does not tell by itself."""

    kind: str | None
    value: Callable[..., Any] | None
    label_domain: Any
    prediction_domain: Any
    classes: int | None


def recognise(loss: Any, told: Told) -> Subject:
    """The subject of a check, or an error that says what is taken."""
    if told.kind is not None and told.kind not in KINDS:
        raise InputError(f"kind must be one of {', '.join(KINDS)}, got {told.kind!r}.")
    if isinstance(loss, Objective):
        return _of_ours(loss, told)
    kind = told.kind or _kind_of(loss, told)
    if kind == "loss":
        return _loss(loss)
    if kind == "functions":
        return _functions(loss, told)
    return _objective(loss, kind, told)


def _kind_of(loss: Any, told: Told) -> str:
    if isinstance(loss, Loss) or (isinstance(loss, type) and issubclass(loss, Loss)):
        return "loss"
    if isinstance(loss, tuple | list | Mapping):
        return "functions"
    if not callable(loss):
        raise InputTypeError(f"{_WHAT_IT_TAKES}; got {loss!r}.")
    y_true, y_pred = _some_samples(told)
    dataset = Dataset(y_true, np.ones(len(y_true)))
    with contextlib.suppress(Exception):
        quietly(loss, y_pred, dataset)
    return "native objective" if dataset.gave_labels else "objective"


def _loss(loss: Any) -> Subject:
    if isinstance(loss, type) and issubclass(loss, Loss):
        try:
            loss = loss()
        except TypeError as error:
            raise InputError(
                f"{loss.__name__} cannot be made without arguments: {error}."
            ) from None
    if not isinstance(loss, Loss):
        raise InputTypeError(f"kind='loss' needs a lossbook.Loss, got {loss!r}.")
    return LossSubject(loss)


def _of_ours(objective: Objective, told: Told) -> Subject:
    """An objective of lossbook, which knows what labels there are and what its curvature is."""
    loss = objective.loss
    classes = None
    if loss.is_row:
        if loss.columns.of != "classes":
            raise InputError(
                f"check takes objectives of one score per sample, or of one per class, but "
                f"{loss!r} has rows of another kind: check the loss itself."
            )
        classes = told.classes or np.shape(loss.example.y_pred)[-1]
    told = replace(
        told,
        label_domain=loss.label_domain,
        prediction_domain=loss.prediction_domain,
        classes=classes,
    )
    subject = _objective(objective.derivatives, "objective", told)
    subject.name = repr(objective)
    if objective.curvature != "exact":
        subject.stand_in = f"the curvature {objective.curvature!r}"
    return subject


def _functions(functions: Any, told: Told) -> Subject:
    if isinstance(functions, Mapping):
        named = dict(functions)
    elif isinstance(functions, tuple | list):
        named = dict(zip(_OUTPUTS, functions, strict=False))
    else:
        named = {}
    right = len(named) == len(functions) if named else False
    if not right or not set(named) <= set(_OUTPUTS) or "gradient" not in named:
        raise InputError(
            "functions must be (value, gradient) or (value, gradient, hessian), or a mapping with "
            "these names."
        )
    if not all(callable(function) for function in named.values()):
        raise InputTypeError("each of value, gradient and hessian must be callable.")
    name = ", ".join(_name(named[output]) for output in _OUTPUTS if output in named)
    return _subject(name, "functions", named, told)


def _objective(objective: Any, kind: str, told: Told) -> FunctionsSubject:
    weighted, signature = _convention(objective, kind)

    def output(place: int) -> Callable[[Any, Any], Any]:
        return lambda y, p: weighted(y, p, np.ones(len(np.atleast_1d(p))))[_OUTPUTS[place]]

    named: dict[str, Callable[..., Any]] = {"gradient": output(1), "hessian": output(2)}
    if told.value is not None:
        named["value"] = told.value
    subject = _subject(_name(objective), kind, named, told)
    subject.signature = signature
    subject.weighted = None if signature else weighted
    return subject


def _convention(objective: Any, kind: str) -> tuple[Weighted, str]:
    """How an objective takes labels, predictions and weights; and why it takes no weights."""
    if kind == "native objective":

        def native(y: Array, p: Array, w: Array) -> Mapping[str, Array]:
            return _pair(objective(p, Dataset(y, w)), objective)

        return native, ""
    third = _third_parameter(objective)
    if third is not None and third.name in _WEIGHT_NAMES:
        return lambda y, p, w: _pair(objective(y, p, w), objective), ""
    reason = "no weights" if third is None else third.name
    return lambda y, p, _w: _pair(objective(y, p), objective), reason


def _third_parameter(objective: Any) -> inspect.Parameter | None:
    try:
        parameters = list(inspect.signature(objective).parameters.values())
    except (TypeError, ValueError):
        return None
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    named = [p for p in positional[2:] if p.name in _WEIGHT_NAMES]
    return (named or positional[2:] or [None])[0]  # type: ignore[list-item]


def _pair(results: Any, objective: Any) -> Mapping[str, Array]:
    if not isinstance(results, tuple | list) or len(results) != 2:
        raise InputTypeError(
            f"{_name(objective)} returned {type(results).__name__} and not (gradient, hessian): "
            f"{_WHAT_IT_TAKES}."
        )
    return {"gradient": results[0], "hessian": results[1]}


def _subject(
    name: str, kind: str, named: Mapping[str, Callable[..., Any]], told: Told
) -> FunctionsSubject:
    y_true, y_pred = _some_samples(told)
    functions = {key: _samplewise(key, named[key], y_true, y_pred) for key in named}
    is_row = told.classes is not None
    subject = FunctionsSubject(
        name, kind, functions, told.label_domain, told.prediction_domain, is_row,
        told.classes or 0, told.label_domain is None,
    )  # fmt: skip
    guess_domains(subject)
    return subject


def _samplewise(output: str, function: Any, y_true: Array, y_pred: Array) -> Samplewise:
    try:
        return Samplewise.of(function, y_true, y_pred)
    except InputTypeError:
        raise
    except Exception as error:
        raise InputError(
            f"the {output} cannot be called with arrays (y_true, y_pred) nor with two numbers: "
            f"{type(error).__name__}: {error}."
        ) from error


def _some_samples(told: Told) -> tuple[Array, Array]:
    """Samples that nearly every loss takes: labels 1, predictions between 0 and 1."""
    rng = np.random.default_rng(0)
    if told.classes is None:
        return np.ones(5), rng.uniform(0.2, 0.8, 5)
    return np.arange(5) % told.classes, rng.dirichlet(np.ones(told.classes), 5)


def _name(function: Any) -> str:
    return str(getattr(function, "__qualname__", type(function).__name__))
