"""What a check has to say: findings that must be mended, notes to know of, and what held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Sequence[Any]


@dataclass(frozen=True)
class Evidence:
    """A small table: the inputs, what came out, what is right, and how that is known."""

    header: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    source: str = ""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or (a note) one that is right and has consequences.

    Parameters
    ----------
    subject : str
        What it is about: "gradient", "hessian", "value", "weights", "labels", "facts", ...
    problem : str
        What kind of thing it is: "sign", "factor", "zero", "formula", "nan", "overflow", ...
    says : str
        One or two sentences.
    fix : str
        What to do about it.
    evidence : Evidence, optional
        Where it shows.
    is_note : bool
        Whether it is only to be known, and leaves the loss in order.
    """

    subject: str
    problem: str
    says: str
    fix: str = ""
    evidence: Evidence | None = None
    is_note: bool = False

    def __str__(self) -> str:
        return f"{self.says} {self.fix}".strip()


@dataclass(frozen=True)
class Held:
    """One thing that was checked and is as it should be, with how it is known."""

    subject: str
    says: str


Said = Finding | Held


@dataclass(frozen=True)
class Report:
    """All that a check found out about one loss.

    ``ok`` says whether nothing must be mended; ``findings``, ``notes`` and ``held`` are the details
    as data; ``str()`` is for people.
    """

    name: str
    kind: str
    domains: str
    said: tuple[Said, ...] = field(repr=False)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What must be mended."""
        return tuple(one for one in self._all() if not one.is_note)

    @property
    def notes(self) -> tuple[Finding, ...]:
        """What is right and good to know."""
        return tuple(one for one in self._all() if one.is_note)

    @property
    def held(self) -> tuple[Held, ...]:
        """What was checked and is as it should be."""
        return tuple(one for one in self.said if isinstance(one, Held))

    @property
    def ok(self) -> bool:
        """Whether nothing must be mended."""
        return not self.findings

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        from lossbook.checks.wording import as_text

        return as_text(self)

    def as_dict(self) -> dict[str, Any]:
        """The report as numbers, text, lists and dictionaries."""
        from lossbook.checks.wording import as_dict

        return as_dict(self)

    def _all(self) -> Iterator[Finding]:
        return (one for one in self.said if isinstance(one, Finding))
