"""``lossbook.check``: whether a loss is what it says, in plain English."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lossbook.checks.findings import Evidence, Finding, Held, Report
from lossbook.errors import MissingDependencyError

if TYPE_CHECKING:
    from lossbook.checks.subjects.domain_words import WrittenDomain

__all__ = ["Evidence", "Finding", "Held", "Report", "check"]


def check(
    loss: Any,
    *,
    kind: str | None = None,
    value: Callable[..., Any] | None = None,
    label_domain: WrittenDomain = None,
    prediction_domain: WrittenDomain = None,
    classes: int | None = None,
) -> Report:
    """Check a loss: derivatives, signs, labels, weights, numbers, facts, and what boosters will do.

    Parameters
    ----------
    loss : Loss, tuple or mapping of functions, or callable
        A loss of lossbook or a subclass of one; functions ``(value, gradient)`` or ``(value,
        gradient, hessian)`` of ``(y_true, y_pred)``; or an objective that returns ``(gradient,
        hessian)``, called as ``objective(y_true, y_pred)``, ``objective(y_true, y_pred,
        sample_weight)`` or ``objective(predictions, dataset)``.
    kind : {"loss", "functions", "objective", "native objective"}, optional
        Which of these it is, where it should not be seen from the object. "native objective" is the
        last form: a callable counts as one if it asks its second argument for labels.
    value : callable, optional
        The value that an objective belongs to, of ``(y_true, y_pred)``.
    label_domain, prediction_domain : domain, pair or text, optional
        Where labels and predictions of bare functions live: ``(0, None)`` or ``"0.."`` for an
        interval, ``{-1, 1}`` or ``"-1,1"`` for two labels, ``"reals"``. Without it they are
        guessed, and the report says how.
    classes : int, optional
        For functions of rows of scores: how many classes a row has. Labels are then class indices.

    Returns
    -------
    Report
        ``report.ok``, ``report.findings``, ``report.notes``, ``report.held``; print it to read it.

    Examples
    --------
    >>> import lossbook
    >>> lossbook.check(lossbook.SquaredError()).ok
    True
    >>> def objective(y_true, y_pred):
    ...     return y_true - y_pred, 0 * y_pred + 1
    >>> for finding in lossbook.check(objective).findings:
    ...     print(finding.subject, finding.problem)
    hessian sign
    gradient sign
    """
    try:
        import mpmath  # noqa: F401
    except ImportError:
        raise MissingDependencyError("check needs mpmath: pip install 'lossbook[cli]'.") from None
    from lossbook.checks.run import run

    return run(
        loss,
        kind=kind,
        value=value,
        label_domain=label_domain,
        prediction_domain=prediction_domain,
        classes=classes,
    )
