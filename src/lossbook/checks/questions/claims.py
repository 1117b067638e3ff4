"""Whether what a loss states about itself is so: its facts, its best constant, its matrices."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

from lossbook.checks.exactly.jacobians import jacobians, stated_matrices
from lossbook.checks.findings import Evidence, Finding, Held, Said
from lossbook.checks.points import everyday
from lossbook.checks.sampling import Samples, ordinary, weights
from lossbook.checks.stating import NotSoError, statements
from lossbook.checks.subjects.calling import quietly
from lossbook.checks.subjects.subject import LossSubject, Subject
from lossbook.loss import Loss

_TRIES = 60


def check_claims(subject: Subject) -> Iterator[Said]:
    """One finding per statement that is not so. Bare functions state nothing."""
    if isinstance(subject, LossSubject):
        yield from _facts(subject.loss)
        yield from _best_constant(subject.loss)
        if subject.is_row:
            yield from _matrices(subject)


def _facts(loss: Loss) -> Iterator[Said]:
    try:
        loss.facts  # noqa: B018
    except NotImplementedError:
        yield Finding(
            "facts",
            "none",
            "It states no facts, so none were checked.",
            "Give it a property facts: lossbook.Facts(convex=True, lipschitz=1, ...).",
            is_note=True,
        )
        return
    wrong, checked = set(), 0
    for check in statements().values():
        try:
            quietly(check, loss)
            checked += 1
        except NotSoError as error:
            if error.fact not in wrong:
                wrong.add(error.fact)
                yield Finding(
                    "facts",
                    error.fact,
                    f"It states {error.fact} = {error.stated!r}, but {error.because}.",
                    f"State {error.fact}={error.should_be}.",
                )
        except NotImplementedError:
            continue  # a loss over classes without its matrix
    if not wrong:
        yield Held("facts", f"{checked} statements hold, and constants are no larger than need be")


def _best_constant(loss: Loss) -> Iterator[Said]:
    """No constant costs less than the one that the loss names, with weights and without."""
    if loss.functional is None:
        return
    name = loss.functional.describe()
    samples = ordinary(loss, 61, seed=23)[0]
    for w in (None, weights(len(samples))):
        best = loss.optimal_constant(samples.y_true, w)
        least = _cost(loss, samples, w, best)
        for other in _others(loss, best):
            cost = _cost(loss, samples, w, other)
            if cost < least - 1e-12 * abs(least):
                yield Finding(
                    "functional",
                    "not best",
                    f"It names the {name} as its best constant, but another constant costs less"
                    f"{'' if w is None else ' under weights'}.",
                    "Name the functional that minimises it, or none.",
                    Evidence(
                        ("constant", "mean loss"), ((_words(best), least), (_words(other), cost))
                    ),
                )
                return
    yield Held("functional", f"no constant costs less than the {name}")


def _others(loss: Loss, best: Any) -> Iterator[Any]:
    """Constants around the best one; none where those would have to lie on the simplex."""
    domain: Any = loss.prediction_domain
    if loss.is_row and not domain.checks_nothing:
        return
    rng = np.random.default_rng(24)
    for _ in range(_TRIES):
        other = best + rng.normal(size=np.shape(best)) * 10.0 ** rng.uniform(-4, 0.5)
        if not np.any(domain.outside(np.asarray(other))):
            yield other


def _words(constant: Any) -> str:
    return " ".join(f"{entry:.6g}" for entry in np.ravel(np.asarray(constant)))


def _cost(loss: Loss, samples: Samples, w: Any, constant: Any) -> float:
    y_pred = np.broadcast_to(np.asarray(constant), samples.y_pred.shape).copy()
    return float(quietly(functools.partial(loss, sample_weight=w), samples.y_true, y_pred))


def _matrices(subject: LossSubject) -> Iterator[Said]:
    """The K x K Hessian is the Jacobian of the gradient."""
    samples = everyday(subject, 4)[0]
    try:
        stated = stated_matrices(subject, samples.y_true, samples.y_pred)
    except (NotImplementedError, AttributeError):
        return  # it has no such matrix
    right = jacobians(subject, samples.y_true, samples.y_pred)
    gap = np.abs(stated - right)
    if (gap <= 1e-9 * np.abs(right).max(axis=(1, 2), keepdims=True)).all():
        yield Held("hessian_matrix", "is the Jacobian of the gradient, off the diagonal too")
        return
    i, j, k = np.unravel_index(int(gap.argmax()), gap.shape)
    yield Finding(
        "hessian_matrix",
        "formula",
        "hessian_matrix is not the Jacobian of the gradient.",
        "Its entry (j, k) is the derivative of gradient j by score k.",
        Evidence(
            ("j", "k", "is", "slope of gradient j by score k"),
            ((int(j), int(k), float(stated[i, j, k]), float(right[i, j, k])),),
        ),
    )
