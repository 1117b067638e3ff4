"""Whether everyday samples can be computed at all, in floats and over exact numbers."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

from lossbook.checks.exactly.slopes import exact_numbers
from lossbook.checks.findings import Finding
from lossbook.checks.points import everyday
from lossbook.checks.sampling import Samples
from lossbook.checks.subjects.subject import FunctionsSubject, LossSubject, Subject
from lossbook.checks.truth import OUTPUTS

_WORDS = {"value": "value", "gradient": "gradient", "hessian": "Hessian"}
_METHODS = {"value": "value", "gradient": "deriv", "hessian": "deriv2"}


def check_running(subject: Subject) -> Finding | None:
    """The first output that raises: beyond it there is nothing to check."""
    samples = everyday(subject, 4)[0]
    for output in OUTPUTS:
        if isinstance(subject, LossSubject):
            found = _of_formula(subject, output, samples)
        else:
            found = _of_function(subject, output, samples)
        if found is not None:
            return found
    return None


def _of_function(subject: Subject, output: str, samples: Samples) -> Finding | None:
    if not isinstance(subject, FunctionsSubject) or output not in subject.functions:
        return None
    function = subject.functions[output]
    function.raised.clear()
    result = subject.compute(output, samples.y_true, samples.y_pred)
    if not function.raised or np.isfinite(result).any():
        return None
    return Finding(
        output,
        "raises",
        f"The {_WORDS[output]} raises for everyday samples: {function.raised[0]}.",
        "Say which labels and predictions it takes, with label_domain and prediction_domain.",
    )


def _of_formula(subject: LossSubject, output: str, samples: Samples) -> Finding | None:
    try:
        subject.compute(output, samples.y_true, samples.y_pred)
        with mpmath.workdps(30):
            subject.exactly(output, _labels(samples), exact_numbers(samples.y_pred))
    except NotImplementedError:
        return Finding(
            output,
            "missing",
            f"It has no {_WORDS[output]}.",
            f"Give it a method {_METHODS[output]}(self, m, ...).",
        )
    except Exception as error:
        return Finding(
            output,
            "raises",
            f"The formula of the {_WORDS[output]} raises {type(error).__name__}: {error}.",
            "Write it over m: its functions instead of NumPy's, m.where instead of if.",
        )
    return None


def _labels(samples: Samples) -> Any:
    y_true = samples.y_true
    return y_true if y_true.dtype.kind == "i" else exact_numbers(y_true)
