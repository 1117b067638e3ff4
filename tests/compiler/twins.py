"""The catalogue's pointwise losses, compiled as a user's own loss would be."""

from __future__ import annotations

import lossbook as lb
from variants import every_formula

POINTWISE = [loss for loss in every_formula() if not loss.is_row]
# The plain formulas, and some of the long ones that carry rounding errors: those take time.
SOME = [
    *(loss for loss in POINTWISE if not loss.compensated),
    *[loss for loss in POINTWISE if loss.compensated][::8],
]


def compiled(loss: lb.Loss) -> lb.Loss:
    """The same loss through ``lossbook.compile``, as if it had no kernel."""
    twin = type(loss)(**loss.parameters)
    twin.__dict__["_kernel"] = None
    return lb.compile(twin)
