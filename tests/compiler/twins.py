"""The catalogue's pointwise losses, compiled as a user's own loss would be."""

from __future__ import annotations

import lossbook as lb
from lossbook.printers.cpp import variants
from variants import every_loss

POINTWISE = [loss for loss in every_loss() if not loss.is_row]
ONE_PER_FORMULA = [loss for cls in lb.catalogue() if not cls.is_row for loss in variants(cls)]


def compiled(loss: lb.Loss) -> lb.Loss:
    """The same loss through ``lossbook.compile``, as if it had no kernel."""
    twin = type(loss)(**loss.parameters)
    twin.__dict__["_kernel"] = None
    return lb.compile(twin)
