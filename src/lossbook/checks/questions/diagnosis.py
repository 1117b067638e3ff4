"""What is wrong with a derivative, named: a sign, a factor, a zero, one label, one side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from lossbook.checks.findings import Evidence, Finding
from lossbook.checks.sampling import Samples
from lossbook.checks.subjects.subject import FunctionsSubject, Subject

Array = np.ndarray[Any, Any]

_FACTORS = {0.5: "half", 2.0: "twice", -0.5: "minus half", -2.0: "minus twice"}
_ROWS = 4
_SMALLEST = 1e-300  # below it no float can tell


@dataclass(frozen=True)
class Compared:
    """A derivative as given, and as it should be, with the error of the latter (0: exact)."""

    samples: Samples
    got: Array
    right: Array
    errors: Array
    tolerance: float
    how: str

    @property
    def is_wrong(self) -> Array:
        """Where the two differ by more than can be explained."""
        differs = np.frompyfunc(self._differs, 3, 1)
        return np.asarray(differs(self.got, self.right, self.errors), dtype=bool)

    def _differs(self, got: Any, right: Any, error: float) -> bool:
        # What is not finite is told by the check of numbers.
        if not all(mpmath.isfinite(number) for number in (got, right, error)):
            return False
        size = max(abs(got), abs(right))
        return bool(size > _SMALLEST and abs(got - right) > self.tolerance * size + 20 * error)


@dataclass(frozen=True)
class Named:
    """A verdict on one group of samples, in words that follow the name of the derivative."""

    problem: str
    says: str
    fix: str
    is_note: bool = False


def diagnose(
    subject: Subject, sets: Sequence[Compared], what: str, of: str, is_far: bool = False
) -> Finding | None:
    """The finding on a derivative, or None where it is right everywhere."""
    wrong = [one for one in sets if one.is_wrong.any()]
    if not wrong:
        return None
    evidence = _evidence(wrong, what, of)
    stand_in = subject.stand_in if isinstance(subject, FunctionsSubject) else ""
    if stand_in and what == "Hessian":
        says = f"The Hessian is {stand_in}, and not {of}: on purpose."
        return Finding("hessian", "stand-in", says, "Nothing to do.", evidence, is_note=True)
    if is_far:
        return _far(subject, wrong, what, of, evidence)
    whole = _name(subject, sets, what, of)
    if whole.problem != "formula":
        return _finding(what, whole, f"The {what} {whole.says}", evidence)
    parts = list(_parts(sets))
    named = [(words, _name(subject, [part], what, of)) for words, part in parts if _bad(part)]
    if len(parts) > 1 and (
        len(named) < len(parts) or any(n.problem != "formula" for _, n in named)
    ):
        says = "; ".join(f"for {words} it {one.says}" for words, one in named)
        first = next((one for _, one in named if one.problem != "formula"), named[0][1])
        return _finding(what, first, f"The {what} is wrong: {says}", evidence)
    return _finding(what, whole, f"The {what} {whole.says}", evidence)


def _finding(what: str, named: Named, says: str, evidence: Evidence) -> Finding:
    return Finding(what.lower(), named.problem, f"{says}.", named.fix, evidence, named.is_note)


def _bad(compared: Compared) -> bool:
    return bool(compared.is_wrong.any())


def _name(subject: Subject, sets: Sequence[Compared], what: str, of: str) -> Named:
    got, right, wrong = (
        np.concatenate([np.ravel(one) for one in arrays])
        for arrays in zip(*((s.got, s.right, s.is_wrong) for s in sets), strict=True)
    )
    usable = np.asarray([all(map(mpmath.isfinite, pair)) for pair in zip(got, right, strict=True)])
    got, right = got[usable], right[usable]
    if not got.any():
        return Named("zero", f"is 0, and {of} is not", f"Differentiate once more: {_next(what)}.")
    if not right.any():
        if _stands_in(subject, got, what):
            return Named(
                "stand-in",
                f"is positive where {of} is 0, which lets boosters train: a stand-in",
                "Nothing to do; leaf values are not exact Newton steps.",
                is_note=True,
            )
        return Named("formula", f"is not 0 as {of} is", f"Check its formula: {_next(what)}.")
    ratio = _common_ratio(got, right)
    if ratio is None:
        by_probability = _by_probability(subject, sets)
        if by_probability is not None:
            return by_probability
        share = f" ({wrong.sum()} of {len(wrong)} numbers)" if wrong.sum() < len(wrong) else ""
        return Named("formula", f"is not {of}{share}", f"Derive it again: {_next(what)}.")
    if abs(ratio + 1) < 1e-6:
        return Named("sign", f"has the wrong sign: it is minus {of}", _turned(subject, got))
    word = next((word for c, word in _FACTORS.items() if abs(ratio / c - 1) < 1e-6), None)
    says = f"is {word} {of}" if word else f"is {ratio:.6g} times {of}"
    return Named(
        "factor", says, f"Multiply it by {1 / ratio:.6g}{_majorant(subject, ratio, what)}."
    )


def _turned(subject: Subject, got: Array) -> str:
    """Which sign to change: with no value to ask, that of a positive Hessian may well be right."""
    if "value" not in subject.outputs and all(number >= 0 for number in got):
        return "Change the sign of the gradient if that points the wrong way, else its own."
    return "Change its sign."


def _stands_in(subject: Subject, got: Array, what: str) -> bool:
    """Boosters cannot train with a Hessian of 0: a constant in its place is on purpose."""
    is_objective = isinstance(subject, FunctionsSubject) and subject.is_objective
    return is_objective and what == "Hessian" and all(number > 0 for number in got)


def _majorant(subject: Subject, ratio: float, what: str) -> str:
    if what != "Hessian" or not isinstance(subject, FunctionsSubject) or ratio <= 1:
        return ""
    return ", or keep it as an upper bound that trains more slowly"


def _next(what: str) -> str:
    below = {"gradient": "value", "Hessian": "gradient"}.get(what)
    return f"it is the derivative of the {below} by y_pred" if below else "both are one number"


def _common_ratio(got: Array, right: Array) -> float | None:
    ratios = [g / r for g, r in zip(got, right, strict=True) if r != 0]
    if any(g != 0 for g, r in zip(got, right, strict=True) if r == 0) or not ratios:
        return None
    first = ratios[0]
    same = all(abs(ratio - first) <= 1e-5 * abs(first) for ratio in ratios)
    return float(first) if same and first != 0 else None


def _by_probability(subject: Subject, sets: Sequence[Compared]) -> Named | None:
    """The factor p (1 - p) of the chain rule, once or twice too few or too many."""
    if subject.is_row or not subject.prediction_domain.checks_nothing:
        return None
    for power, words in ((-1, "lacks"), (-2, "lacks"), (1, "has"), (2, "has")):
        ratios = []
        for one in sets:
            z = one.samples.y_pred
            p = 1 / (1 + np.exp(-z))
            factor = (p * (1 - p)) ** power
            triples = zip(one.got, one.right, factor, strict=True)
            ratios += [g / r / f for g, r, f in triples if r != 0]
        if ratios and all(abs(ratio - 1) < 1e-5 for ratio in ratios):
            much = "p (1 - p)" if abs(power) == 1 else "(p (1 - p))²"
            verb, action = ("lacks", "Multiply") if words == "lacks" else ("has", "Divide")
            extra = "" if words == "lacks" else " too much"
            return Named(
                "chain rule",
                f"{verb} the factor {much}{extra} of the chain rule, p = sigmoid(y_pred)",
                f"{action} it by {much}: derivatives are by the raw score, not by the probability.",
            )
    return None


def _parts(sets: Sequence[Compared]) -> Iterator[tuple[str, Compared]]:
    """Label by label, or where the prediction is above the label and where below."""
    if len(sets) > 1:
        for one in sets:
            yield one.samples.labels, one
        return
    (one,) = sets
    if one.samples.y_pred.ndim > 1:
        return
    above = one.samples.y_pred > one.samples.y_true
    for words, side in (("y_pred > y_true", above), ("y_pred < y_true", ~above)):
        if side.any():
            samples = Samples(words, one.samples.y_true[side], one.samples.y_pred[side])
            arrays = (one.got[side], one.right[side], one.errors[side])
            yield words, Compared(samples, *arrays, one.tolerance, one.how)


def _far(
    subject: Subject, wrong: Sequence[Compared], what: str, of: str, evidence: Evidence
) -> Finding:
    if _is_floored(subject, wrong, what):
        return Finding(
            what.lower(),
            "floor",
            f"The {what} is {of}, but held up by a floor where that fades, as boosters do it "
            "themselves.",
            "Nothing to do.",
            evidence,
            is_note=True,
        )
    return Finding(
        what.lower(),
        "tail",
        f"The {what} is {of} for predictions of everyday size, but not far out.",
        "Look for a clip, a floor or an added epsilon, which derivatives must take part in; "
        "better is a stable form that needs none.",
        evidence,
    )


def _is_floored(subject: Subject, wrong: Sequence[Compared], what: str) -> bool:
    """Whether an objective's Hessian is one small positive number where it should be smaller."""
    if what != "Hessian" or not isinstance(subject, FunctionsSubject) or not subject.is_objective:
        return False
    got = [number for one in wrong for number in one.got[one.is_wrong]]
    right = [number for one in wrong for number in one.right[one.is_wrong]]
    return len(set(got)) == 1 and all(g > r >= 0 for g, r in zip(got, right, strict=True))


def _evidence(wrong: Sequence[Compared], what: str, of: str) -> Evidence:
    """The first wrong samples of each set, the mildest prediction first."""
    rows: list[tuple[Any, ...]] = []
    for one in wrong:
        where = np.argwhere(one.is_wrong)
        for place in _chosen(one, list(map(tuple, where)), max(1, _ROWS // len(wrong))):
            y, p = one.samples.y_true[place[0]], one.samples.y_pred[place[0]]
            numbers = (float(one.got[place]), float(one.right[place]))
            rows.append((shown(y), shown(p), *numbers))
    return Evidence(("y_true", "y_pred", what, of.removeprefix("the ")), tuple(rows))


def _chosen(one: Compared, places: list[Any], count: int) -> list[Any]:
    """The smallest predictions; last the one that is farthest off."""
    sizes = np.abs(one.samples.y_pred.reshape(len(one.samples), -1)).max(axis=1)
    places = sorted(places, key=lambda place: float(sizes[place[0]]))

    def gap(place: Any) -> Any:
        got, right = one.got[place], one.right[place]
        return abs(got - right) / max(abs(got), abs(right))

    worst = max(places, key=gap)
    others = [place for place in places if place != worst]
    return [*others[: count - 1], worst]


def shown(entry: Any) -> Any:
    """A label or prediction in a table; a row of them as text."""
    if np.ndim(entry) == 0:
        return float(entry)
    numbers = " ".join(f"{number:.4g}" for number in entry[:4])
    return numbers + (" ..." if len(entry) > 4 else "")
