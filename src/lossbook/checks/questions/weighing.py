"""Whether weights multiply what they should, and reductions are one thing said three ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lossbook.checks.findings import Evidence, Finding, Held, Said
from lossbook.checks.points import everyday
from lossbook.checks.sampling import Samples
from lossbook.checks.subjects.calling import quietly
from lossbook.checks.subjects.subject import FunctionsSubject, LossSubject, Subject

Array = np.ndarray[Any, Any]

COUNT = 12
_CLOSE = 1e-6


def check_weights(subject: Subject) -> Iterator[Said]:
    """Weights are linear; an objective that takes none is said to."""
    if isinstance(subject, LossSubject):
        yield from _weights_of_loss(subject)
    elif isinstance(subject, FunctionsSubject) and subject.is_objective:
        if subject.weighted is None:
            yield _without_weights(subject)
        else:
            yield from _weights_of_objective(subject)


def _weights(count: int) -> Array:
    return np.random.default_rng(3).uniform(0.5, 4.0, count)


def _weights_of_loss(subject: LossSubject) -> Iterator[Said]:
    loss = subject.loss
    for samples in everyday(subject, COUNT):
        w = _weights(len(samples))
        plain = loss.value_gradient_hessian(samples.y_true, samples.y_pred, reduction="none")
        weighed = loss.value_gradient_hessian(
            samples.y_true, samples.y_pred, sample_weight=w, reduction="none"
        )
        for output, one, other in zip(
            ("value", "gradient", "hessian"), plain, weighed, strict=True
        ):
            found = _compare(output, w, np.asarray(one), np.asarray(other))
            if found is not None:
                yield found
                return
    yield Held("weights", "multiply each sample's value, gradient and Hessian")


def _weights_of_objective(subject: FunctionsSubject) -> Iterator[Said]:
    weighted = subject.weighted
    assert weighted is not None
    for samples in everyday(subject, COUNT):
        w = _weights(len(samples))
        plain = quietly(weighted, samples.y_true, samples.y_pred, np.ones(len(w)))
        weighed = quietly(weighted, samples.y_true, samples.y_pred, w)
        for output in ("gradient", "hessian"):
            found = _compare(output, w, np.asarray(plain[output]), np.asarray(weighed[output]))
            if found is not None:
                yield found
                return
    yield Held("weights", "multiply each sample's gradient and Hessian")


def _compare(output: str, w: Array, plain: Array, weighed: Array) -> Finding | None:
    each = w.reshape(-1, *[1] * (plain.ndim - 1))
    if np.allclose(weighed, each * plain, rtol=_CLOSE, atol=0, equal_nan=True):
        return None
    if np.allclose(weighed, plain, rtol=_CLOSE, atol=0, equal_nan=True):
        problem, says = "ignored", "Weights are ignored"
    elif np.allclose(weighed, each**2 * plain, rtol=_CLOSE, atol=0, equal_nan=True):
        problem, says = "squared", f"Weights are multiplied into the {output} twice"
    elif np.allclose(weighed * w.sum(), each * plain, rtol=_CLOSE, atol=0, equal_nan=True):
        problem, says = "normalised", f"The {output} is divided by the sum of the weights"
    else:
        problem, says = "not linear", f"The {output} is not proportional to the weights"
    one, other, size = (array.reshape(len(w), -1)[:3, 0] for array in (plain, weighed, each))
    rows = tuple(
        (float(a), float(b), float(c), float(a * b))
        for a, b, c in zip(size, one, other, strict=True)
    )
    return Finding(
        "weights",
        problem,
        f"{says}.",
        "Multiply gradient and Hessian by the weight of the sample: the boosters leave it to the "
        "objective.",
        Evidence(("weight", f"{output} without", "with weight", "right"), rows),
    )


def _without_weights(subject: FunctionsSubject) -> Finding:
    if subject.signature == "no weights":
        return Finding(
            "weights",
            "none",
            "It takes no weights: LightGBM then drops sample_weight without a word, XGBoost "
            "refuses to train with it.",
            "Add a third parameter named sample_weight.",
            is_note=True,
        )
    return Finding(
        "weights",
        "third parameter",
        f"Its third parameter is {subject.signature!r}: LightGBM calls a function of three "
        "parameters with the weights as the third.",
        f"Make {subject.signature!r} a closure's or an object's, and sample_weight the third.",
    )


def check_reductions(subject: Subject) -> Iterator[Said]:
    """Of functions: the gradient is that of the mean, the sum, or of each sample, as the value is.

    A loss of lossbook is reduced by the library.
    """
    if not isinstance(subject, FunctionsSubject) or subject.kind != "functions":
        return
    if "value" not in subject.outputs:
        return
    value, gradient = subject.functions["value"], subject.functions["gradient"]
    if "numbers" in (value.style, gradient.style):
        return
    samples = everyday(subject, COUNT)[0]
    value_of = _scale(subject, "value", samples)
    gradient_of = _scale(subject, "gradient", samples)
    if value_of == gradient_of or {value_of, gradient_of} == {"sum", "samples"}:
        yield Held("reduction", f"value and gradient both belong to the {_OF[value_of]}")
        return
    yield Finding(
        "reduction",
        "inconsistent",
        f"The value is that of the {_OF[value_of]}, the gradient that of the {_OF[gradient_of]}.",
        _FIXES.get((value_of, gradient_of), "Make both belong to the same."),
    )


_OF = {
    "mean": "mean over the samples",
    "sum": "sum over the samples",
    "samples": "single samples",
    "unknown": "batch, in no way that a mean or a sum explains",
}
_FIXES = {
    ("mean", "samples"): "Divide the gradient by the number of samples.",
    ("sum", "mean"): "Do not divide the gradient by the number of samples.",
    ("samples", "mean"): "Do not divide the gradient by the number of samples.",
}


def _scale(subject: FunctionsSubject, output: str, samples: Samples) -> str:
    function = subject.functions[output].function
    batch = np.asarray(quietly(function, samples.y_true, samples.y_pred), dtype=float)
    single = subject.compute(output, samples.y_true, samples.y_pred).astype(float)
    count = len(samples)
    if output == "value" and batch.size == 1:
        expected = {"mean": single.mean(), "sum": single.sum()}
    else:
        expected = {"samples": single, "mean": single / count}
    for name, right in expected.items():
        if np.allclose(batch, right, rtol=_CLOSE, atol=0):
            return name
    return "unknown"
