"""Derivations by rule: from the textbook formula of a loss to what its code computes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy

from lossbook.derivations.cases import Case, cases, resolve, signed
from lossbook.derivations.derivation import Derivation, Line, Part
from lossbook.derivations.latex import formula
from lossbook.derivations.numbers import number
from lossbook.derivations.order import neat
from lossbook.derivations.paper import NUMBERS, PAPER, PaperMaths
from lossbook.derivations.points import Place, places
from lossbook.derivations.row_losses import rows_by_rule
from lossbook.derivations.symbols import MARGIN, RESIDUAL, Letters
from lossbook.derivations.terms import ELL, Slope, slope_of_loss
from lossbook.derivations.tidying import cost, is_simpler, tidy
from lossbook.derivations.ties import ties
from lossbook.derivations.walking import without_repeats, work_out
from lossbook.families import MarginLoss

if TYPE_CHECKING:
    from lossbook.loss import Loss

NAMES = ("Value", "Gradient", "Hessian")
SAMPLES = 40
COMPUTED = "simplified to what is computed"
STABLE = "the same, as it is computed"
_LONGER = 1.25  # times as long as the derived form, a computed form is not worth a line


@dataclass(frozen=True)
class Subject:
    """A loss as a function of one variable: the prediction, the residual or the margin."""

    loss: Loss
    letters: Letters
    m: PaperMaths
    variable: Any
    label: Any
    prediction: Any

    @property
    def shown(self) -> Any:
        """What slopes are said to be by: slopes by the residual are slopes by the prediction."""
        return self.letters.prediction if self.variable == RESIDUAL else self.variable

    def formula(self, order: int | None) -> Any:
        """The textbook's value (None), or what is computed, by the variable."""
        over = self.loss.over(self.m)
        if order is None:
            return sympy.sympify(over.textbook(self.m, self.label, self.prediction))
        return sympy.sympify(over.derivative(self.m, order, self.label, self.prediction))


def by_rule(loss: Loss) -> Derivation:
    """The derivation of any loss."""
    if loss.is_row:
        return rows_by_rule(loss)
    try:
        return _of_numbers(loss, Letters.of(loss), PAPER)
    except ZeroDivisionError:
        # At some parameters a formula is a limit, and the letters only lead up to it.
        return _of_numbers(loss, replace(Letters.of(loss), has_parameters=False), NUMBERS)


def _of_numbers(loss: Loss, letters: Letters, m: PaperMaths) -> Derivation:
    subject = _subject(loss, letters, m)
    pool = places(loss, letters, SAMPLES)
    parts = tuple(_parts(subject, pool))
    for place in pool:
        number(parts[0].lines[0].expression, place.at)
    return Derivation(loss, letters, parts, tuple(_definitions(subject)))


def _subject(loss: Loss, letters: Letters, m: PaperMaths) -> Subject:
    y, p = letters.label, letters.prediction
    if isinstance(loss, MarginLoss):
        return Subject(loss, letters, m, MARGIN, sympy.Integer(1), MARGIN)
    by_residual = Subject(loss, letters, m, RESIDUAL, y, y + RESIDUAL)
    try:
        free = by_residual.formula(None).free_symbols | by_residual.formula(0).free_symbols
    except (TypeError, NotImplementedError):
        free = {y}
    if y not in free:
        return by_residual
    return Subject(loss, letters, m, p, y, p)


def _definitions(subject: Subject) -> Iterator[tuple[Any, Any]]:
    y, p = subject.letters.label, subject.letters.prediction
    if subject.variable == RESIDUAL:
        yield RESIDUAL, p - y
    if subject.variable == MARGIN:
        yield MARGIN, y * p


def _parts(subject: Subject, pool: list[Place]) -> Iterator[Part]:
    textbook = subject.formula(None)
    found = _sorted(cases(textbook, pool), subject.variable)
    yield from _value(subject, textbook, found)
    chains = [_chain(subject, case, 1, case.expression) for case in found]
    *most, last = (chain.part() for chain in chains)
    yield from most
    yield replace(last, after=" ".join(ties(subject.loss, subject.variable)))
    yield from _hessian(subject, found, chains)


def _sorted(found: list[Case], variable: Any) -> list[Case]:
    """From the left to the right, or from the middle outwards."""
    is_even = all(case.condition.has(sympy.Abs) for case in found)

    def position(case: Case) -> Any:
        at = [place.at[variable] for place in case.places]
        return sum(map(abs, at) if is_even else at) / len(at)

    return sorted(found, key=position)


def _value(subject: Subject, textbook: Any, found: list[Case]) -> Iterator[Part]:
    y = subject.letters.label
    lines = [Line(textbook, "the definition")]
    if len(found) == 1:
        plain = found[0].expression
        if plain != textbook:
            lines.append(Line(plain, "as signs are known here"))
        lines += _last(subject, found[0], 0, plain, plain)
        yield Part("Value", ELL, tuple(lines), 0)
        return
    by_label = all(case.condition.free_symbols <= {y} for case in found)
    if not by_label:
        yield Part("Value", ELL, tuple(lines), 0)
    for case in found:
        lines = [Line(case.expression, "the definition" if by_label else "")]
        lines += _last(subject, case, 0, case.expression, tidy(case.expression))
        condition = neat(case.condition, subject.variable, subject.loss.label_domain.two_classes)
        yield Part("Value", ELL, tuple(lines), 0, condition)


@dataclass(frozen=True)
class _Chain:
    """The lines of one derivative in one case, by the variable and then by the prediction."""

    subject: Subject
    case: Case
    order: int
    lines: tuple[Line, ...]
    formula: Any

    def part(self) -> Part:
        subject, order = self.subject, self.order
        lines = list(self.lines)
        if subject.variable == MARGIN:
            y = subject.letters.label
            left = slope_of_loss(subject.letters.prediction, order)
            if order == 1:
                by_prediction = y * self.formula
                lines.append(Line(by_prediction, "chain rule: da/dŷ = y", left, lambda e: y * e))
            else:
                lines.append(Line(self.formula, "chain rule, twice: y² = 1", left))
        condition = neat(
            self.case.condition, subject.variable, subject.loss.label_domain.two_classes
        )
        return Part(
            NAMES[order], slope_of_loss(subject.shown, order), tuple(lines), order, condition
        )


def _chain(subject: Subject, case: Case, order: int, expression: Any) -> _Chain:
    x = subject.variable
    left = slope_of_loss(subject.shown, order)
    lines = [Line(Slope(expression, x)), *work_out(expression, x, left)]
    raw = lines[-1].expression
    lines = without_repeats([*lines, *_last(subject, case, order, raw, tidy(raw))])
    return _Chain(subject, case, order, tuple(lines), lines[-1].expression)


def _hessian(subject: Subject, found: list[Case], chains: list[_Chain]) -> Iterator[Part]:
    slopes = [
        _chain(subject, case, 2, chain.formula) for case, chain in zip(found, chains, strict=True)
    ]
    if len(found) > 1 and all(slope.formula == 0 for slope in slopes):
        everywhere = Case(sympy.Integer(0), sympy.true, ())
        lines = (Line(sympy.Integer(0), "the gradient is constant between the kinks"),)
        yield _Chain(subject, everywhere, 2, lines, sympy.Integer(0)).part()
        return
    yield from (slope.part() for slope in slopes)


def _last(subject: Subject, case: Case, order: int, raw: Any, tidied: Any) -> list[Line]:
    """The last line, where it differs: in the form of the code if that can be read."""
    target = _target(subject, case, order)
    is_readable = target is not None and _is_as_short(target, tidied)
    if is_readable and target != raw and not _is_spelling(target, raw):
        return [Line(target, COMPUTED if order else STABLE)]
    if is_readable or not (is_simpler(tidied, raw) or formula(tidied) == formula(raw)):
        return []
    return [Line(tidied, "simplified")]


def _is_as_short(target: Any, tidied: Any) -> bool:
    (operations, sizes, _), (fewest, smallest, _) = cost(target), cost(tidied)
    return operations <= _LONGER * fewest + 1 and sizes <= smallest + 2


def _is_spelling(one: Any, other: Any) -> bool:
    """Whether two forms differ in nothing worth a line: 2 (1 - a) and 2 - 2 a, say."""
    return cost(one) >= cost(other) and sympy.expand(one - other) == 0


def _target(subject: Subject, case: Case, order: int) -> Any | None:
    """What is computed, by the variable; None where it takes different ways through one case."""
    computed = subject.formula(order)
    forms = {signed(resolve(computed, place)[0], case.places) for place in case.places}
    return forms.pop() if len(forms) == 1 else None
