"""The page of one loss: its sections, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import lossbook as lb
from lossbook.report.portrait import domains_in_words, facts_in_words

from .accuracy import accuracy
from .code import code
from .derivation import derivation
from .formulas import formulas
from .kinks import kinks
from .markdown import heading, table
from .names import aliases, counterparts
from .pictures import picture
from .relatives import relatives
from .tails import tails
from .variants import default

Section = Callable[[lb.Loss], str]


def page(cls: type[lb.Loss]) -> str:
    """The whole page, as MyST Markdown."""
    return "\n\n".join(_parts(cls)) + "\n"


def _parts(cls: type[lb.Loss]) -> Iterator[str]:
    loss = default(cls)
    yield f"# {cls.__name__}"
    # The docstring: what it is, the formula, edges and ties, parameters, an example.
    yield f"```{{eval-rst}}\n.. autoclass:: lossbook.{cls.__name__}\n   :no-members:\n```"
    for title, section in SECTIONS.items():
        text = section(loss)
        if text:
            yield heading(title)
            yield text


def _facts(loss: lb.Loss) -> str:
    rows = [*domains_in_words(loss), *facts_in_words(loss)]
    told = f"Of `{loss!r}`; the tests hold each of them against the loss."
    return f"{told}\n\n{table(['what', 'is'], rows)}"


def _references(loss: lb.Loss) -> str:
    return "\n".join(f"- {reference}" for reference in loss.references)


SECTIONS: dict[str, Section] = {
    "Picture": picture,
    "Formulas": formulas,
    "Derivation": derivation,
    "Facts": _facts,
    "Kinks": kinks,
    "Tails": tails,
    "Accuracy": accuracy,
    "Code": code,
    "Names": aliases,
    "In other frameworks": counterparts,
    "Near relatives": relatives,
    "References": _references,
}
