"""Multiples and sums: ``2 * loss``, ``one + other``."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Self

from lossbook.composition.composition import (
    Composition,
    kinks_in_prediction,
    name_in,
    positive_number,
    total_shift,
)
from lossbook.domains import Domain, Interval
from lossbook.errors import InputError
from lossbook.facts import Facts
from lossbook.families import MarginLoss, PointwiseLoss, ResidualLoss, RowLoss, ScoresLoss
from lossbook.functionals import Functional
from lossbook.loss import Loss
from lossbook.maths.namespace import Term


class Combination(Composition, family=True):
    """The sum of losses, each times a number above 0.

    Values that are never negative add up without cancelling, so the sum keeps their relative
    accuracy, and so do derivatives of one sign. Where gradients of opposite signs meet, errors are
    relative to the sum of their sizes.

    The facts of a sum are those that follow from its parts': bounds hold, but need not be tight.
    """

    terms: tuple[Loss, ...]
    factors: tuple[float, ...]

    @property
    def parts(self) -> tuple[Loss, ...]:
        return self.terms

    @property
    def numbers(self) -> Mapping[str, float]:
        factors = {
            name_in(self.terms, place, "factor"): factor
            for place, factor in enumerate(self.factors)
        }
        return {name: factor for name, factor in factors.items() if factor != 1}

    def made_of(self, parts: tuple[Loss, ...], numbers: Mapping[str, Any]) -> Self:
        names = (name_in(parts, place, "factor") for place in range(len(parts)))
        return type(self)(parts, tuple(numbers.get(name, 1.0) for name in names))

    def derivative(self, m: Any, order: int, y_true: Term, y_pred: Term) -> Term:
        return self._sum(lambda part: part.derivative(m, order, y_true, y_pred))

    def value(self, m: Any, *arguments: Term) -> Term:
        """The sum of the values."""
        return self._sum(lambda part: part.value(m, *arguments))

    def deriv(self, m: Any, *arguments: Term) -> Term:
        """The sum of the first derivatives."""
        return self._sum(lambda part: part.deriv(m, *arguments))

    def deriv2(self, m: Any, *arguments: Term) -> Term:
        """The sum of the second derivatives."""
        return self._sum(lambda part: part.deriv2(m, *arguments))

    @property
    def has_prox(self) -> bool:
        return len(self.terms) == 1 and self.terms[0].has_prox

    @property
    def has_conjugate(self) -> bool:
        return len(self.terms) == 1 and self.terms[0].has_conjugate

    def prox_over(self, m: Any, y_true: Term, point: Term, step: Term) -> Term:
        # A multiple of one loss has the point of a step that is longer by as much.
        return self.terms[0].prox_over(m, y_true, point, self.factors[0] * step)

    def conjugate_over(self, m: Any, y_true: Term, dual: Term) -> Term:
        factor = self.factors[0]
        return factor * self.terms[0].conjugate_over(m, y_true, dual / factor)

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        return self._sum(lambda part: part.textbook(m, y_true, y_pred))

    def _sum(self, of: Callable[[Any], Any]) -> Any:
        products = [
            of(part) if isinstance(factor, float) and factor == 1 else factor * of(part)
            for part, factor in zip(self.terms, self.factors, strict=True)
        ]
        return sum(products[1:], products[0])

    @property
    def label_domain(self) -> Domain:
        return _common([part.label_domain for part in self.terms], "labels")

    @property
    def prediction_domain(self) -> Domain:
        return _common([part.prediction_domain for part in self.terms], "predictions")

    @property
    def functional(self) -> Functional | None:
        elicited = {(part.functional, total_shift(part)) for part in self.terms}
        return self.terms[0].functional if len(elicited) == 1 else None

    @property
    def facts(self) -> Facts:
        facts = [part.facts for part in self.terms]

        def total(name: str) -> float:
            pairs = zip(self.factors, facts, strict=True)
            return math.fsum(factor * getattr(fact, name) for factor, fact in pairs)

        convex = all(fact.convex for fact in facts)
        alone = len(facts) == 1
        return Facts(
            convex=convex,
            strictly_convex=convex and any(fact.strictly_convex for fact in facts),
            strong_convexity=total("strong_convexity") if convex else 0.0,
            unimodal=convex or (alone and facts[0].unimodal) or self._has_its_valleys_in_one_place,
            lipschitz=total("lipschitz"),
            smoothness=total("smoothness"),
            kinks=self._kinks(),
            minimum=total("minimum"),
            supremum=total("supremum"),
            symmetric=all(fact.symmetric for fact in facts),
            redescending=all(fact.redescending for fact in facts),
            calibrated=self._calibrated(facts, convex),
        )

    def _kinks(self) -> tuple[float, ...]:
        if isinstance(self, MarginLoss):
            found = {kink for part in self.terms for kink in part.facts.kinks}
        else:
            found = {kink for part in self.terms for kink in kinks_in_prediction(part)}
        return tuple(sorted(found))

    @property
    def _has_its_valleys_in_one_place(self) -> bool:
        return all(
            isinstance(part, ResidualLoss) and part.facts.unimodal and part.facts.symmetric
            for part in self.terms
        )

    def _calibrated(self, facts: list[Facts], convex: bool) -> bool | None:
        if self.label_domain.two_classes is None:
            return None
        return all(fact.calibrated for fact in facts) and (convex or len(facts) == 1)

    def __repr__(self) -> str:
        return " + ".join(
            repr(part) if factor == 1 else f"{factor!r} * {part!r}"
            for factor, part in zip(self.factors, self.terms, strict=True)
        )


class ResidualCombination(Combination, ResidualLoss, family=True):
    """A sum of functions of the residual is one too."""


class MarginCombination(Combination, MarginLoss, family=True):
    """A sum of functions of the margin is one too."""


class RowCombination(Combination, RowLoss, family=True):
    """A sum of losses of rows."""

    @property
    def is_separable(self) -> bool:
        return all(part.is_separable for part in self.terms if isinstance(part, RowLoss))

    def hessian_matrix(self, m: Any, y: Term, scores: Term) -> Term:
        return self._sum(lambda part: part.hessian_matrix(m, y, scores))

    def hessian_product(self, m: Any, y: Term, scores: Term, vector: Term) -> Term:
        return self._sum(lambda part: part.hessian_product(m, y, scores, vector))


class ScoresCombination(RowCombination, ScoresLoss, family=True):
    """A sum of losses of rows of scores."""


class PointwiseCombination(Combination, PointwiseLoss, family=True):
    """A sum of losses of any families that have one prediction per sample."""

    def value(self, m: Any, *arguments: Term) -> Term:
        return self._sum(lambda part: part.derivative(m, 0, *arguments))

    def deriv(self, m: Any, *arguments: Term) -> Term:
        return self._sum(lambda part: part.derivative(m, 1, *arguments))

    def deriv2(self, m: Any, *arguments: Term) -> Term:
        return self._sum(lambda part: part.derivative(m, 2, *arguments))


_BY_FAMILY: tuple[tuple[type[Loss], type[Combination]], ...] = (
    (ResidualLoss, ResidualCombination),
    (MarginLoss, MarginCombination),
    (ScoresLoss, ScoresCombination),
    (RowLoss, RowCombination),
    (Loss, PointwiseCombination),
)


def scale(loss: Loss, factor: object) -> Loss:
    """``factor`` times a loss."""
    number = positive_number("the factor of a loss", factor)
    terms, factors = _terms(loss)
    return _combine(terms, tuple(number * each for each in factors))


def add(one: Loss, other: Loss) -> Loss:
    """The sum of two losses, as one flat sum."""
    (terms, factors), (more_terms, more_factors) = _terms(one), _terms(other)
    return _combine(terms + more_terms, factors + more_factors)


def _terms(loss: Loss) -> tuple[tuple[Loss, ...], tuple[float, ...]]:
    if isinstance(loss, Combination):
        return loss.terms, loss.factors
    return (loss,), (1.0,)


def _combine(terms: tuple[Loss, ...], factors: tuple[float, ...]) -> Loss:
    _check_kinship(terms)
    for family, combination in _BY_FAMILY:
        if all(isinstance(part, family) for part in terms):
            return combination(terms, factors)
    raise AssertionError("every loss is a Loss")


def _check_kinship(terms: tuple[Loss, ...]) -> None:
    first = terms[0]
    for part in terms[1:]:
        same = (
            part.is_row == first.is_row
            and part.columns == first.columns
            and part.link == first.link
        )
        if not same:
            raise InputError(
                f"{first!r} and {part!r} do not predict the same: add losses of one kind of "
                "prediction."
            )
    _common([part.label_domain for part in terms], "labels")
    _common([part.prediction_domain for part in terms], "predictions")


def _common(domains: list[Domain], what: str) -> Domain:
    """What lies in all of the domains."""
    first = domains[0]
    if all(domain == first for domain in domains):
        return first
    if all(isinstance(domain, Interval) for domain in domains):
        low, high = max(d.low for d in domains), min(d.high for d in domains)  # type: ignore[attr-defined]
        for domain in domains:
            if (domain.low, domain.high) == (low, high):  # type: ignore[attr-defined]
                return domain
        if low < high:
            return Interval(low, high)
    names = " and ".join(domain.describe() for domain in domains)
    raise InputError(f"the losses take {what} in {names}: no sum takes both.")
