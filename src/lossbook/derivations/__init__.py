"""Derivations that check themselves: from the definition of a loss to its gradient and Hessian."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lossbook.derivations.automatic import by_rule
from lossbook.derivations.checking import Checked, DerivationError
from lossbook.derivations.derivation import Derivation, Line, Part
from lossbook.derivations.page import Page

if TYPE_CHECKING:
    from lossbook.loss import Loss

__all__ = ["Checked", "Derivation", "DerivationError", "Line", "Part", "derive"]


def derive(loss: Loss) -> Derivation:
    """The derivation of a loss, checked: by hand where its class has one, else by rule."""
    page = Page(loss)
    loss.derived(page)
    try:
        derivation = page.derivation() if page.chains else by_rule(loss)
    except NotImplementedError as error:
        raise DerivationError(
            f"{loss!r} has no derivation by rule, as {error}: write one in its method derived."
        ) from None
    derivation.check()
    return derivation
