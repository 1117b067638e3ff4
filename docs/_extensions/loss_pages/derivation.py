"""Where gradient and Hessian come from, line by line, each with the reason for it."""

from __future__ import annotations

import re

import lossbook as lb

# In characters of LaTeX: what is longer is folded away until somebody asks for it.
LONG = 6000


def derivation(loss: lb.Loss) -> str:
    """The derivation, which has checked itself; one that does not hold ends the build."""
    derived = loss.derivation()
    told = (
        f"Of `{loss!r}`. When this page was made, each line was held against the one before it, "
        "and the results against what the loss computes. "
        f"`lossbook derive {loss.name}` prints it, `loss.derivation()` gives it in a notebook."
    )
    lines = derived.latex()
    body = re.sub(r"^\\textbf\{(.*)\}$", r"**\1**", lines, flags=re.MULTILINE)
    if len(lines) > LONG:
        body = f"::::{{dropdown}} All of its lines\n{body}\n::::"
    return f"{told}\n\n{body}"
