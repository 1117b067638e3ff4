"""All checks of one subject, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lossbook.checks.findings import Finding, Report, Said
from lossbook.checks.questions.claims import check_claims
from lossbook.checks.questions.conventions import check_conventions
from lossbook.checks.questions.curvature import check_curvature
from lossbook.checks.questions.derivatives import check_derivatives
from lossbook.checks.questions.precision import check_precision, states_accuracy
from lossbook.checks.questions.running import check_running
from lossbook.checks.questions.tails import check_tails
from lossbook.checks.questions.weighing import check_reductions, check_weights
from lossbook.checks.subjects.domain_words import as_domain
from lossbook.checks.subjects.recognise import Told, recognise
from lossbook.checks.subjects.subject import FunctionsSubject, LossSubject, Subject
from lossbook.checks.truth import OUTPUTS
from lossbook.errors import InputError, InputTypeError

CHECKS: tuple[Callable[[Subject], Iterator[Said]], ...] = (
    check_derivatives,
    check_tails,
    check_conventions,
    check_reductions,
    check_weights,
    check_precision,
    check_curvature,
)


def run(
    loss: Any,
    *,
    kind: str | None,
    value: Any,
    label_domain: Any,
    prediction_domain: Any,
    classes: int | None,
) -> Report:
    """Recognise the subject, and let every check have its say."""
    if value is not None and not callable(value):
        raise InputTypeError(f"value must be a function of (y_true, y_pred), got {value!r}.")
    if classes is not None and (not isinstance(classes, int) or classes < 2):
        raise InputError(f"classes must be a whole number from 2 on, got {classes!r}.")
    told = Told(
        kind,
        value,
        as_domain("label_domain", label_domain),
        as_domain("prediction_domain", prediction_domain),
        classes,
    )
    subject = recognise(loss, told)
    raising = check_running(subject)
    said = (raising,) if raising else tuple(_all(subject))
    return Report(subject.name, subject.kind, _domains(subject), said)


def _all(subject: Subject) -> Iterator[Said]:
    told = [one for check in CHECKS for one in check(subject)]
    yield from told
    if not any(_hides_facts(subject, one) for one in told):
        yield from check_claims(subject)
    elif isinstance(subject, LossSubject):
        yield Finding(
            "facts",
            "not checked",
            "Facts were not checked: they show only once what is said above is mended.",
            is_note=True,
        )


def _hides_facts(subject: Subject, said: Said) -> bool:
    """Facts cannot be seen while derivatives belong to something else, or numbers are noise."""
    if not isinstance(said, Finding) or said.subject not in OUTPUTS or said.problem == "inexact":
        return False
    is_bounded = isinstance(subject, LossSubject) and states_accuracy(subject.loss)
    return said.problem != "cancels" or not is_bounded


def _domains(subject: Subject) -> str:
    if subject.is_row and isinstance(subject, FunctionsSubject):
        return f"class indices, rows of {subject.classes} scores"
    words = f"labels {subject.label_domain.describe()}"
    if isinstance(subject, FunctionsSubject) and subject.domains_are_guessed:
        words += " (guessed: say label_domain)"
    return f"{words}, predictions {subject.prediction_domain.describe()}"
