"""The setting of a loss that its page shows."""

from __future__ import annotations

import dataclasses

import lossbook as lb

# Models put out raw scores, and boosters and frameworks are given these.
_RAW = ("from_logits", "from_log")


def default(cls: type[lb.Loss]) -> lb.Loss:
    """The loss of raw scores where there is one, all other parameters as they are by default."""
    names = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    return cls(**{name: True for name in _RAW if name in names})
