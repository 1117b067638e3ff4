"""Where floating-point results are NaN, overflow or lose their digits, beside the true ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from lossbook import registry
from lossbook.checks.exactly.conditioning import room_for
from lossbook.checks.exactly.truths import EXACTLY, LONG_DOUBLE, NEIGHBOURS, Truth, truth_of
from lossbook.checks.extremes import extreme
from lossbook.checks.findings import Evidence, Finding, Held, Said
from lossbook.checks.points import FARTHEST, far_out, label_pair
from lossbook.checks.questions.diagnosis import shown
from lossbook.checks.sampling import Samples
from lossbook.checks.subjects.subject import FunctionsSubject, LossSubject, Subject
from lossbook.checks.truth import row_sizes, terms, truth, ulp_errors
from lossbook.loss import Loss
from lossbook.maths.oracle import ORACLE

Array = np.ndarray[Any, Any]

COUNT = 240
_DTYPES = (np.float64, np.float32)
_ROWS = 5
_SLIGHT = 1e4  # ULP
_GROSS = 1e8
_WIDEST = 3
_KEPT = {
    EXACTLY: "digits are kept",
    LONG_DOUBLE: "digits are kept",
    NEIGHBOURS: "results are finite",
}
_WORDS = {"value": "value", "gradient": "gradient", "hessian": "Hessian"}
_HEADER = ("dtype", "y_true", "y_pred", "got", "true", "error in ULP")


@dataclass(frozen=True)
class Miss:
    """One result that is wrong, and what is wrong with it."""

    dtype: str
    label: Any
    prediction: Any
    size: float
    got: float
    true: Any
    ulps: float

    @property
    def kind(self) -> str:
        if np.isnan(self.got):
            return "nan"
        if np.isinf(self.got):
            return "overflow"
        if self.got == 0:
            return "zero"
        return "sign" if self.got * mpmath.sign(self.true) < 0 else "digits"

    @property
    def row(self) -> tuple[Any, ...]:
        return self.dtype, self.label, self.prediction, self.got, float(self.true), self.ulps


def check_precision(subject: Subject) -> Iterator[Said]:
    """Per output, what is not finite and what has lost its digits."""
    fine: dict[str, list[str]] = {}
    has_tails = label_pair(subject) is not None and subject.prediction_domain.checks_nothing
    for output in subject.outputs:
        if isinstance(subject, LossSubject) and states_accuracy(subject.loss):
            misses, says, words = _beyond_bound(subject.loss, output)
            source = "the formulas at 120 digits"
        else:
            misses, source = _beyond_conditioning(subject, output)
            says, words = "", f"{_KEPT[source]} up to {FARTHEST:g} ({source})"
        if misses:
            yield from _tell(output, misses, source, has_tails)
        else:
            fine.setdefault(words, []).append(f"{_WORDS[output]} {says}".strip())
    for words, outputs in fine.items():
        yield Held("accuracy", f"{', '.join(outputs)}: {words}")
    if fine and isinstance(subject, LossSubject) and not states_accuracy(subject.loss):
        yield from _out_of_reach(subject.loss)


def states_accuracy(loss: Loss) -> bool:
    """Whether a loss promises how exact it is: the catalogue does, and whoever says so."""
    classes = type(loss).__mro__[: type(loss).__mro__.index(Loss)]
    return any(
        "accuracy" in vars(cls) or (issubclass(cls, Loss) and registry.is_built_in(cls))
        for cls in classes
    )


def sizes_of(loss: Loss, order: int, samples: Samples) -> Any:
    """What errors are measured against where an output is a sum whose terms cancel, else None."""
    stated = row_sizes(loss, order, samples.y_true, samples.y_pred)
    if stated is not None:
        return stated
    cancels = samples.labels == "amounts" or (
        order == 1 and (samples.labels.startswith(("soft", "rows")) or _has_both_signs(loss))
    )
    return terms(loss, order, samples.y_true, samples.y_pred) if cancels else None


def _has_both_signs(loss: Loss) -> bool:
    middle = mpmath.mpf(0.5)
    return not loss.is_row and loss.over(ORACLE).opposing(ORACLE, middle, middle) is not None


def _beyond_bound(
    loss: Loss, output: str, bound: float | None = None
) -> tuple[list[Miss], str, str]:
    """Errors above a bound, by default the one that the class states, over all finite inputs."""
    order = ("value", "gradient", "hessian").index(output)
    bound = float(getattr(loss.accuracy, output)) if bound is None else bound
    misses, largest = [], 0.0
    for dtype in _DTYPES:
        for samples in _narrow(extreme(loss, dtype, COUNT, seed=4)):
            call = loss if output == "value" else getattr(loss, output)
            got = np.asarray(call(samples.y_true, samples.y_pred, reduction="none"))
            true = truth(loss, order, samples.y_true, samples.y_pred)
            sizes = sizes_of(loss, order, samples)
            errors = ulp_errors(got, true, sizes, loss.accuracy.underflow)
            largest = max(largest, float(errors.max(initial=0.0)))
            misses += _misses(samples, got, true, errors, errors > bound, dtype)
    says = f"{largest:.2g} ULP of {bound:g}"
    return misses, says, "the largest errors at inputs of all sizes"


def _out_of_reach(loss: Loss) -> Iterator[Finding]:
    """Gross errors at any size, of a loss that states no bound of its own."""
    for output, what in _WORDS.items():
        misses, _, _ = _beyond_bound(loss, output, _GROSS)
        if misses:
            yield Finding(
                output,
                "range",
                f"Beyond all sizes that are met in practice the {what} breaks down.",
                "Scale before squaring, and divide by the larger one.",
                _evidence(misses, "the formulas at 120 digits"),
                is_note=True,
            )
            return


def _narrow(sets: list[Samples]) -> list[Samples]:
    """Rows of few columns alone, which is quick and finds what there is to find."""
    widths = [s.y_pred.shape[-1] for s in sets if s.y_pred.ndim > 1]
    widest = max(_WIDEST, min(widths, default=0))
    return [s for s in sets if s.y_pred.ndim == 1 or s.y_pred.shape[-1] <= widest]


def _beyond_conditioning(subject: Subject, output: str) -> tuple[list[Miss], str]:
    """Errors that the conditioning of the function does not explain, at sizes met in practice."""
    is_objective = isinstance(subject, FunctionsSubject) and subject.is_objective
    misses, source = [], ""
    for dtype in _DTYPES if is_objective or isinstance(subject, LossSubject) else _DTYPES[:1]:
        for samples in far_out(subject, dtype):
            got = subject.compute(output, samples.y_true, samples.y_pred).astype(dtype)
            known = truth_of(subject, output, samples)
            source = known.source
            errors = _errors(got, known, dtype)
            bad = errors > room_for(subject, output, samples, errors, known)
            misses += _misses(samples, got, known.numbers, errors, bad, dtype)
    return misses, source


def _errors(got: Array, known: Truth, dtype: Any) -> Array:
    """In ULP; 0 where the truth is below the smallest normal number, or not known."""
    errors = ulp_errors(got, known.numbers)
    tiny = float(np.finfo(dtype).smallest_normal)
    small = np.frompyfunc(lambda number: bool(abs(number) < tiny), 1, 1)(known.numbers).astype(bool)
    quiet = (small & np.isfinite(got)) | ~known.is_known
    return np.where(quiet, 0.0, errors)


def _misses(
    samples: Samples, got: Array, true: Array, errors: Array, bad: Array, dtype: Any
) -> list[Miss]:
    found = []
    for place in map(tuple, np.argwhere(bad)):
        y, p = samples.y_true[place[0]], samples.y_pred[place[0]]
        size = float(np.max(np.abs(p)))
        numbers = (float(got[place]), true[place], float(errors[place]))
        found.append(Miss(str(np.dtype(dtype)), shown(y), shown(p), size, *numbers))
    return found


def _tell(output: str, misses: Sequence[Miss], source: str, has_tails: bool) -> Iterator[Finding]:
    what = _WORDS[output]
    broken = [miss for miss in misses if miss.kind in {"nan", "overflow"}]
    worn = [miss for miss in misses if miss.kind not in {"nan", "overflow"}]
    if broken:
        kinds = {miss.kind for miss in broken}
        words = {frozenset({"nan"}): "NaN", frozenset({"overflow"}): "infinite"}
        word = words.get(frozenset(kinds), "NaN or infinite")
        yield Finding(
            output,
            "nan" if "nan" in kinds else "overflow",
            f"The {what} is {word} where the true value is finite.",
            "Use a form in which nothing overflows: exp of negative numbers only, log1p, expm1, "
            "no quotient of two things that both vanish.",
            _evidence(broken, source),
        )
    if worn:
        yield _worn(output, what, worn, source, has_tails)


def _worn(output: str, what: str, worn: Sequence[Miss], source: str, has_tails: bool) -> Finding:
    kinds = {miss.kind for miss in worn}
    evidence = _evidence(worn, source)
    if max(miss.ulps for miss in worn) < _SLIGHT:
        return Finding(
            output,
            "inexact",
            f"The {what} is less exact than the class states.",
            "Round less often, try compensated = True, or state the bound that holds: "
            f"accuracy = Accuracy({output}=...).",
            evidence,
        )
    says = f"The {what} loses its digits"
    if "sign" in kinds:
        says += f", and has the wrong sign{_where(worn, 'sign', has_tails)}"
    elif "zero" in kinds:
        says += f", and is 0{_where(worn, 'zero', has_tails)}"
    return Finding(
        output,
        "sign" if "sign" in kinds else "cancels",
        f"{says}.",
        "Something cancels or is clipped: subtract in the exponent, not from 1 "
        "(1 - sigmoid(z) is sigmoid(-z)), and add no epsilon.",
        evidence,
    )


def _where(misses: Sequence[Miss], kind: str, has_tails: bool) -> str:
    """From which raw score on, for each dtype; elsewhere a size does not tell."""
    if not has_tails:
        return " in places"
    words = []
    for dtype in dict.fromkeys(miss.dtype for miss in misses):
        sizes = [miss.size for miss in misses if (miss.dtype, miss.kind) == (dtype, kind)]
        if sizes:
            words.append(f"{min(sizes):.3g} on in {dtype}")
    return f" from |y_pred| = {', from '.join(words)}"


def _evidence(misses: Sequence[Miss], source: str) -> Evidence:
    """For each dtype and kind the smallest prediction where it happens, and the worst of all."""
    chosen: list[Miss] = []
    for dtype in dict.fromkeys(miss.dtype for miss in misses):
        for kind in ("digits", "zero", "sign", "nan", "overflow"):
            group = [miss for miss in misses if (miss.dtype, miss.kind) == (dtype, kind)]
            if group:
                chosen.append(min(group, key=lambda miss: miss.size))
    worst = max(misses, key=lambda miss: miss.ulps)
    if worst not in chosen and len(chosen) < _ROWS:
        chosen.append(worst)
    return Evidence(_HEADER, tuple(miss.row for miss in chosen[:_ROWS]), f"true values: {source}")
