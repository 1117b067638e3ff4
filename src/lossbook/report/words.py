"""The sentences and numbers that a report says about an evaluation."""

from __future__ import annotations

from collections.abc import Mapping

from lossbook.report.scales import count, number
from lossbook.scale.results import Evaluation

__all__ = ["headline", "loss_name", "parameter_text", "plain", "share", "size"]


def headline(evaluation: Evaluation) -> str:
    """Return the finding in one or two sentences."""
    total = evaluation.total
    rows = "1 row" if total.rows == 1 else f"{count(total.rows)} rows"
    if total.mean is None:
        return f"{rows}, all of weight 0: there is no mean loss."
    error = f" ± {number(total.standard_error, 2)}" if total.standard_error else ""
    text = f"Over {rows} the mean loss is {number(total.mean)}{error}."
    if total.baseline is None or total.skill is None:
        return text
    text += f" The best constant prediction has {number(total.baseline)}: "
    if total.skill > 0:
        return text + f"the predictions remove {share(total.skill)} of its loss."
    if total.skill == 0:
        return text + "the predictions do no better."
    return text + f"the predictions do worse, by {share(-total.skill)} of its loss."


def loss_name(evaluation: Evaluation) -> str:
    """Return the loss as a heading, for example "Quantile loss (tau = 0.9)"."""
    words = evaluation.loss.replace("_", " ")
    return words[:1].upper() + words[1:] + parameter_text(evaluation.parameters)


def parameter_text(parameters: Mapping[str, object]) -> str:
    """Return the parameters in brackets; switches that are off, and what is None, are left out.

    >>> parameter_text({"tau": 0.9, "from_logits": False})
    ' (tau = 0.9)'
    """
    texts = []
    for name, value in parameters.items():
        if value is True:
            texts.append(name.replace("_", " "))
        elif isinstance(value, float):
            texts.append(f"{name} = {number(value, 6)}")
        elif value is not False and value is not None:
            texts.append(f"{name} = {value}")
    return f" ({', '.join(texts)})" if texts else ""


def plain(value: float | None, digits: int = 4) -> str:
    """Format a number that may be missing.

    >>> plain(0.25), plain(None)
    ('0.25', '-')
    """
    return "-" if value is None else number(value, digits)


def share(value: float | None) -> str:
    """Format a share as a percentage.

    >>> share(0.8123), share(-0.5), share(None)
    ('81.2 %', '-50.0 %', '-')
    """
    if value is None:
        return "-"
    # Rounding must not turn an almost perfect 99.97 into a perfect 100.
    digits = 1 if abs(value) < 0.9995 or value == 1 else 3
    return f"{100 * value:.{digits}f} %"


def size(file_bytes: int) -> str:
    """Format the size of a file.

    >>> size(512), size(20_480), size(3_000_000_000)
    ('512 bytes', '20.5 kB', '3.0 GB')
    """
    for unit, letters in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if file_bytes >= unit:
            return f"{file_bytes / unit:.1f} {letters}"
    return f"{file_bytes} bytes"
